package argocd

import (
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
)

// TestDocumentsWithMarks: a mark where a file or a document begins goes.
func TestDocumentsWithMarks(t *testing.T) {
	found := documentsOf("f", "\ufeff---\n\ufeffkind: A\n---\r\n\ufeffkind: B\r\n--- # c\nkind: C\n\ufeffx: y\n")
	var texts []string
	for _, d := range found {
		texts = append(texts, d.Text)
	}
	if want := []string{"kind: A", "kind: B", "kind: C\n\ufeffx: y"}; !slices.Equal(texts, want) {
		t.Errorf("got %q, want %q", texts, want)
	}
}

// TestItemsOf: whatever has items is a list, and nothing in it goes unseen.
func TestItemsOf(t *testing.T) {
	for text, want := range map[string][]string{
		"kind: Secret\ndata: {a: b}\n":                      {"kind: Secret\ndata: {a: b}\n"},
		"kind: List\nitems: [{kind: Secret}]\n":             {"kind: Secret\n", "{}\n"},
		"kind: Foo\nitems: [{kind: Secret}, {kind: Bar}]\n": {"kind: Secret\n", "kind: Bar\n", "{}\n"},
		"kind: Secret\ndata: {a: b}\nitems: []\n":           {"data:\n  a: b\n"},
		"kind: Foo\nitems: {a: b}\n":                        {"kind: Foo\nitems: {a: b}\n"},
	} {
		if got := itemsOf(text); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestNewDocuments: an object without a namespace is there already, and gets no second one.
func TestNewDocuments(t *testing.T) {
	const object = "---\nkind: Secret\nmetadata:\n  name: a\n  namespace: linkerd\n"
	for stream, added := range map[string]bool{
		object: false, "kind: Secret\nmetadata: {name: a, namespace: null}\n": false, "kind: Secret\nmetadata: {name: a}\n": false,
		"kind: Secret\nmetadata: {name: a, namespace: other}\n": true, "kind: ConfigMap\nmetadata: {name: a}\n": true,
	} {
		if got := string(newDocuments([]byte(stream), []byte(object))); (got != "") != added {
			t.Errorf("%q: %q", stream, got)
		}
	}
}

// TestDocumentsKeepTheirEnds: empty lines at the end of a document may be part of a value.
func TestDocumentsKeepTheirEnds(t *testing.T) {
	const one, two = "kind: A\nx: |+\n  text\n\n\n", "kind: B\ny: |+\n  text\n\n"
	for _, text := range []string{one + "---\n" + two, one} {
		got := string(exchange.Stream(documentsOf("f", text)))
		want := "---\n# Source: f\n" + strings.ReplaceAll(text, "---\n", "---\n# Source: f\n")
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := string(exchange.Stream(documentsOf("f", "kind: A"))), "---\n# Source: f\nkind: A\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
