package rotation

import (
	"fmt"
	"time"
)

// renewalsLate is how late a proxy may be with its renewal before it counts as
// one that fails.
const renewalsLate = 10 * time.Minute

// RenewalLeft is how much of its life a leaf has left when its proxy asks for the next
// one: proxies renew at 70 % (linkerd2-proxy, identity client).
func RenewalLeft(lifetime time.Duration) time.Duration { return lifetime * 3 / 10 }

// ExpiredLeaves lists the rows whose leaves had expired when they were seen, or
// have since: those that were not renewed when they were due. A proxy renews its
// leaf at 70 % of its life; once it has expired, identity refuses it for ever.
func (o *Observation) ExpiredLeaves(lifetime time.Duration, at time.Time) (found []string) {
	for _, e := range o.Endpoints {
		expires, err := time.Parse(time.RFC3339, e.Leaf.Expires.First)
		if err != nil || at.Before(expires) {
			continue
		}
		due := expires.Add(-RenewalLeft(lifetime))
		switch {
		case !o.at().Before(expires):
			found = append(found, fmt.Sprintf("leaves of %s expired at %s and were still held at %s", e.words(), instantText(expires), o.At))
		case o.at().After(due.Add(renewalsLate)):
			found = append(found, fmt.Sprintf("leaves of %s expired at %s, and at %s their renewal was late since %s", e.words(), instantText(expires), o.At, instantText(due)))
		}
	}
	return found
}

// leafAlarms are the expired leaves of the newest observation that follows the last move.
func (c *scene) leafAlarms() []string {
	seen, log := c.evidence.of(c.state.Metadata.Name), c.state.Status.Log
	if len(seen) == 0 {
		return nil
	}
	o := seen[len(seen)-1]
	if len(log) > 0 && o.At < log[len(log)-1].At { // one form, so texts sort as instants
		return nil
	}
	return o.ExpiredLeaves(time.Duration(c.spec.Leaf.Lifetime), c.at)
}
