package survey

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// FuzzSurvey: any file is looked at without a panic, every finding has a place
// in it, and no key is told.
func FuzzSurvey(f *testing.F) {
	names, err := filepath.Glob(fixtures + "/survey/*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds (%v)", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(filepath.Base(file.Name), []byte(expand(f, string(file.Data))))
		}
	}
	m := mesh(f)
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		s, err := New(Settings{State: m})
		if err != nil {
			t.Fatal(err)
		}
		s.Add("rotation.yaml", []byte("apiVersion: l5d-pki-render/v1alpha1\nkind: Rotation\n"))
		s.Add(name, text)
		for _, found := range s.Report().Findings {
			if found.Line < 1 || found.Column < 1 || found.File != name && found.File != "rotation.yaml" {
				t.Errorf("no place: %+v", found)
			}
			if strings.Contains(found.Text, "-----BEGIN") {
				t.Errorf("PEM in a finding: %+v", found)
			}
		}
	})
}
