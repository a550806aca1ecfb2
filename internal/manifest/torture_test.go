package manifest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// edited replaces data.value of the ConfigMap "target", wherever it stands in
// the stream, and gives the whole stream.
func edited(stream []byte, from, to string) ([]byte, error) {
	docs := Split(stream)
	for i, d := range docs {
		root, err := d.Parse()
		if err != nil {
			return nil, err
		}
		at := At()
		object := root
		for j, item := range root.Get("items").Items() {
			if item.Head().Name == "target" {
				object, at = item, At("items", j)
			}
		}
		if object.Head().Name != "target" {
			continue
		}
		at = at.With("data", "value")
		value := strings.ReplaceAll(root.Lookup(at).Value(), from, to)
		if docs[i].Text, err = Splice(d.Text, Set(at, value)); err != nil {
			return nil, err
		}
	}
	return Join(docs), nil
}

// mayRefuse are the files whose value an alias repeats: an exact edit would
// change two fields.
var mayRefuse = map[string]bool{"29-anchor-on-target.yaml": true, "repeated.yaml": true,
	// A document in which any key is set twice is not edited.
	"doubled-keys.yaml": true, "10-dupkeys.yaml": true}

// The hard cases that come with the package.
func TestHard(t *testing.T) {
	files, _ := filepath.Glob("testdata/hard/*.yaml")
	if len(files) < 25 {
		t.Fatalf("testdata/hard holds %d files; it is incomplete", len(files))
	}
	replaceInAll(t, files)
}

// The set that YAML libraries were measured with.
func TestTorture(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/yaml-torture/*.yaml")
	if len(files) == 0 {
		t.Skip("SKIPPED: the shared torture set is not beside the repository")
	}
	replaceInAll(t, files)
}

func replaceInAll(t *testing.T, files []string) {
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			stream, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := bytes.ReplaceAll(stream, []byte("OLDVALUE"), []byte("NEWVALUE"))
			got, err := edited(stream, "OLDVALUE", "NEWVALUE")
			switch {
			case mayRefuse[filepath.Base(file)]:
				if err == nil {
					t.Fatalf("want a refusal, got\n%s", got)
				}
				return
			case err != nil:
				t.Fatal(err)
			case !bytes.Equal(got, want):
				t.Fatalf("got\n%q\nwant\n%q", got, want)
			case !bytes.Contains(want, []byte("NEWVALUE")):
				t.Fatal("the file does not hold OLDVALUE")
			}
			if back, err := edited(got, "NEWVALUE", "OLDVALUE"); err != nil || !bytes.Equal(back, stream) {
				t.Fatalf("the way back: %v\n%q", err, back)
			}
		})
	}
}
