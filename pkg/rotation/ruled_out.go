package rotation

import (
	"fmt"
	"time"
)

// leavesAlive says until when leaves of another issuer than the one in force
// live, if none of its successors' waits can be over: the leaves have not
// expired, and no rollout began since the switch.
func (p *past) leavesAlive(now time.Time) string {
	if !p.replayed {
		return ""
	}
	inForce := chainID(p.now.Issuer[:1])
	switched, changed := p.lastChange(func(m Material) bool { return chainID(m.Issuer[:1]) == inForce })
	end := switched.Add(p.leafLife)
	if !changed || !now.Before(end) || p.rolledOutSince(switched, now, allPods) {
		return ""
	}
	return fmt.Sprintf("the issuer in force signs since %s, leaves of the one before live until %s, and no rollout that began in between can be over", instantText(switched), instantText(end))
}

// bundleUnloaded says that proxies cannot have the incoming anchor: they read
// their bundle when they start, and no rollout began since it was added.
func (p *past) bundleUnloaded(incoming string, now time.Time) string {
	if incoming == "" || !p.replayed {
		return ""
	}
	if !p.now.Bundle.Contains(incoming) {
		return "no phase so far delivers the incoming anchor"
	}
	added, changed := p.lastChange(func(m Material) bool { return m.Bundle.Contains(incoming) })
	if !changed || p.rolledOutSince(added, now, allStale) {
		return ""
	}
	return fmt.Sprintf("the incoming anchor was added at %s, and no rollout that began since can be over", instantText(added))
}

// lastChange is when the log says that the property came about that the material
// in force has; changed is false if it has had it since before the rotation.
func (p *past) lastChange(has func(Material) bool) (at time.Time, changed bool) {
	for i := len(p.moments) - 1; i >= 0; i-- {
		before := p.first
		if i > 0 {
			before = p.moments[i-1].material
		}
		if !has(before) {
			return p.moments[i].at, true
		}
	}
	return time.Time{}, false
}

// hear takes a person's word for what the endpoints of a cluster hold and serve. It is
// given for all clusters that share trust, and counts for those whose own log does not
// rule it out; of the cluster that moves, such a word is refused ([way.contradicted]).
func (c *cluster) hear(e Evidence) {
	counts := func(n Need, ruledOut func() string) bool {
		word, given := e.assumed(n)
		return given && (word.Forced || c.own || c.past == nil || ruledOut() == "")
	}
	c.loaded = counts(BundleLoaded, func() string { return c.past.bundleUnloaded(c.incoming, c.at) })
	c.renewed = counts(LeavesRenewed, func() string { return c.past.leavesAlive(c.at) })
}
