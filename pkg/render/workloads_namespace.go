package render

import (
	"bytes"
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Words that a document must hold, as text, when its head is not sure.
var (
	kindWord      = []byte("kind")
	namespaceWord = []byte("Namespace")
	workloadWords = wordsOf(workloadTemplate)
)

func wordsOf(kinds map[string][]any) (words [][]byte) {
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		words = append(words, []byte(kind))
	}
	return words
}

// hides are the ways in which YAML and JSON write a word so that its text does not
// show it: base64, escapes of letters, a word that goes on in the next line.
var hides = [][]byte{[]byte("!!binary"), []byte(`\x`), []byte(`\u`), []byte(`\U`), []byte("\\\n"), []byte("\\\r")}

func mayHide(text []byte) bool {
	return bytes.ContainsAny(text, `\!`) && slices.ContainsFunc(hides, func(way []byte) bool { return bytes.Contains(text, way) })
}

func mayHoldKind(text []byte) bool { return bytes.Contains(text, kindWord) || mayHide(text) }

func mayHoldWorkload(text []byte) bool {
	return mayHide(text) || slices.ContainsFunc(workloadWords, func(word []byte) bool { return bytes.Contains(text, word) })
}

// readNamespaces learns from all files which namespaces are injected; what the
// caller says comes first. Two files that contradict each other are refused.
func (w *workloads) readNamespaces() error {
	w.inject = maps.Clone(w.Inject)
	if w.inject == nil {
		w.inject = map[string]string{}
	}
	if w.idle() || w.Remove {
		return nil
	}
	found := make([]map[string]string, len(w.Files))
	w.Each(len(w.Files), func(i int) { found[i] = namespacesIn(w.Files[i].Text) })
	from := map[string]string{} // namespace -> file that spoke first
	var problems problem.List
	for i, f := range w.Files {
		for _, name := range slices.Sorted(maps.Keys(found[i])) {
			value := found[i][name]
			first, twice := from[name]
			switch _, told := w.Inject[name]; {
			case told:
			case twice && w.inject[name] != value:
				problems.Add(problem.WorkloadsTwoMinds.With(name, value, w.inject[name], first).In(f.Name))
			case !twice:
				from[name], w.inject[name] = f.Name, value
			}
		}
	}
	return problems.Err()
}

// namespacesIn is linkerd.io/inject by namespace, "" for one that says nothing.
// What cannot be parsed is said when the file's workloads are read.
func namespacesIn(text []byte) map[string]string {
	if !bytes.Contains(text, namespaceWord) && !mayHide(text) {
		return nil
	}
	p := plan{inject: map[string]string{}}
	for _, d := range manifest.Split(text) {
		head, sure := d.Head()
		speaks := mayAsk(d.Text)
		switch {
		case sure && p.kindOf(head) != "Namespace", !sure && !bytes.Contains(d.Text, namespaceWord) && !mayHide(d.Text):
		case sure && !speaks:
			p.inject[head.Name] = ""
		default:
			if root, err := d.Parse(); err == nil {
				p.noteNamespace(root, root.Head())
			}
		}
	}
	return p.inject
}
