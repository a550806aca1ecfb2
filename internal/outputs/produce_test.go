package outputs

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestUnknownProducer: a kind that nobody computes is refused, and every kind that a
// state may name is computed.
func TestUnknownProducer(t *testing.T) {
	s := &state.Rotation{Spec: state.Spec{Outputs: []state.Output{{Kind: state.OutputEdit, Path: "a"}, {Kind: "later", Path: "b"}}}}
	place := testkit.Tree(t, map[string]string{"a": ""})
	job := Job{StatePath: "rotation.yaml", State: s, Place: Place{Directory: place, Root: place}}
	files, err := job.Compute()
	testkit.CheckProblem(t, err, problem.SyncNoProducer.Code, `spec.outputs[1]: outputs of kind "later" cannot be written by this version`)
	if files != nil {
		t.Error("the other outputs would be written")
	}
	for _, kind := range state.OutputKinds {
		if producers[kind] == nil {
			t.Errorf("no producer of kind %s", kind)
		}
	}
}
