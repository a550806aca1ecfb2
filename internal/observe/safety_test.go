package observe

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestNoGateOpensThatTheTruthKeepsShut lives through rotations in planted
// clusters, and asks the gate twice: with what was read, and with what is.
// L5D_PROVE_CLUSTERS says how many.
func TestNoGateOpensThatTheTruthKeepsShut(t *testing.T) {
	n := 200
	if text := os.Getenv("L5D_PROVE_CLUSTERS"); text != "" {
		n = must(strconv.Atoi(text))
	}
	opened, shut, late := map[string]int{}, map[string]int{}, 0
	walks := walks(t)
	for seed := range n {
		result := live(walks, uint64(seed), nil)
		switch {
		case result.observed && !result.true:
			t.Fatalf("seed %d, phase %s: the gate opens, and the truth keeps it shut: %s\n%s", seed, result.phase, result.why, result.document)
		case result.observed:
			opened[result.phase]++
		default:
			shut[result.phase]++
			if result.true {
				late++
			}
		}
	}
	t.Logf("%d clusters: opened %v, shut %v, of them %d that the truth would open", n, opened, shut, late)
	for _, phase := range []string{state.PhaseAnchorAdded, state.PhaseAnchorSpread, state.PhaseIssuerSwitched} {
		if opened[phase] == 0 || shut[phase] == 0 {
			t.Errorf("phase %s: opened %d times, shut %d times: the test shows nothing", phase, opened[phase], shut[phase])
		}
	}
}

// TestSafetyFindsAFault: with a reader that takes an issuer for its chain, the test
// above finds a gate that opens too early.
func TestSafetyFindsAFault(t *testing.T) {
	walks := walks(t)
	for seed := range 20_000 {
		result := live(walks, uint64(seed), func(k *Known) {
			for i := range k.Issuers {
				k.Issuers[i].Crossed = false
			}
		})
		if result.observed && !result.true {
			return
		}
	}
	t.Error("no cluster showed the fault")
}

func walks(t *testing.T) [][]step {
	return [][]step{walk(t, state.KindAnchor, state.StrategyBundle), walk(t, state.KindAnchor, state.StrategyCrossSign), walk(t, state.KindIssuer, "")}
}

// outcome is what the gate said of one cluster.
type outcome struct {
	phase          string
	observed, true bool
	why            string
	document       []byte
}

// live plays one cluster up to a phase, takes some observations, and tries to go on.
func live(walks [][]step, seed uint64, bend func(*Known)) outcome {
	r := rand.New(seeded(seed))
	steps := walks[r.IntN(len(walks))]
	last := 1 + r.IntN(len(steps)-2)
	p := plant(r, steps[0])
	for i := 1; i < last; i++ {
		p.pass(steps[i].at.Sub(p.at))
		p.enter(steps[i], false)
		p.settle(steps[i])
	}
	p.pass(steps[last].at.Sub(p.at))
	p.enter(steps[last], r.IntN(4) == 0)
	known := KnownOf(steps[last].state)
	if bend != nil {
		bend(&known)
	}
	var seen, truth []*rotation.Observation
	missed := r.IntN(3) * 4
	for range 1 + r.IntN(3) {
		p.pass([]time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour, 30 * time.Hour}[r.IntN(5)])
		for range r.IntN(8) {
			p.event()
			p.at = p.at.Add(time.Duration(r.IntN(300)) * time.Second)
		}
		if r.IntN(2) == 0 {
			p.rollout()
		}
		p.pass(time.Duration(r.IntN(600)) * time.Second)
		o, _ := Build(p.reading(known, missed))
		o = must(rotation.ParseObservation("observed", must(rotation.MarshalObservation(o))))
		seen, truth = append(seen, o), append(truth, p.truth())
	}
	s, at := steps[last].state, p.at.Add(time.Second)
	_, err := rotation.Advance(s, rotation.Options{}, rotation.Evidence{Observations: seen}, at)
	_, why := rotation.Advance(s, rotation.Options{}, rotation.Evidence{Observations: truth}, at)
	return outcome{s.Status.Phase, err == nil, why == nil, explain(why), must(rotation.MarshalObservation(seen[len(seen)-1]))}
}

// enter delivers a phase: the ConfigMap and the Secret come at some time, or not
// at all.
func (p *planted) enter(s step, never bool) {
	for range 2 {
		p.pass(time.Duration(p.r.IntN(1200)) * time.Second)
		if never && p.r.IntN(2) == 0 {
			continue
		}
		if now := p.roots[len(p.roots)-1].value; !now.Equal(s.material.Bundle) {
			p.roots = append(p.roots, version[pki.Bundle]{p.at, s.material.Bundle})
		}
		if now := p.secret[len(p.secret)-1].value; !now.Equal(s.material.Issuer) && p.r.IntN(2) == 0 {
			p.secret = append(p.secret, version[pki.Chain]{p.at, s.material.Issuer})
		}
	}
	if now := p.secret[len(p.secret)-1].value; !now.Equal(s.material.Issuer) && !never {
		p.secret = append(p.secret, version[pki.Chain]{p.at, s.material.Issuer})
	}
	if !never && p.r.IntN(4) > 0 {
		p.pass(time.Duration(60+p.r.IntN(600)) * time.Second)
		p.rollout()
	}
}

// settle makes everything have the phase's material, as the gate of the next phase
// saw when the log went on.
func (p *planted) settle(s step) {
	p.at = p.at.Add(10 * time.Minute)
	for i := range p.mounts {
		p.mounts[i] = s.material.Bundle
	}
	for _, r := range p.replicas {
		r.pod = p.pod(r.pod.namespace, r.pod.workload, r.pod.component)
		r.started, r.bundle, r.issuer = r.pod.started, r.pod.bundle, s.material.Issuer
	}
	p.rollout()
	for _, r := range p.replicas {
		r.issuer = s.material.Issuer
	}
	for _, pod := range p.proxies() {
		p.leaf(pod)
	}
}

// rollout replaces every pod, in the order of the documentation, and reloads.
func (p *planted) rollout() {
	for _, r := range p.replicas {
		r.pod = p.pod(r.pod.namespace, r.pod.workload, r.pod.component)
		r.started, r.bundle, r.issuer = r.pod.started, r.pod.bundle, p.delivered()
	}
	for _, r := range p.replicas {
		p.leaf(r.pod)
	}
	for i := range p.inject {
		p.inject[i] = p.pod(p.inject[i].namespace, p.inject[i].workload, p.inject[i].component)
		p.leaf(p.inject[i])
		p.mounts[i] = p.inject[i].bundle
	}
	p.at = p.at.Add(30 * time.Second)
	for i := range p.pods {
		p.pods[i] = p.pod(p.pods[i].namespace, p.pods[i].workload, "")
		p.leaf(p.pods[i])
	}
}

func explain(err error) string {
	s := ""
	for _, p := range problem.Of(err) {
		s += "\n  " + string(p.Code) + ": " + p.Error()
	}
	return s
}
