package rotation

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
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
	if !changed || !now.Before(end) || p.rolledOutSince(switched, now) {
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
	if !changed || p.rolledOutSince(added, now) {
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

// shortestRollout is less than any rolling restart of a data plane takes.
const shortestRollout = 10 * time.Second

// rolledOutSince reports whether a rollout began at the instant or later, early
// enough to be over now.
func (p *past) rolledOutSince(t, now time.Time) bool {
	began := p.lastRollout(now)
	return !began.IsZero() && !began.Before(t)
}

// asked is when the last move was made that changed what is in force, or whose gate asked
// for a need.
func (p *past) asked(n Need) time.Time {
	return p.changed(func(before Material, m moment) bool { return !before.same(m.material) || slices.Contains(m.asked, n) })
}

func (m Material) same(o Material) bool {
	return bundleID(m.Bundle) == bundleID(o.Bundle) && chainID(m.Issuer) == chainID(o.Issuer)
}

// needsOf are the needs that the gate of a move of the rotation under way asked for.
func (d *dossier) needsOf(e state.LogEntry) []Need {
	r := d.state.Status.Rotation
	row, known := state.PhaseOf(r.Kind, r.Strategy, e.Phase)
	switch {
	case e.Move == state.MoveRollout:
		return []Need{BundleDelivered}
	case e.Move == state.MoveAdvance && known:
		return row.Needs
	}
	return nil
}

// lastRollout is when the last rollout began that can be over now.
func (p *past) lastRollout(now time.Time) (at time.Time) {
	for _, m := range p.moments {
		if m.rollout && !now.Before(m.at.Add(shortestRollout)) {
			at = m.at
		}
	}
	return at
}

// beganRollout reports whether the entry's move restarted the workloads: its
// phase always does, or the stamp in force is of its epoch. (A reissued issuer
// changes what a stamp is made of, so the stamp alone does not tell.)
func (d *dossier) beganRollout(e state.LogEntry, m Material) bool {
	r := d.state.Status.Rotation
	row, known := state.PhaseOf(r.Kind, r.Strategy, e.Phase)
	return known && e.Move == state.MoveAdvance && row.Rollout == state.RolloutAlways || Stamp(e.Epoch, m) == d.state.Status.Stamp
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
