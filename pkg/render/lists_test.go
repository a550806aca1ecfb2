package render

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// listInput is a fixture's state and keys.
func listInput(t testing.TB, path string) Input {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, data)
	if err != nil {
		t.Fatal(err)
	}
	in := Input{State: s, Keys: Keys{}, AllowNothing: true}
	for _, key := range KeyPaths(s) {
		pem, err := os.ReadFile(filepath.Join(filepath.Dir(path), key))
		in.Keys[key] = Key{PEM: pem, Err: err}
	}
	return in
}

// asList makes a v1 List of documents, with the blanks before each dash.
func asList(docs []string, blanks string) []byte {
	var list strings.Builder
	list.WriteString("apiVersion: v1\nkind: List\nitems:\n")
	for _, doc := range docs {
		for i, line := range strings.Split(strings.TrimSuffix(doc, "\n"), "\n") {
			switch {
			case i == 0:
				list.WriteString(blanks + "- " + line + "\n")
			case line == "":
				list.WriteString("\n")
			default:
				list.WriteString(blanks + "  " + line + "\n")
			}
		}
	}
	return []byte(list.String())
}

// bare are the documents of a stream from their first key on.
func bare(stream []byte) (docs []string) {
	for _, d := range manifest.Split(stream) {
		text := string(d.Text)
		for text != "" && (text[0] == '#' || text[0] == '\n' || strings.HasPrefix(text, "---")) {
			_, text, _ = strings.Cut(text, "\n")
		}
		if head, sure := d.Head(); text != "" && sure && head.Kind != "" {
			docs = append(docs, text)
		}
	}
	return docs
}

// TestListsAsWholes: a list of which the items are worked on one by one becomes,
// byte for byte, what it becomes when it is read as a whole, and both refuse the
// same ones with the same words.
func TestListsAsWholes(t *testing.T) {
	inputs, err := filepath.Glob("../../fixtures/*/input.yaml")
	if err != nil || len(inputs) < 15 {
		t.Fatalf("%d fixtures (%v)", len(inputs), err)
	}
	odd := map[string]func(docs []string) []string{
		"as they are": func(docs []string) []string { return docs },
		"comments": func(docs []string) []string {
			return each(docs, "metadata:\n", "# left of nothing\nmetadata: # here\n")
		},
		"odd items": func(docs []string) []string {
			return append([]string{"kind: A\ntext: \"open\n  - x\n\n  closed\"\nmore: {a: [1,\n  2]}\n", "kind: B\na: &x 1\nb: *x\n", "- 1\n- 2\n", "text\n"}, docs...)
		},
		"anchors of others": func(docs []string) []string {
			return append([]string{"kind: A\nmetadata: {name: a, annotations: &ann {linkerd.io/inject: enabled}}\n"},
				append(docs, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: n}\nspec:\n  template:\n    metadata:\n      annotations: *ann\n")...)
		},
		"an anchor that a line hides": func(docs []string) []string {
			return append([]string{"kind: A\nmetadata: {name: a, annotations: &ann {linkerd.io/inject: enabled}}\n"},
				append(docs, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: e, namespace: n}\nspec:\n  template: {metadata: {annotations: *ann}}\n")...)
		},
		"twice":  func(docs []string) []string { return append(docs, docs...) },
		"broken": func(docs []string) []string { return append([]string{"kind: ConfigMap\na: [\n"}, docs...) },
	}
	changed, refused := 0, 0
	for _, file := range inputs {
		if filepath.Base(filepath.Dir(file)) == "rotation" {
			continue // its states are elsewhere
		}
		in := listInput(t, filepath.Join(filepath.Dir(file), "state.yaml"))
		stream, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range odd {
			for _, blanks := range []string{"", "  "} {
				in.Stream = asList(change(bare(stream)), blanks)
				if name == "comments" { // left of its item, where an edit would move it
					in.Stream = bytes.ReplaceAll(in.Stream, []byte(blanks+"  # left of nothing"), []byte("# left of nothing"))
				}
				what := fmt.Sprintf("%s, %s, %d blanks", file, name, len(blanks))
				out, err := PostRender(in)
				m, errMaterial := NewMaterial(in.State, in.Keys)
				if errMaterial != nil {
					t.Fatal(errMaterial)
				}
				whole, errWhole := postRender(in, m, manifest.Split(in.Stream))
				if fmt.Sprint(err) != fmt.Sprint(errWhole) || !bytes.Equal(out.Stream, whole.Stream) {
					t.Errorf("%s: %d bytes, %v; as a whole %d bytes, %v", what, len(out.Stream), err, len(whole.Stream), errWhole)
				}
				if got, want := out.Report.Text(), whole.Report.Text(); got != want {
					t.Errorf("%s: reports\n%s\nas a whole\n%s", what, got, want)
				}
				if err != nil {
					refused++
				} else if !bytes.Equal(out.Stream, in.Stream) {
					changed++
				}
			}
		}
	}
	if changed < 40 || refused < 20 {
		t.Errorf("%d were changed and %d refused: the test shows little", changed, refused)
	}
}

func each(docs []string, old, new string) (all []string) {
	for _, doc := range docs {
		all = append(all, strings.Replace(doc, old, new, 1))
	}
	return all
}

// TestListsCostWhatDocumentsCost counts allocations, which no other process and
// no slow machine changes: a list may cost 1.3 of its documents, and twice the
// items twice as much.
func TestListsCostWhatDocumentsCost(t *testing.T) {
	in := listInput(t, "../../fixtures/rotation/bundle/anchor-spread.yaml")
	if in.State.Status.Stamp == "" {
		t.Fatal("no stamp: nothing would be edited")
	}
	cost := func(stream []byte) float64 {
		in.Stream = stream
		return testing.AllocsPerRun(1, func() {
			if out, err := PostRender(in); err != nil || bytes.Equal(out.Stream, stream) {
				t.Fatalf("nothing was changed (%v)", err)
			}
		})
	}
	docs := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-%d\n  namespace: shop\nspec:\n  template:\n    metadata:\n      annotations:\n        linkerd.io/inject: enabled\n    spec:\n      containers:\n      - name: app\n", i))
		}
		return all
	}
	stream := func(n int) []byte { return []byte("---\n" + strings.Join(docs(n), "---\n")) }
	documents, list, twice := cost(stream(200)), cost(asList(docs(200), "")), cost(asList(docs(400), ""))
	if list > 1.3*documents {
		t.Errorf("200 items cost %.0f allocations, as documents %.0f", list, documents)
	}
	if twice > 2.1*list {
		t.Errorf("200 items cost %.0f allocations, 400 cost %.0f", list, twice)
	}
}
