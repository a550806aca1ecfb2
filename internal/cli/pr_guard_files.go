package cli

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// guardOutputs writes the outputs again and compares.
func (g *guardCall) guardOutputs(next *state.Rotation) error {
	if len(next.Spec.Outputs) == 0 {
		return g.judgeDisowned(next, nil)
	}
	file := g.at(g.state)
	where := outputs.Place{Directory: filepath.Dir(file), Root: g.root, File: file}
	files, err := (&outputs.Job{World: g.outputsWorld(), StatePath: file, State: next.WithDefaults(), Place: where, AllowChart: g.guardCharts()}).Compute()
	if err != nil {
		g.r.findings = append(g.r.findings, problem.Of(g.told(err))...)
		return nil
	}
	var produced []string
	for _, f := range files {
		produced = append(produced, f.Name) // also those that no output names any more: they are findings
	}
	g.r.owned = append(g.r.owned, produced...)
	for _, f := range outputs.Changed(files) {
		name := shownName(f.Name)
		_, err := g.after.Find(f.Name)
		switch {
		case isNotRegular(err):
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
