package manifest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// scalarPaths are the paths of all scalars that an edit may reach.
func scalarPaths(n *Node, at Path) (paths []Path) {
	switch {
	case n == nil || n.IsAlias():
		return nil
	case n.Kind() == Scalar:
		return []Path{at}
	case n.Kind() == Sequence:
		for i, item := range n.Items() {
			paths = append(paths, scalarPaths(item, at.With(i))...)
		}
	default:
		for key, value := range n.Pairs() {
			if key.Kind() == Scalar {
				paths = append(paths, scalarPaths(value, at.With(key.Value()))...)
			}
		}
	}
	return paths
}

// leaf is one node of the parser's own tree, told apart from ours on purpose.
type leaf struct {
	tag, value, anchor string
	style              yaml.Style
}

// parserLeaves lists a document's nodes in order.
func parserLeaves(t *testing.T, text []byte) (leaves []leaf) {
	t.Helper()
	var root yaml.Node
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err == nil {
		err = loader.Load(&root)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%q: %v", text, err)
	}
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		leaves = append(leaves, leaf{n.ShortTag(), n.Value, n.Anchor, n.Style})
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(&root)
	return leaves
}

// setHolds makes one Set and holds the result against the parser: the field has
// the value, every other node is as before, no comment is lost, and the bytes
// before the field are untouched.
func setHolds(t *testing.T, text []byte, path Path, value string) (out []byte, done bool) {
	t.Helper()
	root, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	out, err = Splice(text, Set(path, value))
	if err != nil {
		return nil, false
	}
	next, err := Parse(out)
	if err != nil {
		t.Fatalf("%q: Set(%s, %q) gave %q: %v", text, path, value, out, err)
	}
	field := root.Lookup(path)
	if got := next.Lookup(path); got.Value() != value || got.Tag() != field.Tag() && got.Tag() != "!!str" {
		t.Fatalf("%q: Set(%s, %q) gave %q with %q %s", text, path, value, out, got.Value(), got.Tag())
	}
	if !bytes.HasPrefix(out, text[:field.offset]) {
		t.Fatalf("%q: Set(%s, %q) gave %q, which begins differently", text, path, value, out)
	}
	oldLeaves, newLeaves := parserLeaves(t, text), parserLeaves(t, out)
	changed := 0
	for i := range oldLeaves {
		if i >= len(newLeaves) || oldLeaves[i] != newLeaves[i] {
			changed++
		}
	}
	if len(oldLeaves) != len(newLeaves) || changed > 1 {
		t.Fatalf("%q: Set(%s, %q) gave %q, which changes %d values", text, path, value, out, changed)
	}
	if !strings.Contains(field.Value()+value, "#") && bytes.Count(text, []byte("#")) != bytes.Count(out, []byte("#")) {
		t.Fatalf("%q: Set(%s, %q) gave %q, which has other comments", text, path, value, out)
	}
	return out, true
}

func FuzzSplice(f *testing.F) {
	for _, stream := range allStreams(f) {
		for _, d := range Split(stream) {
			if len(d.Text) < 1024 {
				f.Add(d.Text, uint(3), "NEW\nvalue: # x")
			}
		}
	}
	f.Add([]byte("a: |\n x\n\n  \nb: c"), uint(0), " x\n")
	f.Fuzz(func(t *testing.T, text []byte, which uint, value string) {
		root, err := Parse(text)
		if err != nil {
			return
		}
		if paths := scalarPaths(root, At()); len(paths) > 0 && !strings.Contains(value, "\ufffd") && InvalidUTF8([]byte(value)) < 0 {
			setHolds(t, text, paths[which%uint(len(paths))], value)
		}
		every := []Edit{Put(At("metadata", "new"), value), Delete(At("metadata")), Insert(At("data"), []byte("- x: 1\n")), Append(At("items"), []byte("x: |\n  y\n"))}
		if out, err := Splice(text, every[which%uint(len(every))]); err == nil {
			if _, err := Parse(out); err != nil {
				t.Fatalf("%q: %s gave %q: %v", text, every[which%uint(len(every))].Path(), out, err)
			}
		}
	})
}

// lineGen makes the lines that values are made of, mean ones included.
var lineGen = rapid.SampledFrom([]string{"", "x", "two words", " lead", "trail ", "---", "# c", "a: b", "\"", "it's", "true", "0777", "é日😀", "\ttab", "\\", "-----BEGIN X-----", "{", "\u0085"})

var valueGen = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(lineGen, 1, 5).Draw(t, "lines"), "\n")
})

// generated is a document and the path of a value in it.
type generated struct {
	text string
	path Path
}

// documentGen writes a value in one of the styles among other fields.
var documentGen = rapid.Custom(func(t *rapid.T) generated {
	style := rapid.SampledFrom([]string{
		"data:\n  value: plain # c\n", "data:\n  value: |\n      x\n      y\n\n# c\n", "data:\n    value: |-\n     x\n",
		"data:\n  value: |+\n    x\n\n", "data:\n  value: 'single'\n", "data:\n  value: \"a\\u00e9\n    b\"  # c\n",
		"data: {value: plain, x: [1]} # c\n", "data:\n  value:\n  x: y\n", "data:\n  value: &v !!str\n    x\n",
		"data:\n  # c\n  ? value\n  : plain\n", "{\"data\": {\"value\": \"x\"}}\n", "data:\n  value: |2-\n     x\n    y\n",
	}).Draw(t, "style")
	path := At("data", "value")
	if strings.HasPrefix(style, "{") {
		return generated{style, path}
	}
	if rapid.Bool().Draw(t, "item") {
		style = "items:\n- " + strings.ReplaceAll(strings.TrimSuffix(style, "\n"), "\n", "\n  ") + "\n- x\n"
		path = At("items", 0, "data", "value")
	}
	head := rapid.SampledFrom([]string{"", "---\n# Source: x\n", bom, "%YAML 1.1\n---\n", "a: &x [1]\nb: *x\n"}).Draw(t, "head")
	tail := rapid.SampledFrom([]string{"", "z: |\n  y\n", "# end\n", "\n\nz: 1\n", "...\n", "z: 1\n? y\n"}).Draw(t, "tail")
	text := head + style + tail
	if rapid.Bool().Draw(t, "crlf") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return generated{text, path}
})

// Whatever the style, Set takes every value, and only it changes.
func TestSetTakesEveryValue(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		doc, value := documentGen.Draw(r, "document"), valueGen.Draw(r, "value")
		if _, done := setHolds(t, []byte(doc.text), doc.path, value); !done {
			_, err := Splice([]byte(doc.text), Set(doc.path, value))
			r.Fatalf("%q: %q refused: %v", doc.text, value, err)
		}
	})
}

// There and back gives the bytes again while the styles stay what they were.
func TestSetThereAndBack(t *testing.T) {
	words := rapid.StringMatching(`w[a-z]{1,3}( [a-z]{1,3}){0,2}`)
	rapid.Check(t, func(r *rapid.T) {
		doc := documentGen.Draw(r, "document")
		text, path := []byte(doc.text), doc.path
		root, err := Parse(text)
		if err != nil {
			r.Fatal(err)
		}
		old := root.Lookup(path)
		if old.IsNull() {
			return // a null cannot be set back by a string
		}
		trailing := old.Value()[len(strings.TrimRight(old.Value(), "\n")):]
		there, err := Splice(text, Set(path, words.Draw(r, "value")+trailing))
		if err != nil {
			r.Fatal(err)
		}
		back, err := Splice(there, Set(path, old.Value()))
		if err != nil {
			r.Fatal(err)
		}
		again, err := Parse(back)
		if err != nil || again.Lookup(path).Value() != old.Value() {
			r.Fatalf("%q became %q and %q", text, there, back)
		}
		if old.style != doubleQuoted && !strings.HasPrefix(old.Value(), " ") && !bytes.Equal(back, text) {
			r.Fatalf("%q became %q and %q", text, there, back)
		}
	})
}

func TestJoinOfSplit(t *testing.T) {
	piece := rapid.SampledFrom([]string{"---", "...", "\n", "\r", "\r\n", " ", "a: b", "#", "%A", bom, "\u0085", "\u2028", "-", "\xff", "|"})
	rapid.Check(t, func(r *rapid.T) {
		stream := strings.Join(rapid.SliceOf(piece).Draw(r, "stream"), "")
		if got := string(Join(Split([]byte(stream)))); got != stream {
			r.Fatalf("%q became %q", stream, got)
		}
	})
}
