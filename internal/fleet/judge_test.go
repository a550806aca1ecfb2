package fleet

import (
	"slices"
	"testing"
)

// TestJudgeRules: each rule of a step holds where nothing but that rule does.
func TestJudgeRules(t *testing.T) {
	const self, other = 0, 1
	for name, c := range map[string]struct {
		known    View // of the other member
		from, to Config
		want     []Rule
	}{
		"unknown bundles hold another chain":          {View{UnknownBundles: []string{"x"}}, Config{both, byA}, Config{both, byB}, []Rule{HeldUnknown}},
		"unknown bundles hold no other step":          {View{UnknownBundles: []string{"x"}}, Config{both, byB}, Config{onlyB, byB}, nil},
		"unknown chains hold a bundle that loses one": {View{UnknownChains: []string{"x"}}, Config{both, byB}, Config{onlyB, byB}, []Rule{HeldUnknown}},
		"unknown chains hold no wider bundle":         {View{UnknownChains: []string{"x"}}, Config{onlyA, byA}, Config{both, byA}, nil},
		"a bundle without its own chain's anchor":     {View{}, Config{both, byA}, Config{onlyB, byA}, []Rule{HeldChain}},
		"a bundle that does not verify a chain":       {View{Chains: []int{byA}}, Config{both, byB}, Config{onlyB, byB}, []Rule{HeldChain}},
		"a chain that a bundle does not verify":       {View{Bundles: []int{onlyA}}, Config{both, byA}, Config{both, byB}, []Rule{HeldBundle}},
	} {
		component := NewComponent(textbook{})
		component.Add(other, c.known)
		var got []Rule
		for _, h := range component.Judge(self, c.from, c.to) {
			got = append(got, h.Rule)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestTaken: a step that was allowed counts for those that are judged after it.
func TestTaken(t *testing.T) {
	component := NewComponent(textbook{})
	component.Take(0, Config{both, byA})
	component.Take(1, Config{onlyA, byA})
	holds := component.Judge(0, Config{both, byA}, Config{both, byB})
	if len(holds) != 1 || holds[0].Rule != HeldBundle || !slices.Equal(holds[0].Members, []int{1}) {
		t.Errorf("%+v", holds)
	}
}
