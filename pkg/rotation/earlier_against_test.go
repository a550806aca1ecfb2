package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestEarlierObservationsAgainst: an observation of an earlier move in which identity signs
// with another issuer again, or may, ends the wait that one before it began; so does one of
// a leaf that would have expired by then.
func TestEarlierObservationsAgainst(t *testing.T) {
	m := newMesh(t, "prod", now)
	m.start(t, StartOptions{Kind: state.KindIssuer}, Evidence{}, now.Add(day))
	first := m.sight(now.Add(day + time.Hour))
	whole := *first
	first.Endpoints, first.Covers = nil, []string{GroupIdentity}
	later := now.Add(2*day + 2*time.Hour)
	const other = "abababababababababababababababababababababababababababababababab"
	with := func(of *Observation, at time.Time, change func(*Observation)) *Observation {
		o := seenAt(of, at)
		o.Identity, o.Endpoints = slices.Clone(o.Identity), slices.Clone(o.Endpoints)
		change(o)
		return o
	}
	all := func(o *Observation) {
		for i := range o.Identity {
			o.Identity[i].Issuer = []string{other}
		}
	}
	one := func(o *Observation) { o.Identity[0].Issuer = []string{other} }
	secret := func(o *Observation) { o.ControlPlane.Issuer = []string{other} }
	unseen := func(o *Observation) { o.Identity, o.Covers = nil, nil }
	leaf := func(o *Observation) { o.Endpoints[0].Chain = chainFPs(m.state.Status.Issuers[0].Certificate) }
	hour := later.Add(-time.Hour)
	for name, c := range map[string]struct {
		e     []*Observation
		at    time.Time
		opens bool
	}{
		"nothing against it":          {[]*Observation{first}, later, true},
		"what shows nothing":          {[]*Observation{first, with(first, hour, unseen)}, later, true},
		"the old issuer again":        {[]*Observation{first, with(first, hour, all)}, later, false},
		"in another order":            {[]*Observation{with(first, hour, all), first}, later, false},
		"one replica":                 {[]*Observation{first, with(first, hour, one)}, later, false},
		"the Secret":                  {[]*Observation{first, with(first, hour, secret)}, later, false},
		"and back an hour ago":        {[]*Observation{first, with(first, hour, all), seenAt(first, later)}, later.Add(time.Hour), false},
		"and back, and waited":        {[]*Observation{first, with(first, hour, all), seenAt(first, later)}, later.Add(2 * day), true},
		"the old one before":          {[]*Observation{with(first, now.Add(day+time.Minute), all), first}, later, true},
		"an old leaf within the wait": {[]*Observation{first, with(&whole, now.Add(day+2*time.Hour), leaf)}, later, true},
		"an old leaf behind the wait": {[]*Observation{first, with(&whole, later.Add(-time.Minute), leaf)}, later, false},
	} {
		_, err := Advance(m.state, Options{}, Evidence{Earlier: c.e}, c.at)
		if (err == nil) != c.opens || err != nil && !strings.Contains(explain(err), "no live leaf") {
			t.Errorf("%s: %s", name, explain(err))
		}
	}
}
