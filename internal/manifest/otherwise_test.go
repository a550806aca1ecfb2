package manifest

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/yaml"
)

// TestReadOtherwise: what the readers of Kubernetes read otherwise is refused, and what they read alike is not.
func TestReadOtherwise(t *testing.T) {
	for _, text := range []string{
		"a: {?b: c}", "a: [?b]", "a: {b:}", "a: [b:]", "a: [b:, c]", "a: [b::]", "a: {b :}", "a: [:b]", "a: {b: !, c}", "a: [!x, b]",
		"a: &b:c d", "a: &b.c d", "a: &b?c d\n", "a: [&b:c d]", "a: {{?b: c}: d}", "a: [[{b: [?c]}]]", "a: {b: &c !x, d}",
	} {
		_, err := Parse([]byte(text))
		if problems := problem.Of(err); len(problems) != 1 || problems[0].Code != problem.ReadOtherwise.Code {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{
		"a: {}", "a: []", "a: {b: , c: }", "a: {b, c}", "a: {? b : c}", "a: {b: c?}", "a: [a:b, http://c:80/?d=e]", `a: {"b":c, "d": "?"}`, "a: ?b", "a: :b", "a: !x",
		"a: {b: !x c, d: !!str 1}", "a: {b: !x &c, d: e}", "a: [&b c, *b]", "a: &b_c-1 d", "a: {b: '?c', \"?d\": e}", "?a: b", "a: {b:\n  }", "a: {b: !x }", "a: [1, -1, --b]",
	} {
		if _, err := Parse([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestReadAlike: a document that is not refused is the same for the readers of Kubernetes, over many that are made of
// pieces of YAML by chance.
func TestReadAlike(t *testing.T) {
	pieces := strings.Split("a b c :_ : _ ,_ , { } [ ] &x_ &x *x *x_ ?_ ? -_ - N N_ N__ \" ' _# | > ! !!str_ !x_ % @ <<:_ \"a\" 'a' \\ é ~ |-N__ = a:_ a:_b {a:_b} [a] {*x:a} [a:b] `", " ")
	for i := range pieces {
		pieces[i] = strings.NewReplacer("_", " ", "N", "\n").Replace(pieces[i])
	}
	begins := []string{"k: ", "k:\n  ", "{k: ", "k: [", "p: &x a\nk: ", "p: &x a\nk: {", `k: {"a": `}
	rng, read := rand.New(rand.NewSource(1)), 0
	for range 100_000 {
		text := begins[rng.Intn(len(begins))]
		for range 1 + rng.Intn(8) {
			text += pieces[rng.Intn(len(pieces))]
		}
		for _, brackets := range []string{"{}", "[]"} {
			text += strings.Repeat(brackets[1:], max(0, strings.Count(text, brackets[:1])-strings.Count(text, brackets[1:])))
		}
		text += "\n"
		made, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			continue
		}
		root, err := Parse([]byte(text))
		if err != nil || root.Doubled() != nil {
			continue
		}
		var value any
		if err := json.Unmarshal(made, &value); err != nil {
			t.Fatal(err)
		}
		if read++; !alike(root, value) {
			t.Errorf("%q is %s", text, made)
		}
	}
	if read < 5000 {
		t.Errorf("%d documents of two readers", read)
	}
}

// alike reports whether a node is a value of JSON; what is no text by YAML 1.1 may be of any type.
func alike(n *Node, value any) bool {
	switch value := value.(type) {
	case map[string]any:
		for k, v := range value {
			if at := n.Get(k); at != nil && !alike(at, v) {
				return false
			}
		}
		for k := range n.Pairs() {
			if _, there := value[k.Value()]; k.Kind() != Scalar || k.IsText() && k.Value() != "<<" && !there {
				return false
			}
		}
		return n.Kind() == Mapping
	case []any:
		for i, v := range value {
			if !alike(n.Index(i), v) {
				return false
			}
		}
		return n.Kind() == Sequence && n.Len() == len(value)
	case nil:
		return n == nil || n.Kind() == Scalar && !n.IsText()
	case string:
		if n.IsText() {
			return n.Value() == value
		}
	}
	return n.Kind() == Scalar && !n.IsText() || fmt.Sprint(value) == n.Value()
}
