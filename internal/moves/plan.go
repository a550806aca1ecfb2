package moves

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Plan lays out the rotation that is under way at an instant, or, with a kind, the
// one that a start with this material would begin. Nothing is written.
func (w World) Plan(q Request, kind string, m Material, o rotation.Options, at time.Time) (*rotation.Plan, error) {
	s, err := statefile.Load(q.StatePath)
	if err != nil {
		return nil, err
	}
	evidence, err := q.Evidence(q.StatePath, s)
	if err != nil {
		return nil, err
	}
	if kind != "" {
		options, err := w.Options(q.StatePath, kind, s, m)
		if err != nil {
			return nil, err
		}
		options.Options = o
		started, err := rotation.Start(s, options, evidence, at, w.Custody.Random)
		if err != nil {
			return nil, statefile.Named(err, q.StatePath, q.StatePath)
		}
		keyfile.WipeAll(started.Minted)
		s = started.State
	}
	p, err := rotation.PlanOf(s, o, evidence, at)
	if err != nil {
		return nil, problem.Of(err).In(q.StatePath).Err()
	}
	if kind != "" {
		p.NotBegun()
	}
	for _, row := range p.Rows {
		for _, line := range delivery.Lines(delivery.Missing(delivery.Of(s, q.StatePath), row.Kinds)) {
			p.ByHand = append(p.ByHand, row.Phase+": "+line)
		}
	}
	return p, nil
}
