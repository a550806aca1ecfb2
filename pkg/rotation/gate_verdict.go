package rotation

import (
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// settled are the needs of the gate outside of a rotation, where a start needs
// little: that the phase in force is what the cluster has.
var settled = []Need{BundleDelivered, IdentityLoaded, IssuerLoaded}

// GateVerdict is whether the phase after the one in force may be entered, by what
// was observed; outside of a rotation, whether the cluster has what the state says
// and a rotation may start. Without an observation of this cluster it is unknown.
// at is the instant of the judgment, and what it says counts for [gate.Life], or
// until the first certificate in use ends.
func GateVerdict(s *state.Rotation, e Evidence, at time.Time) (gate.Verdict, error) {
	v := gate.Verdict{Spec: gate.SpecOf(s), At: at, Until: at.Add(gate.Life)}
	status, err := StatusOf(s, e, at)
	if err != nil {
		return v, err
	}
	for _, x := range status.Certificates {
		if x.InUse && x.NotAfter.Before(v.Until) {
			v.Until = x.NotAfter
		}
	}
	i := slices.IndexFunc(status.Next, func(m NextMove) bool { return m.Verb == "advance" || m.Verb == state.MoveStart })
	if len(e.of(s.Metadata.Name)) == 0 || i < 0 {
		v.Reason, v.Message = gate.ReasonNotSeen, "no observation of cluster "+s.Metadata.Name
		return v, nil
	}
	next := status.Next[i]
	needs := next.Needs
	if status.Kind == "" {
		more, err := settledNeeds(s, e, at)
		if err != nil {
			return v, err
		}
		needs = append(more, needs...)
	}
	v.Reason, v.Message = opening(next, needs)
	for _, n := range needs {
		v.Needs = append(v.Needs, gate.Need{Code: string(n.Need), Met: n.Met, Message: n.words()})
		if n.Ends.After(v.OpensAt) {
			v.OpensAt = n.Ends
		}
	}
	if slices.ContainsFunc(needs, func(n NeedResult) bool { return !n.Met && n.Ends.IsZero() }) {
		v.OpensAt = time.Time{} // time alone does not do it
	}
	return v, nil
}

// settledNeeds are the needs of the phase in force.
func settledNeeds(s *state.Rotation, e Evidence, at time.Time) (results []NeedResult, err error) {
	c, err := openScene(s, e, at)
	if err != nil {
		return nil, err
	}
	own, err := c.own()
	if err != nil {
		return nil, err
	}
	now, err := c.dossier.current()
	if err != nil {
		return nil, err
	}
	for _, n := range settled {
		results = append(results, target{scene: c, own: own, live: own.live(), to: now}.meet(n))
	}
	return results, nil
}

// opening is the answer to a move and its needs, with the first reason against it.
func opening(m NextMove, needs []NeedResult) (reason, message string) {
	for _, r := range m.Verdict.Reasons {
		if r.Verifier == "" {
			return gate.ReasonNotSeen, r.Text
		}
	}
	for _, r := range m.Verdict.Reasons {
		return gate.ReasonRefused, r.Text
	}
	for _, n := range needs {
		if !n.Met {
			return gate.ReasonWaiting, n.words()
		}
	}
	if !m.Allowed {
		reason, message = gate.ReasonRefused, "the next move is refused"
		if len(m.Problems) > 0 {
			message = m.Problems[0].Text
		}
		return reason, message
	}
	return gate.ReasonOpen, "`l5d-pki-render " + m.Verb + "` may be run"
}

// words are what a need lacks, or what met it.
func (r NeedResult) words() string {
	if r.Met {
		return r.Text + ": " + r.How
	}
	return r.Text + ": " + strings.Join(r.Missing, "; ")
}
