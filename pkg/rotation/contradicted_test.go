package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// vouchings are what a person may say, when, and whether the log contradicts it.
var vouchings = []struct {
	name   string
	kind   string
	phase  string // that the mesh rests in
	to     string
	code   Need
	after  time.Duration // of the move into that phase
	leaves string
	false  bool
}{
	{"leaves gone one second after the switch", state.KindIssuer, state.PhaseIssuerSwitched, state.PhaseStable, LeavesRenewed, time.Second, "", true},
	{"leaves gone a second too early", state.KindIssuer, state.PhaseIssuerSwitched, state.PhaseStable, LeavesRenewed, day + 19*time.Second, "", true},
	{"leaves gone after their life", state.KindIssuer, state.PhaseIssuerSwitched, state.PhaseStable, LeavesRenewed, day + 20*time.Second, "", false},
	{"loaded in the second of the rollout", state.KindAnchor, state.PhaseAnchorSpread, state.PhaseIssuerSwitched, BundleLoaded, time.Second, "", true},
	{"loaded an hour after the rollout", state.KindAnchor, state.PhaseAnchorSpread, state.PhaseIssuerSwitched, BundleLoaded, time.Hour, "", false},
	{"loaded, and no rollout began", state.KindAnchor, state.PhaseAnchorAdded, state.PhaseIssuerSwitched, BundleLoaded, 30 * day, "", true},
}

// TestWordsAgainstTheLog: a word that the log contradicts is refused; forced, it
// is taken and the log says so; one that the log allows is taken as it is.
func TestWordsAgainstTheLog(t *testing.T) {
	for _, w := range vouchings {
		t.Run(w.name, func(t *testing.T) {
			strategy := ""
			if w.kind == state.KindAnchor {
				strategy = state.StrategyBundle
			}
			m, instant := at(t, w.kind, strategy, w.phase)
			last := m.state.Status.Log[len(m.state.Status.Log)-1]
			if entered := must(time.Parse(time.RFC3339, last.At)); true {
				instant = entered.Add(w.after)
			}
			_, err := To(m.state, w.to, Options{}, assume(w.code), instant)
			if got := slices.Contains(codes(err), "rotation-contradicted"); got != w.false {
				t.Fatalf("contradicted: %v, want %v: %s", got, w.false, explain(err))
			}
			move, err := To(m.state, w.to, Options{Force: true}, assume(w.code), instant)
			if err != nil {
				t.Fatalf("forced: %s", explain(err))
			}
			entry := move.State.Status.Log[len(move.State.Status.Log)-1]
			if entry.Assumed[0].Forced != w.false {
				t.Errorf("the log says forced: %v, want %v", entry.Assumed[0].Forced, w.false)
			}
			if err := move.State.Validate(); err != nil {
				t.Error(explain(err))
			}
			again, err := Review(m.state, move.State, Evidence{Assumptions: Vouched(entry)}, instant)
			if err != nil || len(again.Shut) > 0 {
				t.Errorf("the review of the forced move: %v, shut: %v", err, again)
			}
		})
	}
}

// TestEveryNeedSaysWhenItEnds: no need leaves a person to guess how long it takes.
func TestEveryNeedSaysWhenItEnds(t *testing.T) {
	for _, code := range state.NeedCodes {
		n := Need(code)
		if _, ok := needWaits[n]; !ok && n != LeavesRenewed {
			t.Errorf("%s does not say when its wait ends", n)
		}
	}
	m, _ := at(t, state.KindIssuer, "", state.PhaseIssuerSwitched)
	entered := must(time.Parse(time.RFC3339, m.state.Status.Log[len(m.state.Status.Log)-1].At))
	unseen := must(StatusOf(m.state, Evidence{}, entered.Add(time.Hour)))
	if n := unseen.Next[0].Needs[0]; !n.Ends.IsZero() || n.Wait == "" {
		t.Errorf("without an observation: %+v", n)
	}
	sight := m.sight(entered.Add(time.Minute))
	sight.Endpoints[1].Chain = fingerprints(must(m.before()).Issuer)
	st := must(StatusOf(m.state, seen(sight), entered.Add(time.Hour)))
	if n := st.Next[0].Needs[0]; !n.Ends.Equal(entered.Add(time.Minute + day + 20*time.Second)) {
		t.Errorf("with an observation it ends at %s", n.Ends)
	}
}

func (m *mesh) before() (Material, error) {
	d, err := openDossier(m.state, nil)
	if err != nil {
		return Material{}, err
	}
	return d.before()
}

// TestPlanCountsFromTheLog: what the log has is done at its own instant, what it
// lacks is not done, and what comes is counted from there, never from now.
func TestPlanCountsFromTheLog(t *testing.T) {
	m, _ := at(t, state.KindIssuer, "", state.PhaseIssuerSwitched)
	entered := must(time.Parse(time.RFC3339, m.state.Status.Log[len(m.state.Status.Log)-1].At))
	for after, want := range map[time.Duration]time.Duration{
		0:              day + 20*time.Second + 5*time.Minute,
		10 * time.Hour: day + 20*time.Second + 5*time.Minute,
		30 * day:       30 * day,
	} {
		p := must(PlanOf(m.state, Options{}, Evidence{}, entered.Add(after)))
		if !p.Rows[0].Done || !p.Rows[0].Earliest.Equal(entered) || !p.Rows[1].Earliest.Equal(entered.Add(want)) || p.Rows[1].Done {
			t.Errorf("%s later: entered %s (done %t), end %s; want %s and %s", after, p.Rows[0].Earliest, p.Rows[0].Done, p.Rows[1].Earliest, entered, entered.Add(want))
		}
	}
	p := must(PlanOf(m.state, Options{}, seen(m.sight(entered.Add(time.Hour))), entered.Add(2*time.Hour)))
	if !p.Rows[1].Earliest.Equal(entered.Add(2 * time.Hour)) {
		t.Errorf("an observation that has every leaf renewed: %s", p.Rows[1].Earliest)
	}
	jumped, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	move := must(To(jumped.state, state.PhaseIssuerSwitched, Options{Force: true}, assume(BundleLoaded), instant.Add(day)))
	if p := must(PlanOf(move.State, Options{}, Evidence{}, instant.Add(2*day))); p.Rows[1].Done || !p.Rows[1].Passed || !p.Rows[2].Done {
		t.Errorf("a phase that was left out: %+v", p.Rows[1])
	}
}
