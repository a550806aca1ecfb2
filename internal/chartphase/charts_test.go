package chartphase

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestEngine: outputs that agree decide; where they do not, nothing changes for
// states that were written before there was a choice.
func TestEngine(t *testing.T) {
	chart := func(engine string) state.Output { return state.Output{Kind: state.OutputChart, Engine: engine} }
	for want, cases := range map[string][][]state.Output{
		state.EngineHelm3: {nil, {chart("")}, {chart("helm3")}, {chart("helm4"), chart("")}, {chart(""), chart("helm4")}, {{Kind: state.OutputValues}}},
		state.EngineHelm4: {{chart("helm4")}, {chart("helm4"), chart("helm4")}, {{Kind: state.OutputValues}, chart("helm4")}},
	} {
		for _, outputs := range cases {
			if got := Engine(&state.Rotation{Spec: state.Spec{Outputs: outputs}}); got != want {
				t.Errorf("%+v: %s, want %s", outputs, got, want)
			}
		}
	}
}
