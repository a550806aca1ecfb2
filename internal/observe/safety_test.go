package observe

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// clusters is how many clusters a test plants: L5D_PROVE_CLUSTERS, or the number
// that is given.
func clusters(n int) int {
	if text := os.Getenv("L5D_PROVE_CLUSTERS"); text != "" {
		n = must(strconv.Atoi(text))
	}
	return n
}

// TestNoGateOpensThatTheTruthKeepsShut lives through rotations in planted
// clusters, and asks the gate twice: with what was read, and with what is.
func TestNoGateOpensThatTheTruthKeepsShut(t *testing.T) {
	n := clusters(1000)
	opened, shut, failing := map[string]int{}, map[string]int{}, 0
	p := newProver(t)
	for seed := range n {
		c := p.live(uint64(seed), nil)
		if p.asked(c, c.seen) != nil {
			shut[c.phase()]++
			continue
		}
		opened[c.phase()]++
		switch why := p.asked(c, c.true); {
		case why == nil:
		case c.failsAlready(why):
			failing++
		default:
			t.Fatalf("seed %d, phase %s: the gate opens, and the truth keeps it shut: %s\n%s", seed, c.phase(), explain(why), must(rotation.MarshalObservation(c.seen[len(c.seen)-1])))
		}
	}
	t.Logf("%d clusters: opened %v, shut %v, and of the opened %d with pairs that fail before and after", n, opened, shut, failing)
	record(t, "no gate opens that the truth keeps shut", n, fmt.Sprintf("%d opened, 0 of them too early (in %d a pair fails before and after); %d shut", sum(opened), failing, sum(shut)))
	for _, phase := range p.phases() {
		if opened[phase] == 0 || shut[phase] == 0 {
			t.Errorf("phase %s: opened %d times, shut %d times: the test shows nothing", phase, opened[phase], shut[phase])
		}
	}
}

// TestSafetyFindsAFault: with a reader that takes an issuer for its chain, the test
// above finds a gate that opens too early.
func TestSafetyFindsAFault(t *testing.T) {
	p := newProver(t)
	for seed := range 20_000 {
		c := p.live(uint64(seed), func(k *Known) {
			k.Issuers = slices.Clone(k.Issuers)
			for i := range k.Issuers {
				k.Issuers[i].Crossed = false
			}
		})
		if p.asked(c, c.seen) != nil {
			continue
		}
		if why := p.asked(c, c.true); why != nil && !c.failsAlready(why) {
			return
		}
	}
	t.Error("no cluster showed the fault")
}

// TestGateOpensWithinOneObservation: when a phase has come to every part of a
// cluster, the first observation that asks every proxy and every replica opens the
// gate, whatever happened before, and whatever earlier observations missed.
func TestGateOpensWithinOneObservation(t *testing.T) {
	n := clusters(2000) / 20
	opened := map[string]int{}
	p := newProver(t)
	for seed := range n {
		c := p.live(uint64(seed), nil)
		c.arrive()
		c.pass(linkerd.MountLag)
		c.dial, c.certify = 8, 8
		c.look(0)
		if why := p.asked(c, c.true); why != nil {
			t.Fatalf("seed %d, phase %s: the truth keeps the gate shut: %s", seed, c.phase(), explain(why))
		}
		if why := p.asked(c, c.seen); why != nil {
			t.Fatalf("seed %d, phase %s: the truth opens the gate, the observation does not: %s\n%s", seed, c.phase(), explain(why), must(rotation.MarshalObservation(c.seen[len(c.seen)-1])))
		}
		opened[c.phase()]++
	}
	for _, phase := range p.phases() {
		if opened[phase] == 0 {
			t.Errorf("phase %s: no gate was asked", phase)
		}
	}
	record(t, "the gate opens within one observation", n, fmt.Sprintf("%d opened", sum(opened)))
}

// record writes what a long proof found into its row of docs/proof-clusters.md.
func record(t *testing.T, proof string, n int, found string) {
	path := os.Getenv("L5D_PROVE_REPORT")
	if path == "" || t.Failed() {
		return
	}
	lines := strings.Split(string(must(os.ReadFile(path))), "\n")
	i := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "| "+proof+" |") })
	lines[i] = fmt.Sprintf("| %s | %d | %s |", proof, n, found)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Error(err)
	}
}

func sum(counts map[string]int) (n int) {
	for _, count := range counts {
		n += count
	}
	return n
}

// TestObservationsAsWritten: the gate says the same of an observation and of what
// is read back from its text, which the tests above leave out.
func TestObservationsAsWritten(t *testing.T) {
	p := newProver(t)
	for seed := range 200 {
		c := p.live(uint64(seed), nil)
		var read []*rotation.Observation
		for _, o := range c.seen {
			read = append(read, must(rotation.ParseObservation("observed", must(rotation.MarshalObservation(o)))))
		}
		if direct, back := explain(p.asked(c, c.seen)), explain(p.asked(c, read)); direct != back {
			t.Fatalf("seed %d, phase %s: %s\nread back: %s", seed, c.phase(), direct, back)
		}
	}
}

// prover plants clusters in the steps of three rotations.
type prover struct {
	walks    [][]step
	known    map[*state.Rotation]Known
	verifier *rotation.Verifier
	parsed   map[string]pki.Chain
}

func newProver(t *testing.T) *prover {
	p := &prover{known: map[*state.Rotation]Known{}, verifier: rotation.NewVerifier(begin), parsed: map[string]pki.Chain{}}
	p.walks = [][]step{walk(t, state.KindAnchor, state.StrategyBundle), walk(t, state.KindAnchor, state.StrategyCrossSign), walk(t, state.KindIssuer, "")}
	for _, w := range p.walks {
		for _, s := range w {
			p.known[s.state] = KnownOf(s.state)
			for _, pem := range append(p.known[s.state].Certificates, pemOf(s.material.Bundle)) {
				p.parsed[pem] = must(pki.ReadChain([]byte(pem)))
			}
		}
	}
	return p
}

// phases are those that a gate is asked in.
func (p *prover) phases() (list []string) {
	for _, w := range p.walks {
		for _, s := range w[1 : len(w)-1] {
			if phase := s.state.Status.Phase; !slices.Contains(list, phase) {
				list = append(list, phase)
			}
		}
	}
	return list
}

// asked is what the gate to the next phase says, nil if it opens.
func (p *prover) asked(l *lived, seen []*rotation.Observation) error {
	_, err := rotation.Advance(l.step.state, rotation.Options{}, rotation.Evidence{Observations: seen, Verified: p.verifier}, l.at.Add(time.Second))
	return err
}

// lived is a planted cluster in the last step that it came to, with observations of
// it, as it was read and as it was.
type lived struct {
	*planted
	step, next step
	known      Known
	seen, true []*rotation.Observation
}

// failsAlready reports whether the truth keeps the gate shut for pairs only that the
// move does not touch: the bundle stays, and does not verify a chain that is served
// already. So it is after identity had an issuer without its cross certificate.
func (l *lived) failsAlready(why error) bool {
	return l.step.material.Bundle.Equal(l.next.material.Bundle) &&
		!slices.ContainsFunc(problem.Of(why), func(p *problem.Problem) bool { return p.Code != problem.RotationG2.Code })
}

func (l *lived) phase() string { return l.step.state.Status.Phase }

// look takes an observation that misses something, out of 8.
func (l *lived) look(missed int) {
	o, _ := Build(l.reading(l.known, missed))
	l.seen, l.true = append(l.seen, o), append(l.true, l.truth())
}

// arrive makes everything have what the phase delivers.
func (l *lived) arrive() {
	l.enter(l.step, false)
	l.settle(l.step)
}

// live plays one cluster up to a phase, and takes some observations.
func (p *prover) live(seed uint64, bend func(*Known)) *lived {
	r := rand.New(seeded(seed))
	steps := p.walks[r.IntN(len(p.walks))]
	last := 1 + r.IntN(len(steps)-2)
	l := &lived{planted: plant(r, steps[0]), step: steps[last], next: steps[last+1], known: p.known[steps[last].state]}
	l.parsed = p.parsed
	for _, s := range steps[1:last] {
		l.pass(s.at.Sub(l.at))
		l.enter(s, false)
		l.settle(s)
	}
	l.pass(l.step.at.Sub(l.at))
	l.enter(l.step, r.IntN(4) == 0)
	if bend != nil {
		bend(&l.known)
	}
	missed := r.IntN(3) * 4
	for range 1 + r.IntN(3) {
		l.pass([]time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour, 30 * time.Hour}[r.IntN(5)])
		for range r.IntN(8) {
			l.event()
			l.wait(time.Duration(r.IntN(300)) * time.Second)
		}
		if r.IntN(2) == 0 {
			l.rollout()
		}
		l.pass(time.Duration(r.IntN(600)) * time.Second)
		l.look(missed)
	}
	return l
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
	p.wait(10 * time.Minute)
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
	p.wait(30 * time.Second)
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
