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

// known are the observations of the cluster, kept and given, oldest first. One of the
// time to come shows nothing yet.
func (c *cluster) known() []*Observation {
	all := slices.DeleteFunc(slices.Concat(c.earlier, c.seen), func(o *Observation) bool { return o.at().After(c.at) })
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
		if s.from == nil && !other && len(unloaded(o, c.past.now.Issuer)) == 0 {
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

// standing are the observations beside the newest given one that still say something of
// one kind of fact, newest first, as far back as they count: no newer one shows the fact
// whole, or is given and speaks about it.
func (c *cluster) standing(counts, speaks, whole func(*Observation) bool) (list []*Observation) {
	latest := c.latest()
	for _, o := range slices.Backward(c.known()) {
		switch {
		case o == latest:
		case c.past != nil && !counts(o):
			return list
		default:
			list = append(list, o)
		}
		if whole(o) || slices.Contains(c.seen, o) && speaks(o) {
			return list
		}
	}
	return list
}

// sawPhase reports whether an observation saw the phase in force.
func (c *cluster) sawPhase(o *Observation) bool { return o.at().After(c.since()) }

// onlyVouched is what one that speaks of part of a fact is to a person's word for the
// rest; without a word only one that shows all of it is newer news.
func onlyVouched(word bool, speaks func(*Observation) bool) func(*Observation) bool {
	if word {
		return speaks
	}
	return func(*Observation) bool { return false }
}

// seenIn is a cluster as an observation shows it that is not the newest given one.
func (c *cluster) seenIn(o *Observation) string { return fmt.Sprintf("%s at %s", c.label(), o.At) }

// stillHeld adds the bundles that standing observations show.
func (c *cluster) stillHeld(l *Live) {
	whole := func(o *Observation) bool { return len(o.unseenBundles()) == 0 }
	for _, o := range c.standing(c.sawPhase, onlyVouched(c.loaded, (*Observation).speaksOfBundles), whole) {
		c.heldBundles(l, o, c.seenIn(o))
	}
	for _, o := range c.standing(c.sawPhase, (*Observation).speaksOfDelivery, whole) {
		c.givenBundles(l, o, c.seenIn(o))
	}
}

// stillServed adds the chains that standing observations show, without those that time
// has closed. What identity signed with lives on in leaves until then.
func (c *cluster) stillServed(l *Live, s signed, closed time.Time) {
	whole := func(o *Observation) bool { return len(c.unseenChains(o)) == 0 }
	sameIssuer := func(o *Observation) bool { return !c.switchedSince(o.at()) }
	for _, o := range c.standing(sameIssuer, onlyVouched(c.renewed, (*Observation).speaksOfChains), whole) {
		if o == s.from {
			continue
		}
		c.shownChains(l, o, s, closed, c.seenIn(o))
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

func (o *Observation) speaksOfBundles() bool {
	return slices.ContainsFunc(o.Endpoints, func(e Endpoint) bool { return e.Bundle != nil }) || o.speaksOfLoaded()
}

func (o *Observation) speaksOfChains() bool {
	return slices.ContainsFunc(o.Endpoints, func(e Endpoint) bool { return e.Chain != nil || e.NoChain }) || o.speaksOfIssuers()
}

func (o *Observation) speaksOfDelivery() bool {
	mounts := func(in Injector) bool { return in.Bundle != nil }
	return o.ControlPlane.TrustRoots != nil || slices.ContainsFunc(o.ControlPlane.Injectors, mounts)
}

func (o *Observation) speaksOfLoaded() bool {
	return slices.ContainsFunc(o.Identity, func(r Replica) bool { return r.Bundle != nil })
}

func (o *Observation) speaksOfIssuers() bool {
	return slices.ContainsFunc(o.Identity, func(r Replica) bool { return r.Issuer != nil })
}

// speaks says whether an observation shows anything of what a need is about, for or
// against it: the newest one that does decides.
var speaks = map[Need]func(*Observation) bool{
	BundleDelivered: (*Observation).speaksOfDelivery,
	IdentityLoaded:  (*Observation).speaksOfLoaded,
	IssuerLoaded:    (*Observation).speaksOfIssuers,
	BundleLoaded:    (*Observation).speaksOfBundles,
	LeavesRenewed:   (*Observation).speaksOfChains,
	RetiredGone:     func(o *Observation) bool { return o.speaksOfBundles() || o.speaksOfChains() },
	WebhookCADelivered: func(o *Observation) bool {
		return slices.ContainsFunc(o.Webhooks, func(h Hook) bool { return h.CABundle != nil })
	},
	WebhookCertServed: func(o *Observation) bool {
		return slices.ContainsFunc(o.Webhooks, func(h Hook) bool { return h.Served != nil || len(h.Serving) > 0 })
	},
	DeliveredElsewhere: func(o *Observation) bool { return o.ControlPlane.TrustRoots != nil || o.ControlPlane.Issuer != nil },
}

// shown is the newest observation that speaks about a need, and what it shows to be
// otherwise. The newest given one counts from the change that the need is about, every
// other one from when the phase was entered: what was seen before is what its gate was
// opened by.
func (t target) shown(n Need) (o *Observation, otherwise []string) {
	says, ask := speaks[n], contrary[n]
	if says == nil {
		return nil, nil
	}
	latest := t.own.latest()
	for _, o := range slices.Backward(t.own.known()) {
		if o == latest && t.tooOldFor(n) != "" || o != latest && !o.at().After(t.own.since()) {
			continue
		}
		if found := ask(t, o); len(found) > 0 {
			return o, found
		}
		if says(o) {
			return o, nil
		}
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
