package pki

import (
	"bytes"
	"strings"
	"testing"
)

func FuzzBundle(f *testing.F) {
	a, b := string(readA.PEM()), string(readB.PEM())
	for _, seed := range []string{
		"", a, a + "\n" + b + "\n", a + b, a + "\n\n", "# c\n" + a, a + "\n# c", "\xef\xbb\xbf" + a,
		strings.ReplaceAll(a, "\n", "\r\n"), " " + a, a[:100], a + "\n" + string(sec1(readA.key)),
		string(readI.PEM()), strings.Replace(a, "\n", "\nProc-Type: 4,CLEAR\n\n", 1), oneLine(a), "-----BEGIN ",
		"-----BEGIN CERTIFICATE----------END CERTIFICATE-----", "-----END CERTIFICATE-----\n" + a,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		got, err := ParseBundle(input)
		if err != nil {
			if got.Len() > 0 || len(codes(err)) == 0 {
				t.Fatalf("refused with %d anchors and %d problems", got.Len(), len(codes(err)))
			}
			return
		}
		if want := bytes.Count(input, []byte(beginMarker)) - inComments(input); got.Len() != want {
			t.Fatalf("%d anchors of %d blocks", got.Len(), want)
		}
		text := got.Marshal()
		again, err := ParseBundle(text)
		if err != nil || !again.Equal(got) || !bytes.Equal(again.Marshal(), text) {
			t.Fatalf("canonical text does not read back: %v", err)
		}
	})
}

// inComments counts BEGIN markers in comment lines.
func inComments(input []byte) int {
	n := 0
	for line := range bytes.Lines(input) {
		if line[0] == '#' {
			n += bytes.Count(line, []byte(beginMarker))
		}
	}
	return n
}

func FuzzKey(f *testing.F) {
	for _, text := range testKeys(f) {
		f.Add(text)
	}
	for _, refused := range refusedKeys(f) {
		f.Add([]byte(refused.input))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		k, err := ParseKey(input)
		if err == nil {
			again, err := ParseKey(k.PEM())
			if err != nil || !bytes.HasSuffix(bytes.TrimSpace(input), again.PEM()) {
				t.Fatalf("the key's own text does not read back: %v", err)
			}
			return
		}
		if k.Signer() != nil {
			t.Fatal("an error came with a key")
		}
	})
}
