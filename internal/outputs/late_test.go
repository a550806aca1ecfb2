package outputs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestLate: one time holds for all outputs, whichever kind they are of; without one
// they take what they need.
func TestLate(t *testing.T) {
	for _, kind := range []string{state.OutputChart, state.OutputComponent, state.OutputEdit, state.OutputValues} {
		s := &state.Rotation{}
		for range 60 {
			s.Spec.Outputs = append(s.Spec.Outputs, state.Output{Kind: kind, Path: "x/*.yaml"})
		}
		job := Job{State: s, StatePath: "rotation.yaml", Within: time.Nanosecond}
		_, err := job.Compute()
		if err == nil || problem.Of(err)[0].Code != problem.SyncLate.Code || len(problem.Of(err)) != 1 || !strings.Contains(err.Error(), "0 of 60") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	job := Job{State: &state.Rotation{Spec: state.Spec{Outputs: []state.Output{{Kind: "none"}}}}, Within: time.Hour}
	if _, err := job.produce(); slices.ContainsFunc(problem.Of(err), func(p *problem.Problem) bool { return p.Code == problem.SyncLate.Code }) {
		t.Errorf("in time: %v", err)
	}
	edits := Job{State: &state.Rotation{Spec: state.Spec{Outputs: []state.Output{{Kind: state.OutputEdit, Path: "x/*.yaml"}}}}, Within: 1}
	if err := edits.editAll(); err == nil || problem.Of(err)[0].Code != problem.SyncLate.Code {
		t.Errorf("edits are read together: %v", err)
	}
}

// TestNotes: a note names files from the top of the repository.
func TestNotes(t *testing.T) {
	for _, c := range []struct {
		root  string
		quiet bool
		want  string
	}{{"/tmp/x", false, "note: -s pki/rotation.yaml, pki/a\n"}, {"", false, "note: -s /tmp/x/pki/rotation.yaml, /tmp/x/pki/a\n"}, {"/tmp/x", true, ""}, {"/tmp", false, "note: -s x/pki/rotation.yaml, x/pki/a\n"}} {
		var b strings.Builder
		if _, err := Notes(&b, c.root, c.quiet).Write([]byte("note: -s /tmp/x/pki/rotation.yaml, /tmp/x/pki/a\n")); err != nil || b.String() != c.want {
			t.Errorf("%+v: %q, %v", c, b.String(), err)
		}
	}
}
