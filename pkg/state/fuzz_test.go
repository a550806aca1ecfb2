package state

import (
	"bytes"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// FuzzState: reading never panics and says a place for what it refuses; what it
// accepts is written and read back as the same, and updating it with itself
// changes nothing.
func FuzzState(f *testing.F) {
	f.Add(sample(f))
	for _, r := range everyPhase() {
		r.Status.Log = logOf(r, 1)
		data, err := Marshal(r)
		if err != nil {
			f.Fatal(said(err))
		}
		f.Add(data)
	}
	for _, text := range hardTexts {
		f.Add([]byte(text))
		f.Add(bytes.Replace(sample(f), []byte("name: prod"), []byte("name: "+text), 1))
		f.Add(bytes.Replace(sample(f), []byte("why: the"), []byte("why: "+text), 1))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse("f", data)
		if err != nil {
			for _, p := range problem.Of(err) {
				if p.Code == problem.Internal.Code || p.File != "f" || strings.ContainsAny(p.Text, "\n\r") {
					t.Errorf("%s: %q", p.Code, p.Error())
				}
			}
			return
		}
		written, err := Marshal(r)
		if err != nil {
			t.Fatalf("cannot be written: %v", said(err))
		}
		if again, err := Parse("f", written); err != nil || !again.Equal(r) {
			t.Fatalf("reads back as something else: %v", said(err))
		}
		if same, err := Update(data, r); err != nil || !bytes.Equal(same, data) {
			t.Fatalf("an update with itself changes the file: %v", said(err))
		}
	})
}
