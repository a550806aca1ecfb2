package rotation

import (
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestEarlierObservationsCloseByTime: leaves are waited out from an observation of
// an earlier move, which shows nothing else.
func TestEarlierObservationsCloseByTime(t *testing.T) {
	m := newMesh(t, "prod", now)
	m.start(t, StartOptions{Kind: state.KindIssuer}, Evidence{}, now.Add(day))
	loaded := m.sight(now.Add(day + time.Hour))
	loaded.Endpoints, loaded.Covers = nil, []string{GroupIdentity}
	soon, later := now.Add(day+2*time.Hour), now.Add(2*day+2*time.Hour)
	earlier := Evidence{Earlier: []*Observation{loaded}}
	for name, c := range map[string]struct {
		e     Evidence
		at    time.Time
		opens bool
	}{
		"nothing":               {Evidence{}, later, false},
		"too early":             {earlier, soon, false},
		"waited":                {earlier, later, true},
		"of another cluster":    {Evidence{Earlier: []*Observation{renamed(loaded, "east")}}, later, false},
		"from before the start": {Evidence{Earlier: []*Observation{seenAt(loaded, now)}}, later, false},
		"of the future":         {Evidence{Earlier: []*Observation{seenAt(loaded, later.Add(day))}}, later, false},
		"with one that sees an old leaf": {Evidence{Earlier: earlier.Earlier, Observations: seen(func() *Observation {
			o := m.sight(later.Add(-time.Minute))
			o.Endpoints[1].Chain = chainFPs(m.state.Status.Issuers[0].Certificate)
			return o
		}()).Observations}, later, false},
	} {
		move, err := Advance(m.state, Options{}, c.e, c.at)
		if (err == nil) != c.opens {
			t.Errorf("%s: %+v %s", name, move, explain(err))
		}
		if err != nil {
			continue
		}
		last := move.State.Status.Log[len(move.State.Status.Log)-1]
		if last.Evidence != seen(loaded).Digest() || !earlier.Has(last.Evidence) || (Evidence{}).Has(last.Evidence) || !strings.Contains(move.Needs[0].How, "has expired since the observation") {
			t.Errorf("%s: %+v %+v", name, last, move.Needs)
		}
	}
}

// TestEarlierObservationsShowNothingLive: what pods had when an earlier move was
// made does not contradict a person's word, and does not open a gate.
func TestEarlierObservationsShowNothingLive(t *testing.T) {
	m := newMesh(t, "prod", now)
	old := m.sight(now.Add(time.Hour))
	m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, Evidence{}, now.Add(day))
	delivered := m.sight(now.Add(day + time.Hour))
	for i := range delivered.Endpoints {
		delivered.Endpoints[i].Bundle = old.Endpoints[i].Bundle
	}
	m.advance(t, Options{}, seen(delivered), now.Add(day+2*time.Hour))
	e := assume(BundleLoaded)
	e.Earlier = []*Observation{delivered}
	if _, err := Advance(m.state, Options{}, e, now.Add(2*day)); err != nil {
		t.Errorf("a word is contradicted by what was before: %s", explain(err))
	}
	all := m.sight(now.Add(day + 3*time.Hour))
	if _, err := Advance(m.state, Options{}, Evidence{Earlier: []*Observation{all}}, now.Add(2*day)); err == nil {
		t.Error("an observation of an earlier move opens the gate of bundles")
	}
}

func renamed(o *Observation, cluster string) *Observation {
	other := *o
	other.Cluster = cluster
	return &other
}

func seenAt(o *Observation, t time.Time) *Observation {
	other := *o
	other.At = instantText(t)
	return &other
}
