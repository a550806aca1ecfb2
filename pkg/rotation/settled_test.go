package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// inShop adds pods in namespace "shop" with their bundle and chain to an observation.
func inShop(o *Observation, bundle, chain []string) *Observation {
	o.Endpoints = append(o.Endpoints, Endpoint{Group: GroupProxies, Namespace: "shop", Workload: "deploy/cart", Bundle: bundle, Chain: chain, Count: 2})
	return o
}

// splitWave is a mesh in anchor-spread, in whose last wave namespace "shop" is, what was
// kept from before that wave, with old bundles in "shop" and "emojivoto", and its instant.
func splitWave(t *testing.T) (m *mesh, kept *Observation, began time.Time) {
	t.Helper()
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread)
	old := m.anchors(state.RoleOutgoing)
	kept = inShop(m.sight(entered.Add(time.Hour)), old, m.chain(state.RoleOutgoing))
	kept.Endpoints[1].Bundle = old
	began = entered.Add(2 * time.Hour)
	m.state = must(Rollout(m.state, Options{Namespaces: []string{"shop"}}, Evidence{Earlier: []*Observation{kept}, Assumptions: assume(BundleDelivered).Assumptions}, began)).State
	return m, kept, began
}

// TestPartOfAWaveSettlesItsPods: a wave of some namespaces, or workloads, settles what was
// seen of those; of others when they are added, as far as somebody knows when.
func TestPartOfAWaveSettlesItsPods(t *testing.T) {
	m, kept, began := splitWave(t)
	some := m.state.Status.Wave
	more := &state.Wave{Previous: some.Previous, Namespaces: []string{"emojivoto", "shop"}}
	stale := func(workloads ...string) *state.Wave {
		return &state.Wave{Previous: some.Previous, Stale: true, Workloads: workloads}
	}
	since := func(after time.Duration) time.Time { return began.Add(after) }
	for name, c := range map[string]struct {
		wave  *state.Wave   // of the state
		waves []WaveVersion // as its history has them
		after time.Duration // of the word
		says  []string      // of what is still seen otherwise
	}{
		"all, when it ended":           {nil, nil, time.Hour, nil},
		"some":                         {some, nil, time.Hour, []string{"emojivoto"}},
		"some, at once":                {some, nil, 29 * time.Second, []string{"emojivoto", "shop"}},
		"more":                         {more, nil, time.Hour, nil},
		"more, a while ago":            {more, []WaveVersion{{Wave: some}, {since(time.Hour), more}}, 2 * time.Hour, nil},
		"more, now":                    {more, []WaveVersion{{Wave: some}, {since(time.Hour), more}}, time.Hour + 5*time.Second, []string{"emojivoto"}},
		"the rest, a while ago":        {nil, []WaveVersion{{Wave: some}, {since(time.Hour), nil}}, 2 * time.Hour, nil},
		"the rest, now":                {nil, []WaveVersion{{Wave: some}, {since(time.Hour), nil}}, time.Hour + 5*time.Second, []string{"emojivoto"}},
		"stale ones":                   {stale("shop/deploy/cart", "emojivoto/*"), nil, time.Hour, nil},
		"stale ones of one namespace":  {stale("emojivoto/*"), nil, time.Hour, []string{"shop"}},
		"another workload there":       {stale("emojivoto/*", "shop/deploy/api"), nil, time.Hour, []string{"shop"}},
		"one of those in a namespace":  {stale("emojivoto/deploy/web", "shop/*"), nil, time.Hour, []string{"emojivoto"}},
		"stale ones, and then all":     {nil, []WaveVersion{{Wave: stale("shop/*")}, {since(time.Hour), nil}}, 2 * time.Hour, nil},
		"stale ones, and all just now": {nil, []WaveVersion{{Wave: stale("shop/*")}, {since(time.Hour), nil}}, time.Hour + 5*time.Second, []string{"emojivoto"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := m.state.Clone()
			s.Status.Wave = c.wave
			e := assume(BundleLoaded, WaveDone)
			e.Earlier, e.Waves = []*Observation{kept}, map[string][]WaveVersion{"prod": c.waves}
			_, err := Advance(s, Options{}, e, began.Add(c.after))
			for _, namespace := range []string{"emojivoto", "shop"} {
				want := slices.Contains(c.says, namespace)
				if got := strings.Contains(explain(err), `proxies in "`+namespace+`"`); got != want {
					t.Errorf("%s is against the word: %t, want %t: %s", namespace, got, want, explain(err))
				}
			}
			if ended := c.wave == nil || c.wave.Stale; ended && len(c.says) == 0 && err != nil {
				t.Errorf("refused: %s", explain(err))
			}
		})
	}
}

// TestWaveThatGoesOn: that a split wave has ended is against the state as long as that
// lists its namespaces, and no word about all pods counts before.
func TestWaveThatGoesOn(t *testing.T) {
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded)
	instant := entered.Add(time.Hour)
	m.advance(t, Options{Namespaces: []string{"shop"}}, seen(m.sight(instant.Add(-time.Minute))), instant)
	instant = instant.Add(time.Hour)
	words := assume(BundleLoaded, WaveDone)
	_, err := Advance(m.state, Options{}, words, instant)
	for _, says := range []string{"WAVE-DONE cannot be true yet: so far the wave has reached shop", "BUNDLE-LOADED cannot be true yet: the incoming anchor was added at"} {
		if !strings.Contains(explain(err), says) {
			t.Errorf("%s, wants %q", explain(err), says)
		}
	}
	forced := must(Advance(m.state, Options{Force: true}, words, instant))
	for _, a := range forced.State.Status.Log[len(forced.State.Status.Log)-1].Assumed {
		if !a.Forced {
			t.Errorf("%s is not forced in the log", a.Code)
		}
	}
	if _, err := Rollout(m.state, Options{}, assume(BundleDelivered, WaveDone), instant); !strings.Contains(explain(err), "WAVE-DONE cannot be true yet") {
		t.Errorf("a rollout: %s", explain(err))
	}
	m.state = must(ContinueWave(m.state, nil, true))
	if _, err := Advance(m.state, Options{}, assume(BundleLoaded), instant); err != nil {
		t.Errorf("the wave has ended: %s", explain(err))
	}
	e := assume(BundleLoaded)
	e.Waves = map[string][]WaveVersion{"prod": {{Wave: &state.Wave{Namespaces: []string{"shop"}}}, {Since: instant}}}
	if _, err := Advance(m.state, Options{}, e, instant.Add(time.Second)); !slices.Contains(codes(err), contradictedCode) {
		t.Errorf("the wave has ended just now: %s", explain(err))
	}
	if _, err := Advance(m.state, Options{}, e, instant.Add(time.Minute)); err != nil {
		t.Errorf("the wave has ended a while ago: %s", explain(err))
	}
}

// TestRolloutNeedsTime: instants of a log may be earlier than what they tell of by as much
// as clocks differ, so a rollout is not over before that has passed, too.
func TestRolloutNeedsTime(t *testing.T) {
	for skew, enough := range map[time.Duration]time.Duration{0: 30 * time.Second, time.Minute: 70 * time.Second, 1000 * time.Hour: 310 * time.Second} {
		m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread)
		m.state.Spec.Leaf.ClockSkew = state.Duration(skew)
		for after, want := range map[time.Duration]bool{enough - time.Second: true, enough: false} {
			_, err := Advance(m.state, Options{}, assume(BundleLoaded), entered.Add(after))
			if got := slices.Contains(codes(err), contradictedCode); got != want {
				t.Errorf("skew %s, after %s: refused is %t, want %t: %s", skew, after, got, want, explain(err))
			}
		}
	}
}

// stepped is a state after a step back and one forward again.
func stepped(t *testing.T, m *mesh, word Need, kept *Observation, instant time.Time) {
	t.Helper()
	m.back(t, Evidence{Earlier: []*Observation{kept}}, instant)
	e := assume(word)
	e.Earlier = []*Observation{kept}
	m.advance(t, Options{}, e, instant.Add(time.Hour))
}

// TestBackAndForthSettlesNothing: what was seen counts since what is in force came, or its
// gate asked, and not since the phase was entered again; leaves until their life is over.
func TestBackAndForthSettlesNothing(t *testing.T) {
	try := func(m *mesh, n Need, kept *Observation, instant time.Time, o Options) error {
		e := assume(n)
		e.Earlier = []*Observation{kept}
		_, err := Advance(m.state, o, e, instant)
		return err
	}
	against := func(what string, err error) {
		t.Helper()
		if !slices.Contains(codes(err), contradictedCode) || !strings.Contains(explain(err), "the observation of") {
			t.Errorf("%s: %s", what, explain(err))
		}
	}
	leaves := func() (m *mesh, kept *Observation, entered time.Time) {
		m, entered = at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread)
		kept = m.sight(entered.Add(time.Hour))
		kept.Endpoints[1].Chain = m.chain(state.RoleOutgoing)
		return m, kept, entered
	}
	m, kept, entered := leaves()
	against("leaves, before", try(m, LeavesRenewed, kept, entered.Add(5*time.Hour), Options{}))
	stepped(t, m, IssuerLoaded, kept, entered.Add(2*time.Hour))
	against("leaves, back and forth", try(m, LeavesRenewed, kept, entered.Add(5*time.Hour), Options{}))
	if err := try(m, LeavesRenewed, kept, entered.Add(26*time.Hour), Options{}); err != nil {
		t.Errorf("leaves, after their life: %s", explain(err))
	}
	rolled := must(Rollout(m.state, Options{}, assume(BundleDelivered), entered.Add(5*time.Hour)))
	m.state = rolled.State
	if err := try(m, LeavesRenewed, kept, entered.Add(6*time.Hour), Options{}); err != nil {
		t.Errorf("leaves, after a rollout: %s", explain(err))
	}

	m, kept, entered = leaves()
	m.state = must(Rollout(m.state, Options{Namespaces: []string{"shop"}}, assume(BundleDelivered), entered.Add(2*time.Hour))).State
	against("leaves, after a rollout of others", try(m, LeavesRenewed, kept, entered.Add(5*time.Hour), Options{}))

	m, entered = at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread)
	kept = m.sight(entered.Add(time.Hour))
	kept.Identity[1].Issuer = m.chain(state.RoleOutgoing)
	m.back(t, Evidence{}, entered.Add(2*time.Hour))
	against("the issuer, one step back", try(m, IssuerLoaded, kept, entered.Add(3*time.Hour), Options{}))

	m, entered = at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSwitched)
	kept = m.sight(entered.Add(time.Hour))
	kept.Endpoints[1].Bundle = m.anchors(state.RoleOutgoing)
	m.back(t, Evidence{}, entered.Add(2*time.Hour))
	against("bundles, one step back to another issuer", try(m, BundleLoaded, kept, entered.Add(3*time.Hour), Options{}))
}

// TestReissueSettlesWhatItReplaced: what was seen to sign with, or to have leaves of, the
// issuer that the cluster's CA renewed since is against nobody's word.
func TestReissueSettlesWhatItReplaced(t *testing.T) {
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSwitched)
	kept := m.sight(entered.Add(time.Hour))
	m.state = reissued(t, m, entered.Add(2*time.Hour))
	e := assume(IssuerLoaded)
	e.Earlier = []*Observation{kept}
	if _, err := Advance(m.state, Options{}, e, entered.Add(3*time.Hour)); err != nil {
		t.Errorf("the issuer: %s", explain(err))
	}
	m, entered = at(t, state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread)
	kept = m.sight(entered.Add(time.Hour))
	m.state = reissued(t, m, entered.Add(2*time.Hour))
	e = assume(LeavesRenewed)
	e.Earlier = []*Observation{kept}
	if _, err := Advance(m.state, Options{}, e, entered.Add(3*time.Hour)); err != nil {
		t.Errorf("leaves: %s", explain(err))
	}
	kept.Endpoints[1].Chain = m.chain(state.RoleOutgoing)
	if _, err := Advance(m.state, Options{}, e, entered.Add(3*time.Hour)); !slices.Contains(codes(err), contradictedCode) {
		t.Errorf("leaves of the outgoing issuer: %s", explain(err))
	}
}

// TestRetiredAnchorsThatWereSeen: a rollout of some pods, and a reissued issuer, leave what
// was seen of a retired anchor since the rotation ended.
func TestRetiredAnchorsThatWereSeen(t *testing.T) {
	m, instant, wide := wentBack(t)
	kept := inShop(sightWide(m, instant.Add(time.Hour), wide), wide, nil)
	start := func(s *state.Rotation, waves []WaveVersion, after time.Duration) string {
		e := assume(RetiredGone)
		e.Earlier, e.Waves = []*Observation{kept}, map[string][]WaveVersion{"prod": waves}
		_, err := Start(s, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle}, e, instant.Add(after), random("again"))
		return explain(err)
	}
	says := func(what, got string, namespaces ...string) {
		t.Helper()
		for _, namespace := range []string{"emojivoto", "shop"} {
			if want := slices.Contains(namespaces, namespace); strings.Contains(got, `proxies in "`+namespace+`"`) != want {
				t.Errorf("%s: what was seen of %s counts is not %t: %s", what, namespace, want, got)
			}
		}
		if len(namespaces) == 0 && got != "" {
			t.Errorf("%s: %s", what, got)
		}
	}
	says("before", start(m.state, nil, 3*time.Hour), "emojivoto", "shop")
	says("reissued", start(reissued(t, m, instant.Add(2*time.Hour)), nil, 3*time.Hour), "emojivoto", "shop")
	e := assume(BundleDelivered)
	all := must(Rollout(m.state, Options{}, e, instant.Add(2*time.Hour))).State
	says("a rollout", start(all, nil, 3*time.Hour))
	some := must(Rollout(m.state, Options{Namespaces: []string{"shop"}}, e, instant.Add(2*time.Hour))).State
	says("a rollout of some", start(some, nil, 3*time.Hour), "emojivoto")
	ended := must(ContinueWave(some, nil, true))
	waves := []WaveVersion{{Wave: some.Status.Wave}, {Since: instant.Add(3 * time.Hour)}}
	says("the rest, now", start(ended, waves, 3*time.Hour+time.Second), "emojivoto")
	says("the rest, a while ago", start(ended, waves, 4*time.Hour))
	kept = m.sight(instant.Add(time.Hour)) // nothing against it
	if got := start(ended, waves, 3*time.Hour+time.Second); !strings.Contains(got, "pods cannot all have restarted since") {
		t.Errorf("nothing was seen, and the rest restarts now: %s", got)
	}
}

// TestBundlesThatWereSeenInStable: outside of a rotation, too, pods hold what they were
// seen to hold until a rollout of them.
func TestBundlesThatWereSeenInStable(t *testing.T) {
	m, instant := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorDropped)
	old := m.anchors(state.RoleOutgoing)
	m.advance(t, Options{}, seen(m.sight(instant.Add(time.Hour))), instant.Add(2*time.Hour))
	kept := inShop(m.sight(instant.Add(3*time.Hour)), old, nil)
	rollout := func(namespaces ...string) *state.Rotation {
		s := must(Rollout(m.state, Options{Namespaces: namespaces}, assume(BundleDelivered), instant.Add(4*time.Hour))).State
		s.Status.Wave = nil // it has ended
		return s
	}
	start := func(s *state.Rotation, waves ...WaveVersion) string {
		e := assume(RetiredGone)
		e.Earlier, e.Waves = []*Observation{kept}, map[string][]WaveVersion{"prod": waves}
		_, err := Start(s, StartOptions{Kind: state.KindIssuer, OutgoingKey: m.anchorKey(state.RoleCurrent)}, e, instant.Add(5*time.Hour), random("again"))
		return explain(err)
	}
	if got := start(rollout("other"), WaveVersion{Wave: &state.Wave{Namespaces: []string{"other"}}}); !strings.Contains(got, "rotation-g1") {
		t.Errorf("a rollout of others: %s", got)
	}
	if got := start(rollout()); got != "" {
		t.Errorf("a rollout of all: %s", got)
	}
}

// TestWordForAWaveElsewhere: a word does not count for another cluster whose wave is split,
// or has reached its last pods just now.
func TestWordForAWaveElsewhere(t *testing.T) {
	m, entered := at(t, state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread)
	instant := entered.Add(day)
	some := &state.Wave{Namespaces: []string{"shop"}}
	for name, c := range map[string]struct {
		wave  *state.Wave
		waves []WaveVersion
		holds bool // bundles of before
	}{
		"all":                    {nil, nil, false},
		"some":                   {some, nil, true},
		"the rest, a while ago":  {nil, []WaveVersion{{Wave: some}, {Since: instant.Add(-time.Hour)}}, false},
		"the rest, just now":     {nil, []WaveVersion{{Wave: some}, {Since: instant.Add(-time.Second)}}, true},
		"and of another cluster": {nil, []WaveVersion{}, false},
	} {
		s := m.state.Clone()
		s.Status.Wave = c.wave
		e := assume(BundleLoaded)
		e.Waves = map[string][]WaveVersion{"prod": c.waves, "east": {{Wave: some}}}
		incoming := must(openDossier(s, nil))
		anchor, _ := incoming.anchor(state.RoleIncoming)
		live := must(LiveOf("prod", s, e, anchor.Fingerprint(), instant, NewVerifier(instant)))
		if got := slices.ContainsFunc(live.Bundles, func(h Held) bool { return !h.Bundle.Contains(anchor.Fingerprint()) }); got != c.holds {
			t.Errorf("%s: holds bundles of before is %t", name, got)
		}
	}
}
