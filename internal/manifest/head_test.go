package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestHead(t *testing.T) {
	full := Head{"apps/v1", "Deployment", "linkerd", "web"}
	for _, c := range []struct {
		name, text string
		want       Head
		sure       bool
	}{
		{"plain", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: linkerd\nspec: {a: [1, 'x']}\n", full, true},
		{"Helm's", "---\n# Source: x\n###\napiVersion: apps/v1\nkind:   Deployment # c\nmetadata:\n  # c\n  labels:\n    name: no\n  namespace: \"linkerd\"\n  name: 'web'\n", full, true},
		{"crlf, no final newline", "apiVersion: apps/v1\r\nkind: Deployment\r\nmetadata:\r\n    name: web\r\n    namespace: linkerd", full, true},
		{"bom", bom + "kind: A\n", Head{Kind: "A"}, true},
		{"indentless lists", "kind: A\nmetadata:\n  finalizers:\n  - x: |\n      kind: B\n  name: n\nparts:\n- metadata:\n    name: no\n", Head{Kind: "A", Name: "n"}, true},
		{"block scalar", "data:\n  x: |\n    kind: B\n\n   \n    \"open\n  y: >-\n    'open\nkind: A\n", Head{Kind: "A"}, true},
		{"block scalar on a dash", "data:\n- |\n \"open\n- - k: |\n      'open\nkind: A\n", Head{Kind: "A"}, true},
		{"null", "kind: A\nmetadata:\n  namespace:\n  name: n\n", Head{Kind: "A", Name: "n"}, true},
		{"comments", "---\n# c\n\n  # d\n---", Head{}, true},
		{"empty", "", Head{}, true},
		{"only an end", "---\n...\n", Head{}, true},
		{"odd words", "kind: A\ndata:\n  a: it's {fine} \"here\"\n  b: x#y\n  \"c: d\": 'e'\n  f: \"#\" # g\n", Head{Kind: "A"}, true},

		{"flow", "{kind: A}\n", Head{}, false},
		{"flow behind separator", "--- {kind: A}\n", Head{}, false},
		{"flow metadata", "kind: A\nmetadata: {name: n}\n", Head{}, false},
		{"list", "kind: List\nitems: []\n", Head{}, false},
		{"other list", "kind: PodList\n", Head{}, false},
		{"scalar", "text\n", Head{}, false},
		{"sequence", "- kind: A\n", Head{}, false},
		{"twice", "kind: A\nkind: B\n", Head{}, false},
		{"name twice", "metadata:\n  name: a\n  name: b\n", Head{}, false},
		{"metadata twice", "metadata:\n  name: a\nmetadata:\n  name: b\n", Head{}, false},
		{"items of no list", "kind: A\nitems:\n- kind: B\n", Head{}, false},
		{"mark inside", "kind: A\n" + bom + "kind: B\n", Head{}, false},
		{"binary", "kind: A\n!!binary a2luZA==: B\n", Head{}, false},
		{"anchor", "kind: &k A\n", Head{}, false},
		{"anchor elsewhere", "kind: A\ndata: &d\n  x: y\n", Head{}, false},
		{"alias", "a: 1\nkind: *x\n", Head{}, false},
		{"tag", "kind: !!str A\n", Head{}, false},
		{"merge", "kind: A\nmetadata:\n  <<: {name: x}\n", Head{}, false},
		{"escape", "kind: \"\\x41\"\n", Head{}, false},
		{"number", "kind: 5\n", Head{}, false},
		{"boolean", "kind: true\n", Head{}, false},
		{"next line", "kind:\n  A\n", Head{}, false},
		{"two lines", "kind: A\n  B\n", Head{}, false},
		{"name on two lines", "metadata:\n  name: a\n    b\n", Head{}, false},
		{"open quote", "data: \"x\nkind: A\n\"\n", Head{}, false},
		{"open quote below", "data:\n  - x: 'y\nkind: A\n'\n", Head{}, false},
		{"open bracket", "data: [\nkind: A]\n", Head{}, false},
		{"quote in brackets", "data: [it's, ']\nkind: A\nx: y ']\n", Head{}, false},
		{"literal kind", "kind: |-\n  A\n", Head{}, false},
		{"complex key", "? kind\n: A\n", Head{}, false},
		{"quoted key", "\"kind\": A\n", Head{}, false},
		{"directive", "%YAML 1.2\n---\nkind: A\n", Head{}, false},
		{"lone cr", "# c\rkind: A\n", Head{}, false},
		{"ls", "# c\u2028kind: A\n", Head{}, false},
		{"tab", "metadata:\n\tname: x\n", Head{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Document{Text: []byte(c.text)}
			got, sure := d.Head()
			if got != c.want || sure != c.sure {
				t.Errorf("got %+v %v, want %+v %v", got, sure, c.want, c.sure)
			}
			headAgrees(t, d)
		})
	}
}

// headAgrees holds a sure head against the parsed one.
func headAgrees(t *testing.T, d Document) {
	t.Helper()
	head, sure := d.Head()
	root, err := d.Parse()
	if !sure || err != nil {
		return
	}
	if parsed := root.Head(); head != parsed {
		t.Fatalf("%q: head %+v, parsed %+v", d.Text, head, parsed)
	}
}

func TestHeadAgreesWithParse(t *testing.T) {
	for _, stream := range allStreams(t) {
		for _, d := range Split(stream) {
			headAgrees(t, d)
		}
	}
}

// TestHeadIsSureOfHelmStreams: the scan is worth having only if it spares the
// parse of nearly every document that Helm writes.
func TestHeadIsSureOfHelmStreams(t *testing.T) {
	sure, all := 0, 0
	for _, trait := range []string{"control-plane-2-10", "control-plane-2-13", "unpinned", "helm4", "viz", "jaeger"} {
		stream, err := os.ReadFile(filepath.Join("..", "..", "fixtures", trait, "input.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range Split(stream) {
			headAgrees(t, d)
			if _, ok := d.Head(); ok {
				sure++
			}
			all++
		}
	}
	if all < 80 || sure*10 < all*9 {
		t.Errorf("sure of %d documents among %d only", sure, all)
	}
}

func FuzzHead(f *testing.F) {
	for _, stream := range allStreams(f) {
		for _, d := range Split(stream) {
			if len(d.Text) < 2048 {
				f.Add(d.Text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, d := range Split(stream) {
			headAgrees(t, d)
		}
	})
}

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
