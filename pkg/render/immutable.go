package render

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// refuseImmutable refuses a change of data that the API server would refuse: the host
// would fail, or go on with the rest of the phase and leave the old data in place.
func (p *plan) refuseImmutable(found []finding) {
	for _, f := range found {
		o := f.object
		if p.comparing || o.get("immutable").Value() != "true" {
			continue
		}
		changed := slices.ContainsFunc(p.report.Lines, func(l Line) bool {
			return l.Object == o.String() && l.Outcome == Changed && strings.HasPrefix(l.Field, "data")
		})
		if changed {
			p.fail(problem.RenderImmutable.With().On(o.String()).At(p.docs[o.doc].Line, 0))
		}
	}
}
