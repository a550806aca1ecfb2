package manifest

import (
	"fmt"
	"testing"
)

func BenchmarkSplitHead(b *testing.B) {
	stream := generatedStream(20_000, 13<<20)
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		sure := 0
		for _, d := range Split(stream) {
			if _, ok := d.Head(); ok {
				sure++
			}
		}
		if sure < 20_000 {
			b.Fatalf("sure of %d documents only", sure)
		}
	}
}

// generatedStream makes a stream of n documents with about size bytes in all.
func generatedStream(n, size int) []byte {
	var out []byte
	for i := range n {
		out = fmt.Appendf(out, "---\n# Source: chart/templates/%d.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c-%d\n  namespace: \"default\"\n  labels: {app: web}\ndata:\n", i, i)
		for line := 0; len(out) < (i+1)*(size/n); line++ {
			out = fmt.Appendf(out, "  key-%d: \"value %d\"\n", line, i)
		}
	}
	return out
}
