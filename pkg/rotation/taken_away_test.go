package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestTakenAway: an observation that ended a wait, or shows an issuer of which nothing else
// is known, may go as little as one that shows what nothing newer does.
func TestTakenAway(t *testing.T) {
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread)
	see := func(after time.Duration, bend func(*Observation)) *Observation {
		o := m.sight(entered.Add(after))
		for i := range o.Endpoints {
			o.Endpoints[i].Chain = nil
		}
		if bend != nil {
			bend(o)
		}
		return o
	}
	const stranger = "abababababababababababababababababababababababababababababababab"
	signs := func(chain ...string) func(*Observation) {
		return func(o *Observation) { o.Identity[0].Issuer = chain }
	}
	old := signs(m.chain(state.RoleOutgoing)...)
	secret := func(o *Observation) { o.ControlPlane.Issuer = m.chain(state.RoleOutgoing) }
	leaves := func(o *Observation) { o.Endpoints[1].Chain = m.chain(state.RoleOutgoing) }
	first, back, again := see(time.Hour, nil), see(50*time.Hour, old), see(53*time.Hour, nil)
	still, away, elsewhere := see(52*time.Hour, old), see(50*time.Hour, signs(stranger)), see(52*time.Hour, signs(stranger))
	for name, c := range map[string]struct {
		before, after []*Observation
		at            time.Duration
		lost          bool
	}{
		"nothing goes":                       {[]*Observation{first, back, again}, []*Observation{first, back, again}, 55 * time.Hour, false},
		"one that ended the wait":            {[]*Observation{first, back, again}, []*Observation{first, again}, 55 * time.Hour, true},
		"by the Secret":                      {[]*Observation{first, see(50*time.Hour, secret), again}, []*Observation{first, again}, 55 * time.Hour, true},
		"by leaves behind the wait":          {[]*Observation{first, see(50*time.Hour, leaves), see(53*time.Hour, leaves), again}, []*Observation{first, again}, 55 * time.Hour, true},
		"what replaces it shows all":         {[]*Observation{first, back}, []*Observation{first, again}, 55 * time.Hour, true},
		"of the same instant":                {[]*Observation{first, see(time.Hour, old), again}, []*Observation{first, again}, 55 * time.Hour, true},
		"another shows the same later":       {[]*Observation{first, back, still, again}, []*Observation{first, still, again}, 55 * time.Hour, false},
		"the later of two":                   {[]*Observation{first, back, still, again}, []*Observation{first, back, again}, 55 * time.Hour, false},
		"no wait begins before it":           {[]*Observation{back, again}, []*Observation{again}, 55 * time.Hour, false},
		"what began the wait goes, too":      {[]*Observation{first, back, again}, []*Observation{again}, 55 * time.Hour, false},
		"the new wait is over":               {[]*Observation{first, back, again}, []*Observation{first, again}, 78 * time.Hour, false},
		"what begins the wait":               {[]*Observation{first, again}, []*Observation{again}, 55 * time.Hour, false},
		"what shows what nothing newer does": {[]*Observation{first, again}, []*Observation{first}, 55 * time.Hour, true},
		"an issuer that nobody knows":        {[]*Observation{away, again}, []*Observation{again}, 55 * time.Hour, true},
		"one that is seen later, too":        {[]*Observation{away, elsewhere, again}, []*Observation{elsewhere, again}, 55 * time.Hour, false},
		"from before the switch":             {[]*Observation{see(-200*time.Hour, old), first}, []*Observation{first}, 5 * time.Hour, false},
	} {
		change := TakenAway{States: []*state.Rotation{m.state}, Before: c.before, After: c.after, At: entered.Add(c.at)}
		none := func(*Observation) bool { return false }
		if lost := change.Lost(none); (lost != nil) != c.lost {
			t.Errorf("%s: %v", name, lost)
		}
		slices.Reverse(c.before)
		if lost := change.Lost(none); (lost != nil) != c.lost {
			t.Errorf("%s, the other way round: %v", name, lost)
		}
	}
	// What is not of the change counts on both sides.
	beside := TakenAway{States: []*state.Rotation{m.state}, Before: []*Observation{back}, After: []*Observation{again}, Beside: []*Observation{first}, At: entered.Add(55 * time.Hour)}
	if beside.Forgotten() != back {
		t.Error("a wait that is counted from one beside the change is forgotten")
	}
	// One that nobody signed stands for none that somebody did.
	unsigned := TakenAway{States: beside.States, Before: []*Observation{first, again}, After: []*Observation{first, see(54*time.Hour, nil)}, At: entered.Add(55 * time.Hour),
		Stands: func(newer, older *Observation) bool { return newer.At == older.At }}
	if unsigned.Lost(func(*Observation) bool { return false }) != again {
		t.Error("an unsigned observation stands for a signed one")
	}
	// Without a state no wait is counted.
	unknown := TakenAway{Before: []*Observation{first, back, again}, After: []*Observation{first, again}, At: entered.Add(55 * time.Hour)}
	if unknown.Forgotten() != nil {
		t.Error("a wait is counted without a state")
	}
}

// TestUncoveredHides: one that may have left things out hides nothing that an older one shows.
func TestUncoveredHides(t *testing.T) {
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread)
	older := m.sight(entered.Add(time.Hour))
	newer := m.sight(entered.Add(2 * time.Hour))
	if older.Beyond(newer).Shows() || !older.Beyond(newer.Uncovered()).Shows() || older.Uncovered().Beyond(newer).Shows() {
		t.Error("what hides what")
	}
	if bundle := older.Beyond(newer.Uncovered()).Endpoints[0].Bundle; bundle == nil {
		t.Error("a row of an unsigned observation hides that of a signed one")
	}
}
