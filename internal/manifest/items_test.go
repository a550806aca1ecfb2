package manifest

import (
	"strings"
	"testing"
)

// lists are the forms in which programs write lists, with two objects each.
var lists = map[string]string{
	"kyaml":              "kind: ResourceList\nitems:\n- kind: A\n  data:\n    t: |\n      one\n\n        two\n- kind: B # b\n  l:\n  - 1\nfunctionConfig:\n  kind: C\n",
	"indented, comments": "# top\nitems:\n  # before\n  - kind: A\n# low\n    data: {}\n\n  # between\n  -   kind: B\n      last: x # at the end\n# tail\nkind: List\n",
	"no final newline":   "items:\n- kind: A\n- kind: B\n  t: |-\n    x\n     y",
	"CR LF":              "items:\r\n- kind: A\r\n  t: |\r\n    x\r\n- kind: B\r\n",
	"JSON":               `{"items": [{"kind": "A", "t": "x\ny"},` + "\n" + ` {"kind": "B"}], "kind": "List"}`,
	"blanks in text":     "items:\n- kind: A\n  t: |\n    x\n       \n    y\n   \n- kind: B\n",
	"quoted lines":       "items:\n- kind: A\n  t: \"x\n   y\n  \n   z\"\n- kind: B\n",
	"dash alone":         "items:\n-\n  kind: A\n-\n  kind: B\n",
	"bracketed":          "items: [{kind: A}, {kind: B, t: [1,\n 2]}]\n",
}

func cutList(t *testing.T, text string) (Items, *Node) {
	t.Helper()
	root, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	items, err := CutItems([]byte(text), root, At("items"))
	if err != nil {
		t.Fatal(err)
	}
	return items, root
}

// TestItems: each item alone reads as it does in the list; put back unchanged the
// list is the same; changed, it reads as the list with that change.
func TestItems(t *testing.T) {
	for name, text := range lists {
		t.Run(name, func(t *testing.T) {
			items, root := cutList(t, text)
			if items.Len() != 2 {
				t.Fatalf("%d items", items.Len())
			}
			if docs := Split(items.Stream()); len(docs) != 2 {
				t.Fatalf("%d documents", len(docs))
			}
			changed := map[int][]byte{}
			for n := range items.Len() {
				alone, err := Parse(items.Alone(n))
				if err != nil || !sameTree(root.Lookup(At("items", n)), alone) {
					t.Fatalf("item %d alone (%v):\n%s", n, err, items.Alone(n))
				}
				changed[n] = items.Alone(n)
			}
			if got := string(items.Join(changed)); got != text {
				t.Fatalf("unchanged, but\n%q\nis not\n%q", got, text)
			}
			for n := range items.Len() {
				edited, err := Splice(items.Alone(n), Put(At("metadata", "new"), "a\nb"), Set(At("kind"), "Z"))
				if err != nil {
					t.Fatal(err)
				}
				want, _ := Parse(edited)
				after, afterRoot := cutList(t, string(items.Join(map[int][]byte{n: edited})))
				if !sameTree(want, afterRoot.Lookup(At("items", n))) {
					t.Errorf("item %d edited reads differently:\n%s", n, after.text)
				}
				if other := 1 - n; string(after.Alone(other)) != string(items.Alone(other)) {
					t.Errorf("item %d has changed with item %d:\n%s", other, n, after.text)
				}
			}
		})
	}
}

func TestItemsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"scalar": "items: [a]\n", "null": "items:\n-\n", "anchor": "items:\n- &a\n  kind: A\n",
		"no list": "items: {}\n", "alias": "x: &x {a: b}\nitems: [*x]\n", "odd breaks": "items:\n- a: \"x\u2028 y\"\n  b: c\n",
	} {
		root, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		if _, err := CutItems([]byte(text), root, At("items")); err == nil {
			t.Errorf("%s: cut", name)
		}
	}
}

func TestCutOut(t *testing.T) {
	text := []byte("a:\n  b:\n    c: |\n      x\n    # in\n    d: 1\n  # out\n  e: 2\n")
	root, _ := Parse(text)
	got, err := CutOut(text, root, At("a", "b"))
	if want := "c: |\n  x\n# in\nd: 1\n"; err != nil || string(got) != want {
		t.Errorf("%q (%v), want %q", got, err, want)
	}
	for _, missing := range []Path{At("x"), At("a", "e")} {
		if _, err := CutOut(text, root, missing); err == nil {
			t.Errorf("%s: cut out", missing)
		}
	}
}

// FuzzItems: whatever is cut can be put back, and reads alone as it did.
func FuzzItems(f *testing.F) {
	for _, text := range lists {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		root, err := Parse(text)
		if err != nil || root == nil {
			return
		}
		items, err := CutItems(text, root, At("items"))
		if err != nil {
			return
		}
		changed := map[int][]byte{}
		for n := range items.Len() {
			changed[n] = items.Alone(n)
			alone, err := Parse(items.Alone(n))
			if err != nil {
				if strings.Contains(err.Error(), "alias") {
					continue // of an anchor in another item
				}
				t.Fatalf("item %d of %q: %v", n, text, err)
			}
			if !sameTree(root.Lookup(At("items", n)).follow(), alone) && !holdsAlias(root) {
				t.Fatalf("item %d of %q is %q", n, text, items.Alone(n))
			}
		}
		if got := items.Join(changed); string(got) != string(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func holdsAlias(n *Node) bool {
	if n == nil || n.IsAlias() {
		return n != nil
	}
	for _, child := range n.content {
		if holdsAlias(child) {
			return true
		}
	}
	return false
}
