package cli

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// guardOutputs writes the outputs again and compares.
func (g *guardCall) guardOutputs(next *state.Rotation) error {
	if len(next.Spec.Outputs) == 0 {
		return g.judgeDisowned(next, nil)
	}
	file := g.at(g.state)
	where := place{folder: filepath.Dir(file), root: g.root, file: file}
	files, err := (&syncCall{app: g.app, statePath: file, state: next.WithDefaults(), place: where, charts: g.guardCharts()}).compute()
	if err != nil {
		g.r.findings = append(g.r.findings, problem.Of(g.told(err))...)
		return nil
	}
	var produced []string
	for _, f := range files {
		produced = append(produced, f.name) // also those that no output names any more: they are findings
	}
	g.r.owned = append(g.r.owned, produced...)
	for _, f := range onlyChanged(files) {
		name := shownName(f.name)
		_, err := g.after.Find(f.name)
		switch {
		case isNotRegular(err):
			g.r.fail(problem.PRGuardNotFile.With(err, "change").In(name))
		case f.want == nil:
			g.r.fail(problem.PRGuardStale.With().In(name))
		case f.have == nil:
			g.r.fail(problem.PRGuardMissing.With(f.output + 1).In(name))
		default:
			g.r.fail(problem.PRGuardEdited.With(f.output + 1).In(name))
		}
	}
	return g.judgeDisowned(next, produced)
}
