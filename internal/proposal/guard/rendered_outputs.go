package guard

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// renderTime is how long the outputs of a change may take, all together. It chooses
// how many there are.
const renderTime = time.Minute

// guardOutputs writes the outputs again and compares.
func (g *judgement) guardOutputs(next *state.Rotation) error {
	if len(next.Spec.Outputs) == 0 {
		return g.judgeDisowned(next, nil)
	}
	file := g.Path(g.State)
	files, err := g.ComputeOutputs(base.OutputsOf{
		File: file, Root: g.Root, State: next.WithDefaults(), Reviewed: g.Now, Within: renderTime,
		AnyChart: slices.Contains(g.q.Accept, string(problem.PRGuardChart.Code)), // a maintainer accepted it: its output is judged
	})
	if err != nil {
		g.r.findings = append(g.r.findings, problem.Of(g.Told(err))...)
		return nil
	}
	var produced []string
	for _, f := range files {
		produced = append(produced, f.Name) // also those that no output names any more: they are findings
	}
	g.r.owned = append(g.r.owned, produced...)
	for _, f := range files {
		if !f.Changes() {
			continue
		}
		name := sink.Name(f.Name)
		_, err := g.after.Find(f.Name)
		switch {
		case base.IsNotRegular(err):
			g.r.fail(problem.PRGuardNotFile.With(err, "change").In(name))
		case f.Want == nil:
			g.r.fail(problem.PRGuardStale.With().In(name))
		case f.Have == nil:
			g.r.fail(problem.PRGuardMissing.With(f.Output + 1).In(name))
		default:
			g.r.fail(problem.PRGuardEdited.With(f.Output + 1).In(name))
		}
	}
	return g.judgeDisowned(next, produced)
}
