package guard

import (
	"path"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// judgeReserved: the change puts nothing where commands keep files of their own, which
// would stop every move. The names are compared as the most forgiving file systems do.
func (g *judgement) judgeReserved() {
	note := folds(disk.IntentPath(g.State))
	observations := folds(g.Beside(base.EvidenceFolder))
	for _, name := range g.differs {
		if !g.after.Has(name) {
			continue
		}
		folded := folds(name)
		switch {
		case folded == note || strings.HasPrefix(folded, note+"/"):
			g.reserved(name, "the note of a command that was stopped has this path")
		case folded == observations:
			g.reserved(name, "observations are kept in a directory of this name")
		}
	}
}

func (g *judgement) reserved(name, what string) {
	g.r.owned = append(g.r.owned, name)
	g.r.fail(problem.PRGuardReserved.With(what).In(sink.Name(path.Clean(name))))
}
