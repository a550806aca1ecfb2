package report

import (
	"errors"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestDiagnosesSayWhatWasChecked: a clean result names what was read, and what was not.
func TestDiagnosesSayWhatWasChecked(t *testing.T) {
	noGit, seen := errors.New("git is not installed"), []*rotation.Observation{{}}
	found := []recovery.Diagnosis{{Name: "x"}}
	for _, c := range []struct {
		result      Diagnoses
		has, hasNot string
	}{
		{Diagnoses{}, "no problems found in the state file, its key files and its Git history\nnot checked: the cluster", "git is not"},
		{Diagnoses{Facts: recovery.Facts{NoHistory: noGit}}, "its key files\nnot checked: the Git history of the state file: git is not installed\nnot checked: the cluster", "and its Git history"},
		{Diagnoses{Facts: recovery.Facts{Observed: seen}}, "its Git history and 1 observation\n", "not checked"},
		{Diagnoses{Facts: recovery.Facts{Observed: append(seen, seen...)}}, "and 2 observations\n", "not checked"},
		{Diagnoses{Facts: recovery.Facts{Compared: 1}}, "its key files, its Git history and its outputs\n", "spec.outputs"},
		{Diagnoses{Facts: recovery.Facts{UncheckedOutputs: []string{"spec.outputs[0]"}}}, "not checked: spec.outputs[0] (use `l5d-pki-render sync --check`)\n", "its outputs"},
		{Diagnoses{Found: found, Facts: recovery.Facts{NoHistory: noGit}}, "not checked: the Git history", "no problems"},
		{Diagnoses{Found: found}, "x\n", "not checked"},
	} {
		if text := c.result.Text(); !strings.Contains(text, c.has) || strings.Contains(text, c.hasNot) {
			t.Errorf("has not %q, or has %q:\n%s", c.has, c.hasNot, text)
		}
	}
	if text := (Diagnoses{Found: found, Facts: recovery.Facts{NoHistory: noGit}}).Markdown(); !strings.Contains(text, "not checked: the Git history") {
		t.Errorf("Markdown does not say that Git was not read:\n%s", text)
	}
}
