package rotation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// cluster is one mesh as far as it is known: by its state, by observations, by
// both, or (a link that nobody brought) not at all.
type cluster struct {
	name string
	// own is the cluster whose state moves; of others only proxies matter here,
	// their identity replicas verify their own issuers.
	own  bool
	past *past          // nil without a state
	seen []*Observation // oldest first
	// earlier came with earlier moves, see [Evidence.Earlier].
	earlier []*Observation
	book    *book

	// incoming is the anchor that BUNDLE-LOADED speaks of, "" if there is none.
	incoming string
	// loaded and renewed: a person vouches for BUNDLE-LOADED and LEAVES-RENEWED.
	loaded, renewed bool
	leafLife        time.Duration // leaf lifetime + clock skew
	at              time.Time
}

// What follows a cluster's name where only the log says what it may hold.
const (
	notObserved = " (not observed yet)"
	notRuledOut = " (the observation does not rule it out)"
)

// latest is the newest observation, nil if there is none.
func (c *cluster) latest() *Observation {
	if len(c.seen) == 0 {
		return nil
	}
	return c.seen[len(c.seen)-1]
}

// see takes the observations of the cluster. One of another control plane says nothing of
// it, nor does one of the time to come.
func (c *cluster) see(e Evidence) {
	nothing := func(o *Observation) bool {
		return o.at().After(c.at) || c.past != nil && !isPartOf(o.Mesh.named(), c.past.mesh)
	}
	c.seen = slices.DeleteFunc(e.of(c.name), nothing)
	c.earlier = slices.DeleteFunc(ofCluster(e.Earlier, c.name), nothing)
}

func (c *cluster) label() string { return fmt.Sprintf("cluster %q", c.name) }

// live is what the cluster's endpoints may hold and serve.
func (c *cluster) live() Live {
	var l Live
	c.bundles(&l)
	c.chains(&l)
	return l
}

// bundles: what was seen held or delivered, what is delivered now and since,
// and, unless everything was seen and the control plane delivers the present
// bundle already, whatever the log leaves possible. Time closes none of it: a
// proxy keeps its bundle for ever.
func (c *cluster) bundles(l *Live) {
	o := c.latest()
	c.stillHeld(l)
	if o == nil {
		c.possibleBundles(l, c.label()+notObserved)
		return
	}
	whole := len(o.unseenBundles()) == 0 && !c.seenBefore(o)
	c.heldBundles(l, o, c.label())
	c.givenBundles(l, o, c.label())
	c.deliveredSince(l, o)
	if !whole || c.past == nil || !c.delivers(o, c.past.now.Bundle) {
		c.possibleBundles(l, c.label()+notRuledOut)
	}
}

// heldBundles are those that pods were seen with.
func (c *cluster) heldBundles(l *Live, o *Observation, of string) {
	for _, row := range o.Endpoints {
		if row.Bundle == nil {
			continue
		}
		c.holdSeen(l, row.Bundle, true, false, row.words()+" in "+of)
	}
	for _, r := range o.Identity {
		if r.Bundle == nil {
			continue
		}
		c.holdSeen(l, r.Bundle, true, true, fmt.Sprintf("identity replica %q of %s", r.Pod, of))
	}
}

// givenBundles: what a pod that starts was seen to be given.
func (c *cluster) givenBundles(l *Live, o *Observation, of string) {
	if o.ControlPlane.TrustRoots != nil {
		c.holdSeen(l, o.ControlPlane.TrustRoots, true, c.own, "ConfigMap linkerd-identity-trust-roots of "+of)
	}
	for _, in := range o.ControlPlane.Injectors {
		if in.Bundle == nil {
			continue
		}
		c.holdSeen(l, in.Bundle, true, false, fmt.Sprintf("injector %q of %s", in.Pod, of))
	}
}

// deliveredSince: what is delivered now, and was since the observation.
func (c *cluster) deliveredSince(l *Live, o *Observation) {
	if c.past == nil {
		return
	}
	c.hold(l, c.past.now.Bundle, "delivered in "+c.label())
	for _, m := range c.past.since(o.at()) {
		c.hold(l, m.Bundle, "delivered in "+c.label())
	}
}

// possibleBundles falls back on the log. Without a state there is none; then
// an observation that saw everything has to do, and a cluster that nobody
// described is unknown.
func (c *cluster) possibleBundles(l *Live, where string) {
	if c.past == nil {
		if o := c.latest(); o == nil || len(o.unseenBundles()) > 0 {
			l.hold(Held{Proxies: true, Where: []string{c.label()}, Unknown: c.unknown("the bundles")})
		}
		return
	}
	for _, b := range c.past.bundles {
		if !c.loaded || c.incoming == "" || b.Contains(c.incoming) {
			c.hold(l, b, where)
		}
	}
	// A person's word is about what came before: no word makes endpoints of a
	// linked cluster hold an anchor that its own state does not deliver yet.
	c.hold(l, c.past.now.Bundle, "delivered in "+c.label())
}

func (c *cluster) unknown(what string) string {
	if c.latest() == nil {
		return fmt.Sprintf("%s of %s are unknown: no state file and no observation", what, c.label())
	}
	o := c.latest()
	return fmt.Sprintf("not all %s of %s are known: there is no state file, and %s (%s)", strings.TrimPrefix(what, "the "), c.label(), notSeen(union(o.unseenBundles(), o.unseenChains())), o.At)
}

func (c *cluster) hold(l *Live, b pki.Bundle, where string) {
	l.hold(Held{Bundle: b, Proxies: true, Identity: c.own, Where: []string{where}})
}

func (c *cluster) holdSeen(l *Live, fps []string, proxies, identity bool, where string) {
	h := Held{Proxies: proxies, Identity: identity && c.own, Where: []string{where}}
	b, unknown := c.book.bundle(fps)
	if unknown != "" {
		h.Unknown = fmt.Sprintf("the bundle of %s has an unknown certificate: %s", where, unknown)
	} else {
		h.id = c.book.id("bundle ", fps, func() string { return bundleID(b) })
	}
	h.Bundle = b
	l.hold(h)
}

// delivers tells whether trust roots and every injector's mount are the bundle.
func (c *cluster) delivers(o *Observation, b pki.Bundle) bool { return len(undelivered(o, b)) == 0 }

// words is a row for people: `12 proxies "emojivoto"`.
func (e Endpoint) words() string {
	s := strconv.Itoa(e.Pods()) + " " + e.Group
	if e.Namespace != "" {
		s += " in " + strconv.Quote(e.Namespace)
	}
	if e.Workload != "" {
		s += " (" + strconv.Quote(e.Workload) + ")"
	}
	return s
}
