package manifest

import (
	"errors"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

type spliceCase struct {
	name, text string
	edits      []Edit
	want       string // "" when refused
	refused    problem.Code
}

func runSplices(t *testing.T, cases []spliceCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Splice([]byte(c.text), c.edits...)
			var p *problem.Problem
			switch {
			case c.refused == "" && err != nil:
				t.Fatalf("%v (%v)", err, errors.Unwrap(err))
			case c.refused == "" && string(got) != c.want:
				t.Fatalf("got\n%s\n%q\nwant\n%s\n%q", got, got, c.want, c.want)
			case c.refused != "" && (!errors.As(err, &p) || p.Code != c.refused):
				t.Fatalf("got %q and %v, want a refusal %s", got, err, c.refused)
			case c.refused != "" && (p.Line == 0 && c.refused != "manifest-not-a-fragment" || got != nil):
				t.Fatalf("a refusal without its line, or with text: %v %q", p, got)
			}
		})
	}
}

var a = At("a")

const pem1, pem2 = "-----BEGIN X-----\nAAAA\n-----END X-----", "-----BEGIN X-----\nBBBB\nCCCC\n-----END X-----"

func TestSetFlowScalar(t *testing.T) {
	runSplices(t, []spliceCase{
		{name: "plain", text: "a: old # c\nb: 1\n", edits: []Edit{Set(a, "new")}, want: "a: new # c\nb: 1\n"},
		{name: "same", text: "a:   old\n", edits: []Edit{Set(a, "old")}, want: "a:   old\n"},
		{name: "no final newline", text: "a: old", edits: []Edit{Set(a, "new")}, want: "a: new"},
		{name: "bool stays string", text: "a: old\n", edits: []Edit{Set(a, "true")}, want: "a: \"true\"\n"},
		{name: "1.1 bool stays string", text: "a: old\n", edits: []Edit{Set(a, "on")}, want: "a: \"on\"\n"},
		{name: "octal stays string", text: "a: old\n", edits: []Edit{Set(a, "0777")}, want: "a: \"0777\"\n"},
		{name: "sexagesimal stays string", text: "a: old\n", edits: []Edit{Set(a, "12:30:45")}, want: "a: \"12:30:45\"\n"},
		{name: "float stays string", text: "a: old\n", edits: []Edit{Set(a, "1e3")}, want: "a: \"1e3\"\n"},
		{name: "hash stays plain", text: "a: 0e1b\n", edits: []Edit{Set(a, "12cd")}, want: "a: 12cd\n"},
		{name: "address stays plain", text: "a: old\n", edits: []Edit{Set(a, "10.0.0.1")}, want: "a: 10.0.0.1\n"},
		{name: "empty", text: "a: old\n", edits: []Edit{Set(a, "")}, want: "a: \"\"\n"},
		{name: "colon", text: "a: old\n", edits: []Edit{Set(a, "b: c")}, want: "a: \"b: c\"\n"},
		{name: "comment", text: "a: old\n", edits: []Edit{Set(a, "b #c")}, want: "a: \"b #c\"\n"},
		{name: "leading dash", text: "a: old\n", edits: []Edit{Set(a, "- b")}, want: "a: \"- b\"\n"},
		{name: "alias-like", text: "a: old\n", edits: []Edit{Set(a, "*b")}, want: "a: \"*b\"\n"},
		{name: "anchor-like", text: "a: old\n", edits: []Edit{Set(a, "&b c")}, want: "a: \"&b c\"\n"},
		{name: "tag-like", text: "a: old\n", edits: []Edit{Set(a, "!!int 3")}, want: "a: \"!!int 3\"\n"},
		{name: "lines", text: "a: old\n", edits: []Edit{Set(a, "x\ny\n")}, want: "a: \"x\\ny\\n\"\n"},
		{name: "timestamp stays plain", text: "a: 2035-02-09T19:18:47Z\n", edits: []Edit{Set(a, "2036-01-01T00:00:00Z")}, want: "a: 2036-01-01T00:00:00Z\n"},
		{name: "timestamp onto string", text: "a: old\n", edits: []Edit{Set(a, "2036-01-01T00:00:00Z")}, want: "a: \"2036-01-01T00:00:00Z\"\n"},
		{name: "int stays int", text: "a: 3\n", edits: []Edit{Set(a, "4")}, want: "a: 4\n"},
		{name: "word onto int", text: "a: 3\n", edits: []Edit{Set(a, "four")}, want: "a: \"four\"\n"},
		{name: "bool stays bool", text: "a: true\n", edits: []Edit{Set(a, "false")}, want: "a: false\n"},
		{name: "null", text: "a:\nb: 1\n", edits: []Edit{Set(a, "new")}, want: "a: new\nb: 1\n"},
		{name: "null with comment", text: "a: # c\nb: 1\n", edits: []Edit{Set(a, "new")}, want: "a: new # c\nb: 1\n"},
		{name: "null at the end", text: "a:", edits: []Edit{Set(a, "new")}, want: "a: new"},
		{name: "tilde", text: "a: ~\n", edits: []Edit{Set(a, "new")}, want: "a: new\n"},
		{name: "null to number string", text: "a:\n", edits: []Edit{Set(a, "5")}, want: "a: \"5\"\n"},
		{name: "null in flow", text: "{a: }\n", edits: []Edit{Set(a, "new")}, want: "{a: new}\n"},
		{name: "double", text: `a: "old"` + "\n", edits: []Edit{Set(a, `n"e\w`)}, want: `a: "n\"e\\w"` + "\n"},
		{name: "double keeps escapes", text: `a: "\u00e9 \x41 old \/"` + "\n", edits: []Edit{Set(a, "é A new /")}, want: `a: "\u00e9 \x41 new \/"` + "\n"},
		{name: "double, surrogates", text: `a: "\ud83d\ude00 old"` + "\n", edits: []Edit{Set(a, "😀 new")}, refused: "manifest-not-yaml"},
		{name: "double controls", text: `a: "old"` + "\n", edits: []Edit{Set(a, "\x00\x1b\u0085\u2028\ufeff")}, want: `a: "\u0000\u001b\u0085\u2028\ufeff"` + "\n"},
		{name: "double over lines", text: "a: \"one\n  two\\\n  three\"\n", edits: []Edit{Set(a, "one twothrow")}, want: "a: \"one\n  two\\\n  throw\"\n"},
		{name: "single", text: "a: 'it''s old'\n", edits: []Edit{Set(a, "it's n'w")}, want: "a: 'it''s n''w'\n"},
		{name: "single to lines", text: "a: 'old'\n", edits: []Edit{Set(a, "x\ny")}, want: "a: \"x\\ny\"\n"},
		{name: "plain over lines", text: "a: one\n  two\n  three\nb: c\n", edits: []Edit{Set(a, "one two four")}, want: "a: one\n  two\n  four\nb: c\n"},
		{name: "next line", text: "a:\n    old\nb: c\n", edits: []Edit{Set(a, "new")}, want: "a:\n    new\nb: c\n"},
		{name: "tagged", text: "a: !!str 1 # c\n", edits: []Edit{Set(a, "2")}, want: "a: !!str 2 # c\n"},
		{name: "anchored and tagged", text: "a: &x  !!str\n  old\n", edits: []Edit{Set(a, "new")}, want: "a: &x  !!str\n  new\n"},
		{name: "crlf", text: "a: old\r\nb: c\r\n", edits: []Edit{Set(a, "new")}, want: "a: new\r\nb: c\r\n"},
		{name: "flow", text: "{ a: old, b: [x] }", edits: []Edit{Set(a, "n,e")}, want: `{ a: "n,e", b: [x] }`},
		{name: "json", text: `{"a":"o\u00e9","n":1.50}`, edits: []Edit{Set(a, "né")}, want: `{"a":"n\u00e9","n":1.50}`},
		{name: "root", text: "# c\nold\n", edits: []Edit{Set(At(), "new")}, want: "# c\nnew\n"},
		{name: "item", text: "a: [x, old]\n", edits: []Edit{Set(At("a", 1), "new")}, want: "a: [x, new]\n"},
		{name: "two", text: "a: x\nb: y\n", edits: []Edit{Set(a, "1x"), Set(At("b"), "2y")}, want: "a: 1x\nb: 2y\n"},
		{name: "twice", text: "a: x\n", edits: []Edit{Set(a, "u"), Set(a, "z")}, want: "a: z\n"},
		{name: "double keys elsewhere", text: "b: 1\nb: 2\na: x\n", edits: []Edit{Set(a, "z")}, refused: "manifest-key-twice"},
		{name: "double keys on the way", text: "a: 1\na: 2\n", edits: []Edit{Set(a, "3")}, refused: "manifest-key-twice"},
		{name: "alias", text: "b: &x y\na: *x\n", edits: []Edit{Set(a, "z")}, refused: "manifest-through-alias"},
		{name: "through alias", text: "b: &x {c: y}\na: *x\n", edits: []Edit{Set(At("a", "c"), "z")}, refused: "manifest-through-alias"},
		{name: "repeated", text: "a: &x y\nb: *x\n", edits: []Edit{Set(a, "z")}, refused: "manifest-repeated-value"},
		{name: "inside repeated", text: "a: &x {c: y}\nb: *x\n", edits: []Edit{Set(At("a", "c"), "z")}, refused: "manifest-repeated-value"},
		{name: "anchor of nobody", text: "a: &x y\n", edits: []Edit{Set(a, "z")}, want: "a: &x z\n"},
		{name: "missing", text: "b: y\n", edits: []Edit{Set(a, "z")}, refused: "manifest-no-field"},
		{name: "missing item", text: "a: [y]\n", edits: []Edit{Set(At("a", 1), "z")}, refused: "manifest-no-field"},
		{name: "empty document", text: "# c\n", edits: []Edit{Set(a, "z")}, refused: "manifest-no-field"},
		{name: "mapping", text: "a: {b: c}\n", edits: []Edit{Set(a, "z")}, refused: "manifest-not-a-scalar"},
		{name: "key alone", text: "{a, b}\n", edits: []Edit{Set(a, "z")}, refused: "manifest-edit-unconfirmed"},
	})
}

func TestSetBlockScalar(t *testing.T) {
	lit := func(header, body string) string { return "a: " + header + "\n" + body }
	runSplices(t, []spliceCase{
		{name: "pem strip", text: lit("|-", "    -----BEGIN X-----\n    AAAA\n    -----END X-----\nb: c\n"), edits: []Edit{Set(a, pem2)},
			want: lit("|-", "    -----BEGIN X-----\n    BBBB\n    CCCC\n    -----END X-----\nb: c\n")},
		{name: "gains a newline", text: lit("|-", "  x\nb: c\n"), edits: []Edit{Set(a, "x\n")}, want: lit("|", "  x\nb: c\n")},
		{name: "loses its newline", text: lit("|", "  x\nb: c\n"), edits: []Edit{Set(a, "x")}, want: lit("|-", "  x\nb: c\n")},
		{name: "two newlines", text: lit("|", "  x\nb: c\n"), edits: []Edit{Set(a, "x\n\n")}, want: lit("|+", "  x\n\nb: c\n")},
		{name: "from two newlines", text: lit("|+", "  x\n\nb: c\n"), edits: []Edit{Set(a, "y\n")}, want: lit("|", "  y\n\nb: c\n")},
		{name: "keeps blank lines behind", text: lit("|", "  x\n  \n\nb: c\n"), edits: []Edit{Set(a, "y\n")}, want: lit("|", "  y\n  \n\nb: c\n")},
		{name: "keeps white space on blank lines", text: lit("|", "  x\n \n   \n  z\n"), edits: []Edit{Set(a, "y\n\n \nz\n")}, want: lit("|", "  y\n \n   \n  z\n")},
		{name: "keeps white space before the change", text: lit("|", "  z\n \n   \n  x\n"), edits: []Edit{Set(a, "z\n\n \ny\n")}, want: lit("|", "  z\n \n   \n  y\n")},
		{name: "keeps its indicator", text: lit("|2", "  x\n"), edits: []Edit{Set(a, "y\n")}, want: lit("|2", "  y\n")},
		{name: "empty", text: lit("|", "  x\nb: c\n"), edits: []Edit{Set(a, "")}, want: lit("|", "b: c\n")},
		{name: "from empty", text: lit("|-", "b: c\n"), edits: []Edit{Set(a, "x\ny")}, want: lit("|-", "  x\n  y\nb: c\n")},
		{name: "leading space", text: lit("|", "    x\n"), edits: []Edit{Set(a, " x\ny\n")}, want: lit("|4", "     x\n    y\n")},
		{name: "header comment", text: lit("|2- # hdr", "   lead\n  x\nb: c\n"), edits: []Edit{Set(a, " lead\ny")}, want: lit("|2- # hdr", "   lead\n  y\nb: c\n")},
		{name: "no final newline", text: lit("|", "  x\n  y"), edits: []Edit{Set(a, "x\nz")}, want: lit("|", "  x\n  z")},
		{name: "no final newline but one wanted", text: lit("|", "  x"), edits: []Edit{Set(a, "z\n")}, want: lit("|", "  z\n")},
		{name: "crlf", text: "a: |\r\n  x\r\n  y\r\nb: c\r\n", edits: []Edit{Set(a, "x\nz\nw\n")}, want: "a: |\r\n  x\r\n  z\r\n  w\r\nb: c\r\n"},
		{name: "carriage return in the value", text: lit("|", "  x\nb: c\n"), edits: []Edit{Set(a, "x\r\ny\n")}, want: "a: \"x\\r\\ny\\n\"\nb: c\n"},
		{name: "separator-like lines", text: lit("|", "  x\n"), edits: []Edit{Set(a, "---\n# no comment\n...\n")}, want: lit("|", "  ---\n  # no comment\n  ...\n")},
		{name: "env value", text: "env:\n- name: X\n  value: |\n            x\n- name: Y\n", edits: []Edit{Set(At("env", 0, "value"), "y\nz\n")}, want: "env:\n- name: X\n  value: |\n            y\n            z\n- name: Y\n"},
		{name: "item", text: "a:\n- |\n x\n- y\n", edits: []Edit{Set(At("a", 0), "z\n")}, want: "a:\n- |\n z\n- y\n"},
		{name: "tagged", text: "a: !!str |\n  x\n", edits: []Edit{Set(a, "y\n")}, want: "a: !!str |\n  y\n"},
		{name: "comment behind", text: lit("|", "  x\n# c\nb: c\n"), edits: []Edit{Set(a, "y\nz\n")}, want: lit("|", "  y\n  z\n# c\nb: c\n")},
		{name: "folded in a line", text: "a: >-\n  one\n  old\n  three\nb: c\n", edits: []Edit{Set(a, "one new three")}, want: "a: >-\n  one\n  new\n  three\nb: c\n"},
		{name: "folded over lines", text: "a: >-\n  one\n  two\nb: c\n", edits: []Edit{Set(a, "uno dos")}, refused: "manifest-folded"},
		{name: "folded to lines", text: "a: >-\n  one\n", edits: []Edit{Set(a, "on\ne")}, refused: "manifest-folded"},
		{name: "folded more indented", text: "a: >\n  one\n   two old\n\n  three\n", edits: []Edit{Set(a, "one\n two new\n\nthree\n")}, want: "a: >\n  one\n   two new\n\n  three\n"},
		{name: "root", text: "--- |\n  x\n", edits: []Edit{Set(At(), "y\nz\n")}, want: "--- |\n  y\n  z\n"},
		{name: "root without indent", text: "--- |\nx\n", edits: []Edit{Set(At(), "y\n")}, want: "--- \"y\\n\"\n"},
		{name: "lone CR in it", text: "a: |\n  x\ry\n", edits: []Edit{Set(a, "z")}, refused: "manifest-not-yaml"},
		{name: "NEL in it", text: "a: |\n  x\u0085  y\n", edits: []Edit{Set(a, "z")}, refused: "manifest-edit-unconfirmed"},
	})
}

func TestPut(t *testing.T) {
	m := At("metadata", "annotations", "k/x")
	runSplices(t, []spliceCase{
		{name: "present", text: "metadata:\n  annotations:\n    k/x: old\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n  annotations:\n    k/x: new\n"},
		{name: "at the end", text: "metadata:\n  annotations:\n    b: c # d\n# e\nspec: 1\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n  annotations:\n    b: c # d\n    k/x: new\n# e\nspec: 1\n"},
		{name: "wide indent", text: "metadata:\n      annotations:\n          b: c\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n      annotations:\n          b: c\n          k/x: new\n"},
		{name: "behind literal", text: "metadata:\n  annotations:\n    b: |\n      c\n\nspec: 1\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n  annotations:\n    b: |\n      c\n    k/x: new\n\nspec: 1\n"},
		{name: "behind kept blank lines", text: "metadata:\n  annotations:\n    b: |+\n      c\n\nspec: 1\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n  annotations:\n    b: |+\n      c\n\n    k/x: new\nspec: 1\n"},
		{name: "parent missing", text: "metadata:\n  name: x\nspec: 1\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n  name: x\n  annotations:\n    k/x: new\nspec: 1\n"},
		{name: "all missing", text: "kind: x", edits: []Edit{Put(m, "new")}, want: "kind: x\nmetadata:\n  annotations:\n    k/x: new"},
		{name: "empty mapping", text: "metadata:\n  annotations: {} # c\n  name: x\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n  annotations: # c\n    k/x: new\n  name: x\n"},
		{name: "null", text: "metadata:\n  annotations:\n  name: x\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n  annotations:\n    k/x: new\n  name: x\n"},
		{name: "null word", text: "metadata:\n  annotations: null\n  name: x\n", edits: []Edit{Put(m, "new")}, want: "metadata:\n  annotations:\n    k/x: new\n  name: x\n"},
		{name: "number string", text: "metadata:\n  annotations:\n    b: c\n", edits: []Edit{Put(m, "1234567890123456")}, want: "metadata:\n  annotations:\n    b: c\n    k/x: \"1234567890123456\"\n"},
		{name: "lines", text: "metadata:\n  annotations:\n    b: c\n", edits: []Edit{Put(m, pem1)}, want: "metadata:\n  annotations:\n    b: c\n    k/x: |-\n      -----BEGIN X-----\n      AAAA\n      -----END X-----\n"},
		{name: "first key on the dash", text: "- metadata:\n    annotations: {}\n", edits: []Edit{Put(At(0).With("metadata", "annotations", "k/x"), "new")}, want: "- metadata:\n    annotations:\n      k/x: new\n"},
		{name: "item", text: "a:\n- b: c\n- d: e\n", edits: []Edit{Put(At("a", 0, "x"), "new")}, want: "a:\n- b: c\n  x: new\n- d: e\n"},
		{name: "flow", text: "metadata: {annotations: {b: c}}\n", edits: []Edit{Put(m, "new")}, want: "metadata: {annotations: {b: c, k/x: new}}\n"},
		{name: "flow chain", text: "metadata: {name: x}\n", edits: []Edit{Put(m, "new")}, want: "metadata: {name: x, annotations: {k/x: new}}\n"},
		{name: "flow null", text: "{metadata: {annotations: null}}\n", edits: []Edit{Put(m, "new")}, want: "{metadata: {annotations: {k/x: new}}}\n"},
		{name: "flow empty", text: "{metadata: {annotations: {}}}\n", edits: []Edit{Put(m, "new")}, want: "{metadata: {annotations: {k/x: new}}}\n"},
		{name: "json", text: `{"metadata":{"annotations":{"b":"c"}}}`, edits: []Edit{Put(m, "new")}, want: `{"metadata":{"annotations":{"b":"c", "k/x": "new"}}}`},
		{name: "json empty", text: `{"metadata":{"annotations":{}}}`, edits: []Edit{Put(m, "new")}, want: `{"metadata":{"annotations":{"k/x": "new"}}}`},
		{name: "json lines", text: "{\n  \"metadata\": {\n    \"annotations\": {\n      \"b\": \"c\"\n    }\n  }\n}\n", edits: []Edit{Put(m, "x\ny")}, want: "{\n  \"metadata\": {\n    \"annotations\": {\n      \"b\": \"c\",\n      \"k/x\": \"x\\ny\"\n    }\n  }\n}\n"},
		{name: "crlf", text: "metadata:\r\n  annotations:\r\n    b: c\r\n", edits: []Edit{Put(m, "new")}, want: "metadata:\r\n  annotations:\r\n    b: c\r\n    k/x: new\r\n"},
		{name: "odd key", text: "a:\n  b: c\n", edits: []Edit{Put(At("a", "x: y"), "z")}, want: "a:\n  b: c\n  \"x: y\": z\n"},
		{name: "boolean key", text: "a:\n  b: c\n", edits: []Edit{Put(At("a", "on"), "z")}, want: "a:\n  b: c\n  \"on\": z\n"},
		{name: "document end", text: "a:\n  b: c\n...\n", edits: []Edit{Put(At("a", "x"), "z")}, want: "a:\n  b: c\n  x: z\n...\n"},
		{name: "scalar in the way", text: "metadata: x\n", edits: []Edit{Put(m, "new")}, refused: "manifest-no-field"},
		{name: "item that is not there", text: "a: []\n", edits: []Edit{Put(At("a", 0), "new")}, refused: "manifest-no-field"},
		{name: "onto mapping", text: "a: {}\n", edits: []Edit{Put(a, "new")}, refused: "manifest-not-a-scalar"},
		{name: "behind cut-off literal", text: "a: |\n  x", edits: []Edit{Put(At("b"), "y")}, refused: "manifest-edit-unconfirmed"},
	})
}

func TestDelete(t *testing.T) {
	runSplices(t, []spliceCase{
		{name: "entry", text: "a: 1 # c\nb: 2\n", edits: []Edit{Delete(a)}, want: "b: 2\n"},
		{name: "last", text: "b: 2\na: 1\n", edits: []Edit{Delete(a)}, want: "b: 2\n"},
		{name: "comment above stays", text: "b: 2\n# c\na: 1\nd: 3\n", edits: []Edit{Delete(a)}, want: "b: 2\n# c\nd: 3\n"},
		{name: "block", text: "a:\n  b: |\n    x\n  c:\n  - 1\nd: 3\n", edits: []Edit{Delete(a)}, want: "d: 3\n"},
		{name: "indentless sequence", text: "a:\n- 1\n- 2\nd: 3\n", edits: []Edit{Delete(a)}, want: "d: 3\n"},
		{name: "only entry", text: "a:\n  b: 1 # c\nd: 3\n", edits: []Edit{Delete(At("a", "b"))}, want: "a: {} # c\nd: 3\n"},
		{name: "only item", text: "a:\n- 1\nd: 3\n", edits: []Edit{Delete(At("a", 0))}, want: "a: []\nd: 3\n"},
		{name: "only entry of all", text: "a: 1\n", edits: []Edit{Delete(a)}, want: "{}\n"},
		{name: "on the dash", text: "- a: 1\n  b: 2\n- c: 3\n", edits: []Edit{Delete(At(0, "a"))}, want: "- b: 2\n- c: 3\n"},
		{name: "on the dash, comment between", text: "- a: 1\n  # c\n  b: 2\n", edits: []Edit{Delete(At(0, "a"))}, refused: "manifest-no-place"},
		{name: "item", text: "a:\n  - x: 1\n    y: 2\n  - z\n  -\n", edits: []Edit{Delete(At("a", 0))}, want: "a:\n  - z\n  -\n"},
		{name: "middle item", text: "a:\n- x\n- y\n- z\n", edits: []Edit{Delete(At("a", 1))}, want: "a:\n- x\n- z\n"},
		{name: "null item", text: "a:\n- x\n-\n- z\n", edits: []Edit{Delete(At("a", 1))}, want: "a:\n- x\n- z\n"},
		{name: "flow first", text: "{a: 1, b: 2}", edits: []Edit{Delete(a)}, want: "{b: 2}"},
		{name: "flow last", text: "{b: 2, a: [1, 2] }", edits: []Edit{Delete(a)}, want: "{b: 2 }"},
		{name: "flow only", text: "x: { a: 1 }", edits: []Edit{Delete(At("x", "a"))}, want: "x: {  }"},
		{name: "flow item", text: "[1, 2, 3]", edits: []Edit{Delete(At(1))}, want: "[1, 3]"},
		{name: "flow comment", text: "[1, # c\n2]", edits: []Edit{Delete(At(0))}, refused: "manifest-no-place"},
		{name: "anchor that is used", text: "a: &x 1\nb: *x\n", edits: []Edit{Delete(a)}, refused: "manifest-repeated-value"},
		{name: "anchor inside that is used", text: "a: {c: &x 1}\nb: *x\n", edits: []Edit{Delete(a)}, refused: "manifest-edit-unconfirmed"},
		{name: "anchor that would change hands", text: "z: &x 0\na: {c: &x 1}\nb: *x\n", edits: []Edit{Delete(a)}, refused: "manifest-edit-unconfirmed"},
		{name: "missing", text: "b: 2\n", edits: []Edit{Delete(a)}, refused: "manifest-no-field"},
		{name: "all", text: "b: 2\n", edits: []Edit{Delete(At())}, refused: "manifest-no-place"},
	})
}

func TestInsertAndAppend(t *testing.T) {
	mapping, list, text := []byte("x: 1\ny:\n  - z\n"), []byte("- p: 1\n  q: 2\n- r\n"), []byte("|-\n  one\n\n  two\n")
	runSplices(t, []spliceCase{
		{name: "mapping", text: "a:\n  b: c\n", edits: []Edit{Insert(At("a", "new"), mapping)}, want: "a:\n  b: c\n  new:\n    x: 1\n    y:\n      - z\n"},
		{name: "sequence", text: "a:\n  b: c\n", edits: []Edit{Insert(At("a", "new"), list)}, want: "a:\n  b: c\n  new:\n  - p: 1\n    q: 2\n  - r\n"},
		{name: "literal", text: "a:\n  b: c\n", edits: []Edit{Insert(At("a", "new"), text)}, want: "a:\n  b: c\n  new: |-\n    one\n\n    two\n"},
		{name: "number", text: "a:\n  b: c\n", edits: []Edit{Insert(At("a", "new"), []byte("4"))}, want: "a:\n  b: c\n  new: 4\n"},
		{name: "flow", text: "a:\n  b: c\n", edits: []Edit{Insert(At("a", "new"), []byte("{x: [1, 2]}\n"))}, want: "a:\n  b: c\n  new: {x: [1, 2]}\n"},
		{name: "scalar by mapping", text: "a: old # c\nb: d\n", edits: []Edit{Insert(a, mapping)}, want: "a: # c\n  x: 1\n  y:\n    - z\nb: d\n"},
		{name: "mapping by mapping", text: "a: # c\n  old: 1\n  older: 2\nb: d\n", edits: []Edit{Insert(a, mapping)}, want: "a: # c\n  x: 1\n  y:\n    - z\nb: d\n"},
		{name: "mapping by scalar", text: "a:\n  old: 1\nb: d\n", edits: []Edit{Insert(a, []byte("4"))}, want: "a: 4\nb: d\n"},
		{name: "mapping by scalar, comment", text: "a: # c\n  old: 1\nb: d\n", edits: []Edit{Insert(a, []byte("4"))}, refused: "manifest-no-place"},
		{name: "literal by literal", text: "a: |\n  old\n\nb: d\n", edits: []Edit{Insert(a, text)}, want: "a: |-\n  one\n\n  two\n\nb: d\n"},
		{name: "sequence by sequence", text: "a:\n- 1\n- 2\nb: d\n", edits: []Edit{Insert(a, list)}, want: "a:\n- p: 1\n  q: 2\n- r\nb: d\n"},
		{name: "item by mapping", text: "a:\n- old: 1\n- b\n", edits: []Edit{Insert(At("a", 0), mapping)}, want: "a:\n- x: 1\n  y:\n    - z\n- b\n"},
		{name: "empty by mapping", text: "a: {}\nb: d\n", edits: []Edit{Insert(a, mapping)}, want: "a:\n  x: 1\n  y:\n    - z\nb: d\n"},
		{name: "flow by flow", text: "{a: {b: c}, d: e}", edits: []Edit{Insert(a, []byte("[1]"))}, want: "{a: [1], d: e}"},
		{name: "block into flow", text: "{a: {b: c}, d: e}", edits: []Edit{Insert(a, mapping)}, refused: "manifest-no-place"},
		{name: "broken", text: "a: 1\n", edits: []Edit{Insert(a, []byte("{"))}, refused: "manifest-not-a-fragment"},
		{name: "nothing", text: "a: 1\n", edits: []Edit{Insert(a, []byte("# c\n"))}, refused: "manifest-not-a-fragment"},
		{name: "document", text: "a: 1\n", edits: []Edit{Insert(a, []byte("---\nx: 1\n"))}, refused: "manifest-not-a-fragment"},
		{name: "all", text: "a: 1\n", edits: []Edit{Insert(At(), mapping)}, refused: "manifest-no-place"},
		{name: "append", text: "a:\n  - 1 # c\n# d\nb: e\n", edits: []Edit{Append(a, mapping)}, want: "a:\n  - 1 # c\n  - x: 1\n    y:\n      - z\n# d\nb: e\n"},
		{name: "append scalar", text: "a:\n- 1", edits: []Edit{Append(a, []byte("2"))}, want: "a:\n- 1\n- 2"},
		{name: "append literal", text: "a:\n- 1\n", edits: []Edit{Append(a, text)}, want: "a:\n- 1\n- |-\n  one\n\n  two\n"},
		{name: "append sequence", text: "a:\n- 1\n", edits: []Edit{Append(a, list)}, want: "a:\n- 1\n- - p: 1\n    q: 2\n  - r\n"},
		{name: "append to empty", text: "a: [] # c\nb: e\n", edits: []Edit{Append(a, mapping)}, want: "a: # c\n- x: 1\n  y:\n    - z\nb: e\n"},
		{name: "append to null", text: "a:\nb: e\n", edits: []Edit{Append(a, []byte("{x: 1}"))}, want: "a:\n- {x: 1}\nb: e\n"},
		{name: "append to missing", text: "b:\n  c: e\n", edits: []Edit{Append(At("b", "d"), []byte("{x: 1}"))}, want: "b:\n  c: e\n  d:\n  - {x: 1}\n"},
		{name: "append in flow", text: "a: [1, 2]\n", edits: []Edit{Append(a, []byte("{x: 1}"))}, want: "a: [1, 2, {x: 1}]\n"},
		{name: "append to empty in flow", text: "{a: []}\n", edits: []Edit{Append(a, []byte("3"))}, want: "{a: [3]}\n"},
		{name: "append block in flow", text: "a: [1, 2]\n", edits: []Edit{Append(a, mapping)}, refused: "manifest-no-place"},
		{name: "append to mapping", text: "a: {b: c}\n", edits: []Edit{Append(a, mapping)}, refused: "manifest-not-a-sequence"},
		{name: "several in order", text: "a:\n  b: 1\n", edits: []Edit{Insert(At("a", "l"), []byte("[]")), Append(At("a", "l"), []byte("x: 1")), Put(At("a", "l", 0, "w"), "z"), Set(At("a", "b"), "2"), Delete(At("a", "l", 0, "x"))}, want: "a:\n  b: 2\n  l:\n  - w: z\n"},
	})
}

// A refusal may not show what stands in the document: it may be a key.
func TestNoSecretInProblems(t *testing.T) {
	const secret = "hunter2"
	for _, text := range []string{
		"key: *" + secret + "\n", "key: \"" + secret + "\n", "key: !<" + secret + "^ x\n", "{key: " + secret,
		"a: |\n " + secret + "\nb: 1\n x", "key: " + secret + ": x\n", "key: @" + secret + "\n", "? " + secret + "\n x: y\n",
	} {
		_, err := Splice([]byte(text), Set(At("key"), "x"))
		if err == nil {
			t.Errorf("%q was accepted", text)
			continue
		}
		for _, p := range problem.Of(err) {
			if shown := p.Error() + strings.Join(p.Hints, " "); strings.Contains(shown, secret) {
				t.Errorf("%q: %s", text, shown)
			}
		}
	}
}
