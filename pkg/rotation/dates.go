package rotation

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// span is a certificate and how long the rest of the rotation needs it.
type span struct {
	what  string // `incoming anchor "2026"`
	cert  pki.Certificate
	until time.Time
	why   string
}

// dates refuses material that is not valid yet, that has expired, or that ends
// before the rotation can do without it. Whoever waits in a phase longer than
// the timetable says is warned by status, not here.
func (w *way) dates() problem.List {
	if w.path.Kind == state.KindWebhooks {
		return w.webhooks()
	}
	var problems problem.List
	skew := w.scene.skew()
	for _, s := range w.spans() {
		usable, sum := s.cert.NotBefore.Add(skew), s.until
		switch {
		case w.at.Before(usable):
			problems = append(problems, problem.RotationNotYetValid.With(s.what, instantText(s.cert.NotBefore), skew, instantText(usable),
				instantText(w.at)))
		case !s.cert.NotAfter.After(w.at.Add(skew)):
			problems = append(problems, problem.RotationExpired.With(s.what, instantText(s.cert.NotAfter), instantText(w.at)))
		case s.cert.NotAfter.Before(sum):
			problems = append(problems, problem.RotationTooShort.With(s.what, instantText(s.cert.NotAfter), instantText(sum), s.why,
				sum.Sub(s.cert.NotAfter).Round(time.Second)))
		}
	}
	return append(problems, w.outlives()...)
}

// spans lists what the rest of the way uses. What the phase to be entered does
// without is not asked: moving on is the way out of an issuer that expires.
func (w *way) spans() []span {
	d, life, lag := w.scene.dossier, w.scene.leafLife(), w.options.Pace.withDefaults().Lag
	table := schedule(w.path, w.to, w.at, w.options.Leaves, life, w.options.Pace)
	end := span{until: table.end().Add(life), why: fmt.Sprintf("the rotation ends at %s at the earliest, and leaves live %s", instantText(table.end()), life)}
	var spans []span
	add := func(what string, c pki.Certificate, limit span) {
		spans = append(spans, span{what, c, limit.until, limit.why})
	}
	incoming, ok := d.anchor(state.RoleIncoming)
	if ok {
		add("the incoming anchor", incoming, end)
	}
	for _, i := range d.issuers {
		if i.role != state.RoleIncoming {
			continue
		}
		add("the incoming issuer", i.chain[0], end)
		for _, x := range i.chain[1:] {
			add("the cross certificate", x, end)
		}
	}
	if w.path.Kind == state.KindReplace || w.path.Kind == state.KindRenew {
		return spans
	}
	row, _ := state.PhaseOf(w.path.Kind, w.path.Strategy, w.phase())
	if row.Issuer == state.RoleOutgoing {
		switched := table.first(func(p state.Phase) bool { return p.Issuer == state.RoleIncoming }).Add(lag)
		limit := span{until: switched, why: fmt.Sprintf("identity signs with it until %s at the earliest", instantText(switched))}
		for _, i := range d.issuers {
			if i.role == state.RoleOutgoing {
				add("the outgoing issuer", i.chain[0], limit)
			}
		}
	}
	if w.path.Strategy == state.StrategyCrossSign && slices.Contains(row.Bundle, state.RoleOutgoing) {
		swapped := table.first(func(p state.Phase) bool { return !slices.Contains(p.Bundle, state.RoleOutgoing) }).Add(lag)
		if a, ok := d.anchor(state.RoleOutgoing); ok {
			add("the outgoing anchor", a, span{until: swapped, why: fmt.Sprintf("identity verifies the cross certificate with it until %s at the earliest", instantText(swapped))})
		}
	}
	return spans
}

// outlives refuses an incoming issuer that ends after the anchor it chains to,
// and a cross certificate that ends after either of its two anchors: both look
// valid longer than any verifier believes them.
func (w *way) outlives() problem.List {
	if w.from >= 0 {
		return nil // said at the start, and certificates do not change
	}
	var problems problem.List
	for _, i := range w.scene.dossier.issuers {
		if i.role != state.RoleIncoming {
			continue
		}
		if a, ok := w.scene.dossier.above(i.chain[0]); ok && i.chain[0].NotAfter.After(a.NotAfter) {
			problems = append(problems, problem.RotationOutlives.With("the incoming issuer", instantText(i.chain[0].NotAfter),
				instantText(a.NotAfter)))
		}
		outgoing, ok := w.scene.dossier.anchor(state.RoleOutgoing)
		for _, x := range i.chain[1:] {
			if ok && x.NotAfter.After(outgoing.NotAfter) {
				problems = append(problems, problem.RotationOutlives.With("the cross certificate", instantText(x.NotAfter),
					instantText(outgoing.NotAfter)))
			}
		}
	}
	return problems
}

// above is the anchor of the state that signed an issuer: the incoming one
// before any other with the same name and key.
func (d *dossier) above(issuer pki.Certificate) (pki.Certificate, bool) {
	for _, role := range []string{state.RoleIncoming, state.RoleCurrent, state.RoleOutgoing, state.RoleExtra} {
		for _, a := range d.anchors {
			if alone, err := pki.NewBundle(a.cert); err == nil && a.role == role && d.verify.structural(alone, pki.Chain{issuer}) {
				return a.cert, true
			}
		}
	}
	return pki.Certificate{}, false
}
