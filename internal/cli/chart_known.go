package cli

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// chartAllowed judges whether the chart of an output may be fetched; nil allows
// every chart, as for a state that a person works on.
type chartAllowed func(state.Output) error

// chartsOfBase allows the charts that the outputs of a reviewed state name, which
// may be nil, and those of the repository itself: whoever proposes a change must
// not choose which addresses the machine asks that judges it.
func chartsOfBase(base *state.Rotation) chartAllowed {
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
		name := shownName(o.Chart)
		if o.Repo != "" {
			name += " of " + shownName(o.Repo)
		}
		return problem.PRGuardChart.With(name)
	}
}

// guardCharts is [chartsOfBase] for the guard: a chart that a maintainer accepted
// is fetched, and its output judged.
func (g *guardCall) guardCharts() chartAllowed {
	if slices.Contains(g.f.guarding.accept, string(problem.PRGuardChart.Code)) {
		return nil
	}
	return chartsOfBase(g.now)
}

// reviewedCharts is [chartsOfBase] for the tree of a call, whose state may be that
// of a branch.
func (c *prCall) reviewedCharts() chartAllowed {
	if c.onBase != nil {
		return chartsOfBase(c.onBase)
	}
	return chartsOfBase(c.now)
}
