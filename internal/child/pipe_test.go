package child

import (
	"bytes"
	"strings"
	"testing"
)

// TestPipeLosesNothing: what a program wrote before its end is there, however late the
// reader is: one that gets no processor time finds its deadline passed.
func TestPipeLosesNothing(t *testing.T) {
	for i := range 2_000 {
		p, err := newPipe()
		if err != nil {
			t.Fatal(err)
		}
		p.drain = -1
		said := strings.Repeat("all", 1+i%10_000)
		if _, err := p.write.WriteString(said); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		p.carry(&out)
		if err := p.finish(); err != nil || out.String() != said {
			t.Fatalf("run %d: %d of %d bytes, %v", i, out.Len(), len(said), err)
		}
	}
}
