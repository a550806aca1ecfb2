package explore

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestModule: the rules that can be left out of the TLA+ module are those that are left
// out here, and its actions and invariants are named where this package has them.
func TestModule(t *testing.T) {
	data, err := os.ReadFile("../../../docs/proof/Fleet.tla")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "RulesThatCount == {")
	set, _, _ := strings.Cut(rest, "}")
	var named, left []string
	for _, rule := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(set, -1) {
		named = append(named, rule[1])
	}
	for _, m := range mutants {
		left = append(left, m.name)
	}
	if !slices.Equal(named, left) {
		t.Errorf("the module leaves out\n%s\nthis package\n%s", strings.Join(named, "\n"), strings.Join(left, "\n"))
	}
	_, next, _ := strings.Cut(string(data), "\nNext ==\n")
	next, _, _ = strings.Cut(next, "\n\n")
	var actions []string
	for _, a := range regexp.MustCompile(`([A-Z][a-zA-Z]+)\(`).FindAllStringSubmatch(next, -1) {
		actions = append(actions, a[1])
	}
	_, safe, _ := strings.Cut(string(data), "\nTHEOREM ")
	safe, _, _ = strings.Cut(safe, "\n")
	if !strings.Contains(safe, invariant) {
		t.Errorf("the theorem of the module is not about %s: %s", invariant, safe)
	}
	if !slices.Equal(actions, moduleActions) {
		t.Errorf("the actions of the module are %q, here %q", actions, moduleActions)
	}
}

// TestActionsHappen: each action of the module is an event of the walk, by its words.
func TestActionsHappen(t *testing.T) {
	words := map[string]string{
		"Merge": "its change is merged", "Lose": "lost in a crash", "Sync": "no longer", "CutOff": "is cut off",
		"Restart": "a pod restarts", "Renew": "renews its leaf", "Reload": "identity loads", "Crash": "identity crashes",
	}
	x := newSpace(sized("bundle", 2, 1), mutant{})
	m := x.beginning()
	m.now, m.mountB, m.mountC, m.pending = 2, 0b11, 0b11, 1
	m.proxies[0], m.replicas[0] = pair(1, 0), pair(1, 1)
	late := m
	late.mountB = 0b01 // a pod that restarts is refused, so it renews
	var said []string
	for _, e := range append(x.events(m), x.events(late)...) {
		said = append(said, e.text())
	}
	for action, text := range words {
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, text) }) {
			t.Errorf("%s does not happen: %q", action, said)
		}
	}
	for _, action := range moduleActions {
		if _, local := words[action]; !local && !slices.Contains([]string{"Decide", "Leave", "Join"}, action) {
			t.Errorf("the walk has no %s", action)
		}
	}
}

// moduleActions are what can happen, by the names of the TLA+ module: Decide, Leave and
// Join are decided by [rules], the others are events of one member.
var moduleActions = []string{"Decide", "Merge", "Lose", "Sync", "CutOff", "Leave", "Join", "Restart", "Renew", "Reload", "Crash"}

// invariant is what [space.broken] looks for, by the name of the TLA+ module.
const invariant = "NoPairFails"
