package state

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestConflictMarkers: what Git's merge left is named, also where a person removed
// a part of it; a heading that is underlined is no conflict.
func TestConflictMarkers(t *testing.T) {
	head := "apiVersion: l5d-pki-render/v1alpha1\nkind: Rotation\n"
	for name, c := range map[string]struct {
		text     string
		conflict bool
	}{
		"whole":               {"<<<<<<< HEAD\n" + head + "=======\n" + head + ">>>>>>> other\n", true},
		"in the middle":       {head + "<<<<<<< HEAD\na: b\n=======\na: c\n>>>>>>> 1a2b3c (move)\n", true},
		"with the base":       {head + "<<<<<<< HEAD\na: b\n||||||| 1a2b3c\na: x\n=======\na: c\n>>>>>>> other\n", true},
		"lines of Windows":    {strings.ReplaceAll("<<<<<<< HEAD\n"+head+"=======\n>>>>>>> other\n", "\n", "\r\n"), true},
		"the beginning alone": {head + "<<<<<<< HEAD\na: b\n", true},
		"the end alone":       {head + ">>>>>>> other\n", true},
		"the base's alone":    {head + "||||||| merged common ancestors\n=======\n", true},
		"without a name":      {head + "<<<<<<<\n=======\n>>>>>>>\n", true},
		"a heading":           {"# Rotation\n=======\n" + head, false},
		"indented":            {head + "a: |\n  <<<<<<< HEAD\n", false},
		"more of them":        {head + "# <<<<<<<<<<<<\n", false},
		"none":                {head, false},
	} {
		_, err := Parse("rotation.yaml", []byte(c.text))
		if err == nil {
			t.Fatalf("%s: a state", name)
		}
		if got := problem.Of(err)[0].Code == problem.StateConflict.Code; got != c.conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSkipped: an advance leads to the next phase of its rotation.
func TestSkipped(t *testing.T) {
	entry := func(move, phase, strategy string) LogEntry {
		return LogEntry{Move: move, Phase: phase, Kind: KindAnchor, Strategy: strategy}
	}
	start := entry(MoveStart, PhaseAnchorAdded, StrategyBundle)
	for name, c := range map[string]struct {
		log  []LogEntry
		want string
	}{
		"one by one":          {[]LogEntry{start, entry(MoveAdvance, PhaseAnchorSpread, StrategyBundle), entry(MoveAdvance, PhaseIssuerSwitched, StrategyBundle)}, ""},
		"back and again":      {[]LogEntry{start, entry(MoveAdvance, PhaseAnchorSpread, StrategyBundle), entry(MoveBack, PhaseAnchorAdded, StrategyBundle), entry(MoveAdvance, PhaseAnchorSpread, StrategyBundle)}, ""},
		"one is skipped":      {[]LogEntry{start, entry(MoveAdvance, PhaseIssuerSwitched, StrategyBundle)}, PhaseAnchorSpread},
		"to the end":          {[]LogEntry{start, entry(MoveAdvance, PhaseStable, StrategyBundle)}, PhaseAnchorSpread},
		"the last is skipped": {[]LogEntry{entry(MoveStart, PhaseIssuerSwitched, StrategyCrossSign), entry(MoveAdvance, PhaseIssuerSpread, StrategyCrossSign), entry(MoveAdvance, PhaseAnchorSpread, StrategyCrossSign)}, PhaseAnchorSwapped},
		"the next rotation":   {[]LogEntry{entry(MoveAdvance, PhaseStable, StrategyBundle), start}, ""},
		"an old log":          {[]LogEntry{{Move: MoveLegacy, Phase: PhaseAnchorAdded}, {Move: MoveLegacy, Phase: PhaseIssuerSwitched}}, ""},
		"none":                {nil, ""},
	} {
		if _, _, got := Skipped(c.log); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
