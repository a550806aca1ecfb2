package rotation

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// chains: what was seen served or loaded, what identity signs with now and
// since, and, where leaves were not seen and time has not closed them, whatever
// the log leaves possible.
func (c *cluster) chains(l *Live) {
	o, s := c.latest(), c.signed()
	closed := c.closedAfter(s.from)
	c.stillServed(l, s, closed)
	if o == nil && !closed.IsZero() {
		o = s.from
	}
	if o == nil {
		c.possibleChains(l, c.label()+notObserved)
		return
	}
	whole := len(c.unseenChains(o)) == 0
	c.shownChains(l, o, s, closed, c.label())
	if c.past != nil {
		c.serve(l, c.past.now.Issuer, "signed with in "+c.label())
		for _, m := range c.past.since(o.at()) {
			c.serve(l, m.Issuer, "signed with in "+c.label())
		}
	}
	if !whole && closed.IsZero() {
		c.possibleChains(l, c.label()+notRuledOut)
	}
}

// servedChains are those that proxies were seen to serve, and that may live on.
func (c *cluster) servedChains(l *Live, o *Observation, closed time.Time, of string) {
	expired := closed.After(o.at()) || c.vouchedSince(o)
	for _, row := range o.Endpoints {
		if row.Chain != nil && (!expired || !c.issued(row.Chain[0])) {
			c.serveSeen(l, row.Chain, true, false, row.words()+" in "+of)
		}
	}
}

// loadedIssuers are those that identity was seen to have, or to be given.
func (c *cluster) loadedIssuers(l *Live, o *Observation, of string) {
	for _, r := range o.Identity {
		if r.Issuer == nil {
			continue
		}
		c.serveSeen(l, r.Issuer, true, true, fmt.Sprintf("identity replica %q of %s", r.Pod, of))
	}
	if o.ControlPlane.Issuer != nil { // a replica may load it at any time
		c.serveSeen(l, o.ControlPlane.Issuer, true, true, "Secret linkerd-identity-issuer of "+of)
	}
}

// issued tells whether the state's own identity service issues from the issuer
// with this fingerprint: only of such leaves is the lifetime known.
func (c *cluster) issued(issuer string) bool { return c.past != nil && c.past.issuers[issuer] }

// vouchedSince: a person says that the leaves have been renewed, and every leaf
// that the observation saw has had the time to be.
func (c *cluster) vouchedSince(o *Observation) bool {
	return c.renewed && c.at.After(o.at().Add(c.leafLife))
}

// leavesClosed is the instant by which every leaf of another issuer has
// expired, if that instant has passed; zero otherwise. A leaf issued in the last
// second before [cluster.signing] lives for its lifetime and the clock skew
// that identity adds.
func (c *cluster) leavesClosed() time.Time { return c.closedAfter(c.signing()) }

func (c *cluster) closedAfter(from *Observation) time.Time {
	if from == nil {
		return time.Time{}
	}
	if end := from.at().Add(c.leafLife); c.at.After(end) {
		return end
	}
	return time.Time{}
}

// refreshedSince reports whether every leaf of a row was refreshed after an instant;
// clocks may differ.
func (e Endpoint) refreshedSince(since time.Time) bool {
	first, err := time.Parse(time.RFC3339, e.Leaf.Refreshed.First)
	return err == nil && first.After(since.Add(clocksDiffer))
}

// switchedSince reports whether another issuer than the present one was in force
// at the instant, or came after it: then a replica may have loaded it later,
// whatever it signed with when it was seen. The same issuer without its cross
// certificate counts as another: its leaves verify under fewer bundles.
func (c *cluster) switchedSince(t time.Time) bool {
	if t.Before(c.past.began) {
		return true
	}
	for _, m := range c.past.since(t) {
		if chainID(m.Issuer) != chainID(c.past.now.Issuer) {
			return true
		}
	}
	return false
}

func (c *cluster) possibleChains(l *Live, where string) {
	if c.past == nil {
		if o := c.latest(); o == nil || len(o.unseenChains()) > 0 {
			l.serve(Served{Proxies: true, Where: []string{c.label()}, Unknown: c.unknown("the chains")})
		}
		return
	}
	now := c.past.now.Issuer[0].Fingerprint()
	for _, chain := range c.past.chains {
		if !c.renewed || chain[0].Fingerprint() == now {
			c.serve(l, chain, where)
		}
	}
}

func (c *cluster) serve(l *Live, chain pki.Chain, where string) {
	l.serve(Served{Chain: chain, Proxies: true, Identity: c.own, Where: []string{where}})
}

func (c *cluster) serveSeen(l *Live, fps []string, proxies, identity bool, where string) {
	s := Served{Proxies: proxies, Identity: identity && c.own, Where: []string{where}}
	chain, unknown := c.book.chain(fps)
	if unknown != "" {
		s.Unknown = fmt.Sprintf("the chain of %s has an unknown issuer: %s", where, unknown)
	} else {
		s.id = c.book.id("chain ", fps, func() string { return chainID(chain) })
	}
	s.Chain = chain
	l.serve(s)
}

// unseenChains says whose chain is unknown after this observation. Leaves that were seen
// to be refreshed since identity signs with the issuer of the phase are known by that.
func (c *cluster) unseenChains(o *Observation) []string {
	known := *o
	if from := c.signing(); from != nil {
		isKnown := func(e Endpoint) bool { return e.Chain == nil && e.refreshedSince(from.at()) }
		known.Endpoints = slices.DeleteFunc(slices.Clone(o.Endpoints), isKnown)
	}
	list := o.unseenGroups()
	if c.seenBefore(o) {
		list = append(list, "what came after "+o.At)
	}
	return append(list, known.unseenRows()...)
}
