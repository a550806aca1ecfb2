package report

import (
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// acted is what a forge would act on in the text below.
var acted = regexp.MustCompile("[<>@]|\\]\\(|\\*\\*y|#1|a`|\n#|\n- x")

// own are the headings and quotes of the report itself.
var own = regexp.MustCompile("(?m)^(#+|>) ")

// quoting are reports of every kind with a text that is not ours.
func quoting(foreign string) map[string]Report {
	reason := rotation.Reason{Rule: "G1", Text: "bundle " + foreign}
	verdict := rotation.Verdict{Reasons: []rotation.Reason{reason}}
	need := rotation.NeedResult{Need: rotation.BundleLoaded, Text: foreign, Missing: []string{foreign}}
	named := &state.Rotation{Metadata: state.Metadata{Name: "east"}}
	return map[string]Report{
		"log":    Log{{Epoch: 1, Phase: "anchor-added", Move: state.MoveStart, Kind: "anchor", Why: foreign, Assumed: []state.Assumed{{Code: "BUNDLE-DELIVERED", Because: foreign}}}},
		"proof":  Proof{&rotation.Proof{Steps: []rotation.ProofStep{{From: "stable", To: "stable", Verdict: verdict, Matrix: []rotation.Cell{{Bundle: []string{foreign}, Chain: []string{foreign}}}}}}},
		"change": Change{&rotation.Change{Verdict: verdict}},
		"move":   Move{Move: &rotation.Move{State: named, From: "stable", To: "anchor-added", Needs: []rotation.NeedResult{need}, Verdict: verdict}},
		"status": Status{Status: &rotation.Status{Alarms: []string{foreign}, Notes: []string{foreign},
			Next: []rotation.NextMove{{To: "stable", Needs: []rotation.NeedResult{need}, Problems: problem.List{{Text: foreign}}}}}},
		"doctor": Diagnoses{Found: []recovery.Diagnosis{{Name: "x", Because: []string{foreign}}}},
	}
}

// TestMarkdownOfForeignNames: reasons, names of certificates and what observations name
// are in reports as text: no HTML, mention, link, emphasis, table or heading of theirs.
func TestMarkdownOfForeignNames(t *testing.T) {
	const foreign = "a`<img src=x>|**y** @team #1 [l](http://e)\n# head\n- x"
	for name, r := range quoting(foreign) {
		text := r.Markdown()
		if !strings.Contains(text, "team") {
			t.Errorf("%s does not have the text:\n%s", name, text)
		}
		if found := acted.FindString(own.ReplaceAllString(text, "")); found != "" {
			t.Errorf("%s: a forge acts on %q:\n%s", name, found, text)
		}
	}
}

// TestTextOfForeignNames: in no report for a terminal do they begin a line.
func TestTextOfForeignNames(t *testing.T) {
	const foreign = "x\nFORGED"
	for name, r := range quoting(foreign) {
		if text := r.Text(); !strings.Contains(text, "FORGED") || strings.Contains(text, "\nFORGED") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
