package outputs

import (
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ChartsOf allows the charts that the outputs of a reviewed state name, which
// may be nil, and those of the repository itself: whoever proposes a change must
// not choose which addresses the machine asks that judges it.
func ChartsOf(base *state.Rotation) func(state.Output) error {
	type source struct{ chart, repo, version, digest string }
	from := func(o state.Output) source { return source{o.Chart, o.Repo, o.Version, o.Digest} }
	known := map[source]bool{}
	if base != nil {
		for _, o := range base.Spec.Outputs {
			known[from(o)] = o.Kind == state.OutputChart
		}
	}
	return func(o state.Output) error {
		if o.ChartIsPath() || known[from(o)] {
			return nil
		}
		name := sink.Name(o.Chart)
		if o.Repo != "" {
			name += " of " + sink.Name(o.Repo)
		}
		return problem.PRGuardChart.With(name)
	}
}
