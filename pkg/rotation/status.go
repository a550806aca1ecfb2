package rotation

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Status is where a rotation stands at an instant.
type Status struct {
	Cluster  string    `json:"cluster"`
	At       time.Time `json:"at"`
	Phase    string    `json:"phase"`
	Epoch    int64     `json:"epoch"`
	Kind     string    `json:"kind,omitempty"`
	Strategy string    `json:"strategy,omitempty"`
	Stamp    string    `json:"stamp,omitempty"`
	// Bundle and Issuer are fingerprints: what is delivered and signed with.
	Bundle       []string        `json:"bundle"`
	Issuer       []string        `json:"issuer"`
	Certificates []Expiry        `json:"certificates"`
	Next         []NextMove      `json:"next,omitempty"`
	Retired      []RetiredAnchor `json:"retired,omitempty"`
	// RetiredIssuers sign no more; leaves that they signed may be live.
	RetiredIssuers []RetiredIssuer `json:"retiredIssuers,omitempty"`
	Wave           *state.Wave     `json:"wave,omitempty"`
	// Refused is why the bundle and the issuer in force do not work with each other,
	// whatever the date; Signs is whether identity verifies its issuer at this instant.
	Refused string `json:"-"`
	Signs   bool   `json:"-"`
	// Alarms are what is wrong already; a person has to act.
	Alarms []string `json:"alarms,omitempty"`
	// Delivery is every object of the phase and how it reaches the cluster.
	Delivery []delivery.Object `json:"delivery,omitempty"`
	// StaleOutputs are files of spec.outputs that are not what the state says.
	StaleOutputs []string `json:"staleOutputs,omitempty"`
	// UncheckedOutputs are outputs that were not compared with their files.
	UncheckedOutputs []string         `json:"uncheckedOutputs,omitempty"`
	Notes            []string         `json:"notes,omitempty"`
	Log              []state.LogEntry `json:"-"`
}

// NextMove is a legal move and what it still needs.
type NextMove struct {
	// Verb: advance, back, start or rollout.
	Verb    string       `json:"verb"`
	To      string       `json:"to"`
	Wave    bool         `json:"wave,omitempty"`
	Allowed bool         `json:"allowed"`
	Needs   []NeedResult `json:"needs,omitempty"`
	Verdict Verdict      `json:"verdict"`
	// Problems are why it would be refused at this instant with this evidence.
	Problems problem.List `json:"-"`
}

// RetiredAnchor is an anchor that left the bundle, and who still has it.
type RetiredAnchor struct {
	Name        string   `json:"name"`
	Fingerprint string   `json:"fingerprint"`
	Key         string   `json:"key,omitempty"`
	Known       bool     `json:"known"` // an observation covers every bundle
	TrustedBy   []string `json:"trustedBy,omitempty"`
}

// StatusOf reports on a state.
func StatusOf(s *state.Rotation, e Evidence, at time.Time) (*Status, error) {
	c, err := openScene(s, e, at)
	if err != nil {
		return nil, err
	}
	now, err := c.dossier.current()
	if err != nil {
		return nil, err
	}
	st := &Status{
		Cluster: s.Metadata.Name, At: at.UTC(), Phase: s.Status.Phase, Epoch: s.Status.Epoch, Stamp: s.Status.Stamp,
		Bundle: fingerprints(now.Bundle.Certificates()), Issuer: fingerprints(now.Issuer),
		Certificates: c.expiries(now), Wave: s.Status.Wave, Log: s.Status.Log,
	}
	st.Refused, st.Signs = c.refused(now), c.verifier.Verify(now.Bundle, now.Issuer, ByIdentity) == nil
	if r := s.Status.Rotation; r != nil {
		st.Kind, st.Strategy = r.Kind, r.Strategy
	}
	if st.Next, err = c.nextMoves(); err != nil {
		return nil, err
	}
	if st.Retired, err = c.retiredAnchors(); err != nil {
		return nil, err
	}
	if st.RetiredIssuers, err = c.retiredIssuers(); err != nil {
		return nil, err
	}
	st.Alarms = slices.Concat(st.alarms(s), c.leafAlarms(), c.wentBack())
	st.Notes = slices.Concat(c.notes(st), st.spareNotes(), st.issuerNotes(), st.clockNotes())
	return st, nil
}

// nextMoves are one step forward and one back; in stable, what a start needs.
func (c *scene) nextMoves() ([]NextMove, error) {
	path, ok := pathOf(c.state)
	if !ok {
		return c.startNeeds()
	}
	from := path.index(c.state.Status.Phase)
	var moves []NextMove
	for _, to := range []int{from + 1, from - 1} {
		w := &way{scene: c, path: path, from: from, to: to, at: c.at}
		err := w.judge()
		verb := "advance"
		if w.back() {
			verb = "back"
		}
		moves = append(moves, NextMove{verb, w.phase(), w.wave, err == nil, w.needs, w.verdict, problem.Of(err)})
	}
	return moves, nil
}

func (c *scene) startNeeds() ([]NextMove, error) {
	m := NextMove{Verb: "start", To: "the first phase", Allowed: true, Verdict: Verdict{Safe: true}}
	if len(c.retiredKeys()) > 0 {
		own, err := c.own()
		if err != nil {
			return nil, err
		}
		r := target{scene: c, own: own, live: own.live()}.meet(RetiredGone)
		m.Needs, m.Allowed = []NeedResult{r}, r.Met
		if !r.Met {
			m.Problems = problem.List{r.problem()}
		}
	}
	return append([]NextMove{m}, c.rolloutMove(m.Allowed)...), nil
}

// retiredAnchors says who was seen with each retired anchor.
func (c *scene) retiredAnchors() ([]RetiredAnchor, error) {
	own, err := c.own()
	if err != nil {
		return nil, err
	}
	o := own.latest()
	seen := *own
	seen.past = nil
	var list []RetiredAnchor
	for i, r := range c.dossier.retired {
		a := RetiredAnchor{Name: c.state.Status.Retired[i].Name, Fingerprint: r.Fingerprint(), Key: c.state.Status.Retired[i].Key}
		a.Known = len(own.unseenRetired()) == 0
		if o != nil {
			a.TrustedBy = c.stillRelying(seen.live(), c.dossier.retired[i:i+1])
		}
		list = append(list, a)
	}
	return list, nil
}

// notes are things that surprise people otherwise.
func (c *scene) notes(st *Status) []string {
	var notes []string
	for _, x := range st.Certificates {
		if x.InUse && x.NotYet {
			notes = append(notes, fmt.Sprintf("%s %q is in use and not valid before %s", x.Kind, x.Name, instantText(x.NotBefore)))
		}
	}
	if warning := c.expectedWarning(); warning != "" {
		notes = append(notes, warning)
	}
	if c.widened() && slices.ContainsFunc(st.Next, func(m NextMove) bool { return m.Verb == state.MoveRollout }) {
		notes = append(notes, "pods keep the anchors of the rotation that went back until they restart: `l5d-pki-render rollout` starts that; the next rotation waits for it")
	}
	for _, r := range st.Retired {
		switch {
		case !r.Known:
			notes = append(notes, fmt.Sprintf("retired anchor %q may still be trusted: no observation covers every bundle", r.Name))
		case len(r.TrustedBy) > 0:
			notes = append(notes, fmt.Sprintf("retired anchor %q is still trusted by %d kinds of endpoints", r.Name, len(r.TrustedBy)))
		}
	}
	return notes
}

// Expiring lists the certificates in use that end within the duration.
func (s *Status) Expiring(within time.Duration) []Expiry {
	var list []Expiry
	for _, x := range s.Certificates {
		if x.InUse && x.NotAfter.Before(s.At.Add(within)) {
			list = append(list, x)
		}
	}
	return list
}
