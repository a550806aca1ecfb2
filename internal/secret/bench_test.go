package secret

import (
	"bytes"
	"os"
	"testing"
)

func BenchmarkScan(b *testing.B) {
	for name, path := range map[string]string{"manifests": "../../fixtures/control-plane-2-13/input.yaml", "source": "secret.go"} {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		text = bytes.Repeat(text, 8<<20/len(text))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Find(text)
			}
		})
	}
}
