package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

func TestParseRefusals(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := range 8 {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	for _, c := range []struct {
		name, text   string
		code         problem.Code
		line, column int
	}{
		{"cut off in quotes", "a: 1\nb: \"x\n", "manifest-not-yaml", 3, 1},
		{"cut off in brackets", "a: [1,\n", "manifest-not-yaml", 2, 1},
		{"tab indent", "a:\n\tb: 1\n", "manifest-not-yaml", 2, 1},
		{"unknown alias", "a: *x\n", "manifest-not-yaml", 1, 4},
		{"control character", "a: 1\nbé: \x07\n", "manifest-not-yaml", 2, 5},
		{"other YAML version", "%YAML 1.2\n---\na: 1\n", "manifest-not-yaml", 1, 1},
		{"not UTF-8", "a: 1\r\nb: é\xff\n", "manifest-not-utf8", 2, 5},
		{"UTF-16", "\xff\xfea\x00", "manifest-not-utf8", 1, 1},
		{"second document", "a: 1\n---\nb: 2\n", "manifest-second-document", 2, 1},
		{"second document, empty", "a: 1\n---\n# c\n", "manifest-second-document", 2, 1},
		{"alias bomb", bomb, "manifest-too-many-aliases", 6, 10},
		{"alias loop", "a: &x\n  b: *x\n", "manifest-alias-loop", 2, 6},
		{"deep", strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), "manifest-too-deep", 1, MaxDepth + 1},
		{"very deep", strings.Repeat("[", 1<<16), "manifest-not-yaml", 1, 0},
		{"very deep mappings", strings.Repeat("a: {", 1<<16), "manifest-not-yaml", 1, 0},
		{"too large", strings.Repeat(" ", MaxDocument+1), "manifest-document-too-large", 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := Parse([]byte(c.text))
			var p *problem.Problem
			if !errors.As(err, &p) || n != nil {
				t.Fatalf("accepted: %v", err)
			}
			if p.Code != c.code || p.Line != c.line || c.column > 0 && p.Column != c.column {
				t.Errorf("got %s at %d:%d (%v), want %s at %d:%d", p.Code, p.Line, p.Column, p, c.code, c.line, c.column)
			}
			if len(p.Hints) == 0 {
				t.Error("no hint")
			}
		})
	}
}

// As many aliases as a person writes are fine, and so is the deepest allowed nesting.
func TestParseAccepts(t *testing.T) {
	for _, text := range []string{
		"a: &a {b: c}\nd: [" + strings.Repeat("*a, ", 1000) + "]\n",
		strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth),
		"a: &a 1\nb: &a 2\nc: *a\n",
	} {
		if n, err := Parse([]byte(text)); err != nil || n == nil {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# c", "---\n", "---\n# c\n...\n", bom, "...\n", "%YAML 1.1\n---\n"} {
		if n, err := Parse([]byte(text)); n != nil || err != nil {
			t.Errorf("%q: %v %v", text, n, err)
		}
	}
	for _, text := range []string{"~", "null", "--- !!null\n", "&a\n", "''"} {
		if n, err := Parse([]byte(text)); n.Kind() != Scalar || err != nil {
			t.Errorf("%q: %v %v", text, n, err)
		}
	}
}

func TestLinesCountInTheStream(t *testing.T) {
	docs := Split([]byte("a: 1\n---\nb:\n  c: 2\n---\nd: [\n---\nkind: A\nx: &y 1\nz: *y\n"))
	root, err := docs[1].Parse()
	if err != nil {
		t.Fatal(err)
	}
	if c := root.Lookup(At("b", "c")); c.Line() != 4 || c.Column() != 6 {
		t.Errorf("the field is on line %d, column %d", c.Line(), c.Column())
	}
	_, err = docs[2].Parse()
	if want := "7:1: document 3: is not valid YAML"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = docs[3].Splice(Set(At("x"), "2"))
	if want := "9:4: x: the value is repeated elsewhere"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	d, err := docs[3].Splice(Set(At("kind"), "B"))
	if err != nil || d.Number != 4 || d.Line != 7 || !bytes.HasPrefix(d.Text, []byte("---\nkind: B\n")) {
		t.Errorf("%+v %v", d, err)
	}
}

func TestNode(t *testing.T) {
	root, err := Parse([]byte("s: text\ni: 0777\nf: 1.5\nb: true\nn: ~\nt: 2035-02-09T19:18:47Z\nq: '1'\ny: yes\ne: !!str 1\nl: !Ref x\nm: {k: 1, k: 2}\nz: &z [1, 2]\nw: *z\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key, tag string
		plain    bool
	}{
		{"s", "!!str", true}, {"i", "!!int", true}, {"f", "!!float", true}, {"b", "!!bool", true}, {"n", "!!null", true},
		{"t", "!!timestamp", true}, {"q", "!!str", false}, {"y", "!!str", true}, {"e", "!!str", false}, {"l", "!Ref", false},
		{"m", "!!map", false}, {"z", "!!seq", false}, {"w", "!!seq", false},
	} {
		if n := root.Get(c.key); n.Tag() != c.tag || n.Plain() != c.plain {
			t.Errorf("%s: %s, plain %v", c.key, n.Tag(), n.Plain())
		}
	}
	var keys []string
	for k, v := range root.Get("m").Pairs() {
		keys = append(keys, k.Value()+v.Value())
	}
	if !slices.Equal(keys, []string{"k1", "k2"}) || root.Get("m").Get("k").Value() != "1" {
		t.Errorf("pairs %q", keys)
	}
	w := root.Get("w")
	if !w.IsAlias() || w.Len() != 2 || w.Index(1).Value() != "2" || w.Line() != 13 || root.Get("z").Anchor() != "z" {
		t.Error("the alias does not answer as what it stands for")
	}
	var none *Node
	if none.Get("x").Index(3).Lookup(At("y", 1)) != nil || none.Kind() != 0 || none.Value()+none.Tag()+none.Anchor() != "" ||
		none.Len()+none.Line()+none.Column() != 0 || none.Plain() || none.IsAlias() || none.IsNull() || none.Head() != (Head{}) {
		t.Error("a nil node answers with something")
	}
	for range none.Pairs() {
		t.Error("a nil node has entries")
	}
	if root.Index(0) != nil || root.Get("s").Get("x") != nil || root.Get("z").Index(2) != nil || root.Get("z").Index(-1) != nil || root.Len() != 13 {
		t.Error("a wrong step leads somewhere")
	}
}

func TestPath(t *testing.T) {
	for _, c := range []struct {
		path Path
		want string
	}{
		{At(), ""},
		{At("webhooks", 0, "clientConfig", "caBundle"), "webhooks[0].clientConfig.caBundle"},
		{Dotted("identity.issuer.scheme"), "identity.issuer.scheme"},
		{At("metadata", "annotations", "linkerd.io/inject"), `metadata.annotations["linkerd.io/inject"]`},
		{At("data", "ca-bundle.crt"), `data["ca-bundle.crt"]`},
		{At(2, "a_b-C9", ""), `[2].a_b-C9[""]`},
	} {
		if got := c.path.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	base := At("a")
	left, right := base.With("b"), base.With("c")
	if base.String() != "a" || left.String() != "a.b" || right.String() != "a.c" {
		t.Error("paths share their steps")
	}
	defer func() {
		if recover() == nil {
			t.Error("a step of another type was accepted")
		}
	}()
	At(1.5)
}

// Nothing to do gives the very same bytes, not a copy.
func TestSpliceUnchanged(t *testing.T) {
	text := []byte("a:  b\n")
	for _, edits := range [][]Edit{nil, {Set(At("a"), "b")}, {Put(At("a"), "b"), Set(At("a"), "b")}} {
		out, err := Splice(text, edits...)
		if err != nil || &out[0] != &text[0] || len(out) != len(text) {
			t.Errorf("%v %q", err, out)
		}
	}
	if e := Put(At("a"), "b"); e.Path().String() != "a" || e.Value() != "b" {
		t.Error("an edit does not tell what it is")
	}
}

// Of several edits that are proved together, the one that fails is named.
func TestCulpritIsNamed(t *testing.T) {
	_, err := Splice([]byte("{a: 1, b, c: 2}\n"), Set(At("a"), "3"), Set(At("b"), "4"), Set(At("c"), "5"))
	if err == nil || !strings.HasPrefix(err.Error(), "1:9: b: ") {
		t.Errorf("got %v", err)
	}
}

func TestSameTree(t *testing.T) {
	const base = "a: &x {k: 1}\nb: *x\nc: [s, t]\n"
	tree := func(text string) *Node {
		n, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, text := range []string{base, "# c\na:   &x { k: 1 }\n\nb: *x\nc: [s,\n t]\n"} {
		if !sameTree(tree(base), tree(text)) {
			t.Errorf("%q is the same", text)
		}
	}
	for _, text := range []string{
		"a: &x {k: 2}\nb: *x\nc: [s, t]\n", "a: &x {k: !!str 1}\nb: *x\nc: [s, t]\n", "a: &x {k: '1'}\nb: *x\nc: [s, t]\n",
		"a: &y {k: 1}\nb: *y\nc: [s, t]\n", "b: &x {k: 1}\na: *x\nc: [s, t]\n", "a: &x {k: 1}\nb: &x {k: 1}\nc: [s, t]\n",
		"a: &x {k: 1}\nb: *x\nc: [t, s]\n", "a: &x {k: 1}\nb: *x\nc: [s, t, t]\n", "a: &x {k: 1}\nb: *x\nc:\n- s\n- t\n",
		"a: &x {k: 1}\nb: *x\nc: [\"s\", t]\n", "a: &x {k: 1}\nb: *x\nc: !y [s, t]\n", "",
	} {
		if sameTree(tree(base), tree(text)) || sameTree(tree(text), tree(base)) {
			t.Errorf("%q is not the same", text)
		}
	}
	// Two trees that only tell apart by what an alias stands for.
	one, two := tree("- &x 1\n- &x 1\n- *x\n"), tree("- &x 1\n- &x 1\n- *x\n")
	two.content[2].alias = two.content[0]
	if sameTree(one, two) {
		t.Error("an alias that changed hands is not the same")
	}
}
