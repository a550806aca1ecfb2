package manifest

import (
	"strings"
	"testing"
)

const someList = `---
# Source: a comment
apiVersion: v1
kind: List
metadata:
  resourceVersion: ""
items:  # of all kinds
# before the first
- kind: A
  text: |
    - kind: not an item
    # not a comment

- kind: B # the second
  quoted: "x - y"
# between

-   kind: C
    list:
    - 1
    - 2
`

// TestSplitLists: what is cut out, and what stays whole; joined it is the input.
func TestSplitLists(t *testing.T) {
	items := []string{
		"kind: A\ntext: |\n  - kind: not an item\n  # not a comment\n\n",
		"kind: B # the second\nquoted: \"x - y\"\n# between\n\n",
		"kind: C\nlist:\n- 1\n- 2\n",
	}
	head, body, _ := strings.Cut(someList, "# before")
	body = "# before" + body
	indented := head + "  " + strings.TrimSuffix(strings.ReplaceAll(body, "\n", "\n  "), "  ")
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"a list":                     {someList, items},
		"indented":                   {indented, items},
		"items first":                {"items:\n- kind: A\n- kind: B\nkind: List\napiVersion: v1\n", []string{"kind: A\n", "kind: B\n"}},
		"CR LF":                      {"apiVersion: v1\r\nkind: List\r\nitems:\r\n- kind: A\r\n  x: 1\r\n- kind: B\r\n", []string{"kind: A\r\nx: 1\r\n", "kind: B\r\n"}},
		"no final newline":           {"apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B", []string{"kind: A\n", "kind: B"}},
		"between documents":          {"kind: X\n" + someList + "---\nkind: Y\n", append([]string{"kind: X\n"}, append(items, "---\nkind: Y\n")...)},
		"an anchor used by its item": {"apiVersion: v1\nkind: List\nitems:\n- a: &x 1\n  b: *x\n- kind: B\n", []string{"a: &x 1\nb: *x\n", "kind: B\n"}},
		"an anchor used by another":  {"apiVersion: v1\nkind: List\nitems:\n- a: &x 1\n- b: *x\n", nil},
		"an anchor of the list":      {"apiVersion: v1\nkind: List\nmetadata: &x {}\nitems:\n- b: *x\n", nil},
		"a typed list":               {"apiVersion: v1\nkind: ConfigMapList\nitems:\n- a: 1\n", nil},
		"another kind":               {"apiVersion: example.com/v1\nkind: List\nitems:\n- a: 1\n", nil},
		"another key":                {"apiVersion: v1\nkind: List\nspec: {}\nitems:\n- a: 1\n", nil},
		"no items":                   {"apiVersion: v1\nkind: List\nitems: []\n", nil},
		"null":                       {"apiVersion: v1\nkind: List\nitems:\n", nil},
		"in brackets":                {"apiVersion: v1\nkind: List\nitems: [{kind: A}]\n", nil},
		"items twice":                {"apiVersion: v1\nkind: List\nitems:\n- a: 1\nitems:\n- a: 2\n", nil},
		"a dash alone":               {"apiVersion: v1\nkind: List\nitems:\n-\n  kind: A\n", nil},
		"a crooked dash":             {"apiVersion: v1\nkind: List\nitems:\n  - kind: A\n - kind: B\n", nil},
		"a marker in an item":        {"apiVersion: v1\nkind: List\nitems:\n- |\n  --- x\n", nil},
		"a mark":                     {"apiVersion: v1\nkind: List\nitems:\n- kind: A\n\ufeff- kind: B\n", nil},
		"another line break":         {"apiVersion: v1\nkind: List\nitems:\n- kind: A\u2028- kind: B\n", nil},
	} {
		docs, found := SplitLists([]byte(c.stream))
		if got := string(Join(docs)); got != c.stream {
			t.Errorf("%s: joined %q", name, got)
		}
		if found != (c.want != nil) {
			t.Errorf("%s: found %v", name, found)
		}
		if !found {
			continue
		}
		var got []string
		for _, d := range docs {
			if head, sure := d.Head(); d.InList() || head != (Head{}) || !sure {
				got = append(got, string(d.Text))
			}
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestSplitListsLines: problems of an item are on its line of the stream.
func TestSplitListsLines(t *testing.T) {
	docs, _ := SplitLists([]byte(someList))
	lines := strings.Split(someList, "\n")
	for _, d := range docs {
		root, err := d.Parse()
		if err != nil {
			t.Fatal(err)
		}
		if d.InList() && !strings.Contains(lines[root.Get("kind").Line()-1], "kind: "+root.Head().Kind) {
			t.Errorf("%s is on line %d", root.Head().Kind, root.Get("kind").Line())
		}
	}
}

// TestSplitListsChanged: a changed item goes back with its blanks, all other bytes
// stay; a comment that would move is told.
func TestSplitListsChanged(t *testing.T) {
	docs, _ := SplitLists([]byte(someList))
	restores := ""
	for i, d := range docs {
		if d.InList() {
			restores += map[bool]string{true: "yes ", false: "no "}[d.Restores()]
		}
		if head, _ := d.Head(); head.Kind == "C" {
			changed, err := d.Splice(Put(At("more", "deep"), "x"), Set(At("list", 1), "3"))
			if err != nil {
				t.Fatal(err)
			}
			docs[i] = changed
		}
	}
	want := strings.Replace(someList, "- 2\n", "- 3\n    more:\n      deep: x\n", 1)
	if got := string(Join(docs)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if restores != "yes no yes " {
		t.Errorf("restores: %s", restores)
	}
}
