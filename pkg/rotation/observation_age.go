package rotation

import "time"

// change is what must have come before an observation so that it can show a
// need: then the observation is older than the fact that it would prove.
type change struct {
	what  string
	since func(*past) time.Time
}

// needChanges has a row for every need that an observation meets. A wave and what
// others deliver are read from the state.
var needChanges = map[Need]change{
	BundleDelivered:    {"the bundle changed", (*past).bundleChanged},
	BundleLoaded:       {"the bundle changed", (*past).bundleChanged},
	IdentityLoaded:     {"the bundle changed", (*past).bundleChanged},
	IssuerLoaded:       {"the issuer changed", (*past).issuerChanged},
	LeavesRenewed:      {"the issuer changed", (*past).issuerChanged},
	WebhookCADelivered: {"the phase was entered", (*past).entered},
	WebhookCertServed:  {"the phase was entered", (*past).entered},
}

// tooOldFor says that the newest observation cannot show a need, and how old it
// may be; "" if it can, or if there is none. RETIRED-GONE says so itself, since
// reports ask it outside of a move.
func (t target) tooOldFor(n Need) string {
	c, ok := needChanges[n]
	o := t.own.latest()
	if !ok || o == nil {
		return ""
	}
	return tooOld(o, c.since(t.own.past), c.what)
}

// bundleChanged and issuerChanged are when what is in force came into force,
// entered when the phase did; zero where the log does not tell.
func (p *past) bundleChanged() time.Time {
	return p.changed(func(a Material, m moment) bool { return bundleID(a.Bundle) != bundleID(m.material.Bundle) })
}

func (p *past) issuerChanged() time.Time {
	return p.changed(func(a Material, m moment) bool { return chainID(a.Issuer) != chainID(m.material.Issuer) })
}

func (p *past) entered() time.Time {
	if len(p.moments) == 0 {
		return p.began
	}
	return p.moments[len(p.moments)-1].at
}

// changed is the last moment that differs from the material before it.
func (p *past) changed(differ func(before Material, m moment) bool) time.Time {
	since, last := p.began, p.first
	for _, m := range p.moments {
		if differ(last, m) {
			since = m.at
		}
		last = m.material
	}
	return since
}
