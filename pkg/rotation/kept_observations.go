package rotation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
)

// What was observed counts until something newer speaks about the same, whether it is
// given with the move or was kept with an earlier one. A kept observation opens nothing
// but waits; what it shows against a need, or serves and holds, keeps gates shut.

// known are the observations of the cluster, kept and given, oldest first.
func (c *cluster) known() []*Observation {
	all := slices.Concat(c.earlier, c.seen)
	order.By(all, func(a, b *Observation) int { return strings.Compare(a.At, b.At) }) // one form, so texts sort as instants
	return all
}

// signed is what was seen of identity's issuer since the one in force came.
type signed struct {
	// from is the observation that the wait for leaves is counted from: the first in
	// which every replica signs with that issuer, after the last one that shows another.
	from *Observation
	// against is the last one that shows another, and ended the one that it ended the
	// wait of: identity went back.
	against, ended *Observation
}

// signed replays what was observed while the present issuer was in force and stayed it.
func (c *cluster) signed() (s signed) {
	if c.past == nil {
		return s
	}
	for _, o := range c.known() {
		if c.switchedSince(o.at()) {
			continue
		}
		other := len(c.signsOtherwise(o)) > 0
		if other || s.from != nil && len(c.outlived(o, s.from)) > 0 {
			s.against = o
			if s.from != nil {
				s.ended = s.from
			}
			s.from = nil
		}
		disputed := s.against != nil && s.against != o && s.against.At == o.At // neither is newer
		if s.from == nil && !other && !disputed && len(unloaded(o, c.past.now.Issuer)) == 0 {
			s.from = o
		}
	}
	return s
}

// signing is the observation that the wait for leaves is counted from; nil if there is none.
func (c *cluster) signing() *Observation { return c.signed().from }

// signsOtherwise says who signs with another issuer than the one in force, or may as
// soon as it reloads. The same one without its cross certificate is another.
func (c *cluster) signsOtherwise(o *Observation) (found []string) {
	want := fingerprints(c.past.now.Issuer)
	for _, r := range o.Identity {
		if r.Issuer != nil && !slices.Equal(r.Issuer, want) {
			found = append(found, fmt.Sprintf("identity replica %q signs with %s", r.Pod, shortened(r.Issuer)))
		}
	}
	if secret := o.ControlPlane.Issuer; len(secret) > 0 && secret[0] != want[0] {
		found = append(found, "Secret linkerd-identity-issuer has "+shortened(secret))
	}
	return found
}

// outlived says who serves leaves of this state's other issuers that would have expired
// if none had been issued since the first observation.
func (c *cluster) outlived(o, first *Observation) (found []string) {
	if !o.at().After(first.at().Add(c.leafLife)) {
		return nil
	}
	for _, e := range o.Endpoints {
		if len(e.Chain) > 0 && e.Chain[0] != c.past.now.Issuer[0].Fingerprint() && c.issued(e.Chain[0]) {
			found = append(found, e.words()+" have leaves of "+shortened(e.Chain[:1]))
		}
	}
	return found
}

// since is the instant after which an observation saw the phase in force: what was
// seen before is what the gate of that phase was opened by.
func (c *cluster) since() time.Time {
	if c.past == nil {
		return time.Time{}
	}
	return c.past.entered()
}

// standing is an observation beside the newest given one, and what of it no newer one
// speaks of.
type standing struct{ whole, rest *Observation }

// standing are such observations, newest first, up to the first that does not count.
func (c *cluster) standing(counts func(*Observation) bool) (list []standing) {
	latest := c.latest()
	var newer []*Observation
	for _, o := range slices.Backward(c.known()) {
		if o != latest {
			if !counts(o) {
				return list
			}
			list = append(list, standing{o, o.beyondAll(newer)})
		}
		newer = append(newer, o)
	}
	return list
}

// beyondAll is what an observation shows and none of the newer ones speaks of. Of two of
// the same instant neither is newer.
func (o *Observation) beyondAll(newer []*Observation) *Observation {
	at := o.At
	for _, n := range newer {
		if n.At != at {
			o = o.Beyond(n)
		}
	}
	return o
}

// seenIn is a cluster as an observation shows it that is not the newest given one.
func (c *cluster) seenIn(o *Observation) string { return fmt.Sprintf("%s at %s", c.label(), o.At) }

// stillHeld adds the bundles that standing observations show.
func (c *cluster) stillHeld(l *Live) {
	for _, o := range c.standing(c.sawSince(BundleLoaded)) {
		c.heldBundles(l, c.unsettled(BundleLoaded, o.rest), c.seenIn(o.rest))
	}
	for _, o := range c.standing(c.sawSince(BundleDelivered)) {
		c.givenBundles(l, o.rest, c.seenIn(o.rest))
	}
}

// stillServed adds the chains that standing observations show, without those that time
// has closed. What identity signed with lives on in leaves until then, whatever it signs
// with later, or until one shows every chain.
func (c *cluster) stillServed(l *Live, s signed, closed time.Time) {
	latest := c.latest()
	wholly := latest != nil && len(c.unseenChains(latest)) == 0
	for _, o := range c.standing(func(o *Observation) bool {
		return !(wholly && o.at().Before(latest.at())) && (c.past == nil || !c.switchedSince(o.at()))
	}) {
		if o.whole != s.from {
			shown := *o.rest
			shown.Identity, shown.ControlPlane.Issuer = o.whole.Identity, o.whole.ControlPlane.Issuer
			c.shownChains(l, &shown, s, closed, c.seenIn(o.rest))
		}
		if len(c.unseenChains(o.whole)) == 0 {
			return
		}
	}
}

// shownChains adds the chains that an observation shows. What identity had loaded is past
// once it was seen to sign with the issuer in force, and its leaves have expired since.
func (c *cluster) shownChains(l *Live, o *Observation, s signed, closed time.Time, of string) {
	c.servedChains(l, o, closed, of)
	if closed.IsZero() || !o.at().Before(s.from.at()) {
		c.loadedIssuers(l, o, of)
	}
}

// shown is the newest observation that shows a need to be otherwise, in what no newer one
// speaks of. The newest given one counts from the change that the need is about, every
// other one from when it was settled.
func (t target) shown(n Need) (o *Observation, otherwise []string) {
	ask := contrary[n]
	if ask == nil {
		return nil, nil
	}
	latest, counts := t.own.latest(), t.own.sawSince(n)
	var newer []*Observation
	for _, o := range slices.Backward(t.own.known()) {
		if o == latest && t.tooOldFor(n) != "" || o != latest && !counts(o) {
			continue
		}
		rest := o.beyondAll(newer)
		if o != latest || n == RetiredGone {
			rest = t.own.unsettled(n, rest)
		}
		if found := ask(t, rest); len(found) > 0 {
			return o, found
		}
		newer = append(newer, o)
	}
	return nil, nil
}

// keptAgainst is what an observation beside the newest given one shows against a need
// that nobody has shown since; "" is nothing. Leaves of before are no such thing, since
// time ends them: there it only says what the wait that is not over is counted from.
func (t target) keptAgainst(n Need, unmet bool) string {
	o, found := t.shown(n)
	if n == LeavesRenewed {
		o, found = t.signedAgainst()
	}
	if len(found) == 0 || o == t.own.latest() || n == LeavesRenewed && !unmet {
		return ""
	}
	return fmt.Sprintf("the observation of %s, which nothing newer contradicts, shows that %s. Take a new one, if that has changed", o.At, strings.Join(found, "; "))
}

// signedAgainst is what ended the wait for leaves, or kept it from beginning.
func (t target) signedAgainst() (*Observation, []string) {
	s := t.own.signed()
	if s.against == nil || !s.against.at().After(t.own.since()) {
		return nil, nil
	}
	return s.against, t.own.endedBy(s)
}

// endedBy says what the last observation that ended a wait shows.
func (c *cluster) endedBy(s signed) []string {
	found := c.signsOtherwise(s.against)
	if s.ended != nil {
		found = append(found, c.outlived(s.against, s.ended)...)
	}
	return found
}

// wentBack is an alarm: identity was seen to sign with another issuer than the one in
// force, after it had signed with that one or after a later phase was entered.
func (c *scene) wentBack() []string {
	own, err := c.own()
	if err != nil || c.state.Status.Rotation == nil {
		return nil
	}
	s := own.signed()
	if s.from != nil || s.against == nil || !s.against.at().After(own.since()) ||
		s.ended == nil && !own.since().After(own.past.issuerChanged()) {
		return nil
	}
	return []string{fmt.Sprintf("the observation of %s shows that %s, and the phase in force signs with %s: bring that back, then observe again",
		s.against.At, strings.Join(own.endedBy(s), "; "), shortened(fingerprints(own.past.now.Issuer)))}
}

// Has reports whether a digest is that of the evidence: alone, or with the kept observation
// that a wait was counted from.
func (e Evidence) Has(digest string) bool {
	return e.Digest() == digest || slices.ContainsFunc(e.Earlier, func(o *Observation) bool {
		with := e
		with.Observations = append(slices.Clip(with.Observations), o)
		return with.Digest() == digest
	})
}
