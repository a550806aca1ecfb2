package rotation

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// life is one mesh that is moved by this package alone, and the pods that follow
// with all delays that there are. No word is given: only what was seen counts.
type life struct {
	t     *testing.T
	u     *universe
	m     *mesh
	c     *simCluster
	at    time.Time
	draw  chooser
	names map[string]string // of issuers, by fingerprint
	// stranger is an anchor that no state has.
	stranger pki.Certificate
	held     []pki.Bundle // every bundle that was delivered so far
	// what happened
	ended, forgotten, reissued, abandoned int
}

func newLife(t *testing.T, seed string) *life {
	m := newMesh(t, "prod", now)
	u := &universe{verifier: NewVerifier(now.Add(100 * day))} // within the validity of all that is made
	l := &life{t: t, u: u, m: m, at: now.Add(time.Hour), draw: drawn(seed), names: map[string]string{}}
	material := must(MaterialOf(m.state))
	u.materials = []Material{material}
	other := newMesh(t, "other", now)
	l.stranger = must(MaterialOf(other.state)).Bundle.Certificates()[0]
	l.c = u.cluster("prod", 1+l.draw(2), 1+l.draw(2), l.at)
	l.held = []pki.Bundle{material.Bundle}
	return l
}

// moves are what a person may try, in stable and in a rotation.
func (l *life) moves() []func() (*Move, error) {
	e := Evidence{Observations: l.c.seen}
	start := func(kind, strategy string) func() (*Move, error) {
		return func() (*Move, error) {
			o := StartOptions{Kind: kind, Strategy: strategy}
			if strategy != state.StrategyBundle {
				o.OutgoingKey = l.m.anchorKey(state.RoleCurrent)
			}
			return Start(l.m.state, o, e, l.at, random(l.at.String()))
		}
	}
	if l.m.state.Status.Phase == state.PhaseStable {
		return []func() (*Move, error){start(state.KindAnchor, state.StrategyBundle), start(state.KindAnchor, state.StrategyCrossSign), start(state.KindIssuer, "")}
	}
	advance := func() (*Move, error) { return Advance(l.m.state, Options{}, e, l.at) }
	return []func() (*Move, error){
		advance, advance, advance, advance,
		func() (*Move, error) { return Back(l.m.state, Options{}, e, l.at) },
		func() (*Move, error) { return Abandon(l.m.state, Options{}, e, l.at) },
	}
}

// move tries one, and takes the state over where it is allowed.
func (l *life) move() {
	all := l.moves()
	made, err := all[l.draw(len(all))]()
	if err != nil {
		return
	}
	if made.To == state.PhaseStable {
		if last := made.State.Status.Log[len(made.State.Status.Log)-1].Move; last == state.MoveAdvance {
			l.ended++
		} else {
			l.abandoned++
		}
	}
	l.m.store(made.Minted)
	l.check(l.m.state, made.State)
	l.take(made.State)
}

// reissue is what a CA in the cluster does whenever it renews.
func (l *life) reissue() {
	key, ok := l.issuerSigner()
	if !ok {
		return
	}
	r := random("reissue" + l.at.String())
	mine := must(pki.MintKey(pki.FormSEC1, r))
	material := must(MaterialOf(l.m.state))
	if len(material.Issuer) > 1 {
		return // no CA in a cluster serves a cross certificate
	}
	cert := must(pki.MintIssuer(mine.Signer().Public(), "identity.linkerd.cluster.local", key.cert, key.key, pki.PeriodAt(l.at, time.Hour, 300*day), r))
	next, err := Reissued(l.m.state, pki.Chain{cert}, "", l.at)
	if err != nil {
		return
	}
	l.reissued++
	l.take(next)
}

type signer struct {
	cert pki.Certificate
	key  pki.Key
}

// issuerSigner is the anchor of the issuer in force, and its key.
func (l *life) issuerSigner() (signer, bool) {
	d := must(openDossier(l.m.state, nil))
	cert, found := d.signerOf(must(MaterialOf(l.m.state)).Issuer[0])
	if !found {
		return signer{}, false
	}
	for _, a := range l.m.state.Status.Anchors {
		if bundle := must(pki.ReadBundle([]byte(a.Certificate))); bundle.Certificates()[0].Fingerprint() == cert.Fingerprint() {
			return signer{cert, l.m.keys[a.Key]}, l.m.keys[a.Key].Signer() != nil
		}
	}
	return signer{}, false
}

// take makes a state the one in force; mounts follow later.
func (l *life) take(s *state.Rotation) {
	if err := s.Validate(); err != nil {
		l.t.Fatal(explain(err))
	}
	l.m.state = s
	to := must(MaterialOf(s))
	l.c.now, l.held = to, append(l.held, to.Bundle)
	l.c.bundles = append(l.c.bundles, to.Bundle)
	l.c.issuers = append(l.c.issuers, to.Issuer)
	for _, i := range s.Status.Issuers {
		fp := chainFPs(i.Certificate)[0]
		for _, r := range s.Status.RetiredIssuers {
			if r.Name == i.Name && i.Role == state.RoleIncoming && s.Status.Log[len(s.Status.Log)-1].Move == state.MoveStart {
				l.t.Fatalf("the incoming issuer has the name of a retired one, %q", i.Name)
			}
		}
		l.names[fp] = i.Name
	}
}

// check holds what a move forgets against what is live.
func (l *life) check(before, after *state.Rotation) {
	for _, r := range before.Status.Retired {
		is := func(a state.Anchor) bool { return a.Certificate == r.Certificate }
		if slices.ContainsFunc(after.Status.Retired, is) || slices.ContainsFunc(after.Status.Anchors, is) {
			continue
		}
		l.forgotten++
		anchor := must(pki.ReadBundle([]byte(r.Certificate)))
		for _, p := range l.c.proxies {
			if p.bundle.Contains(anchor.Certificates()[0].Fingerprint()) {
				l.t.Fatalf("anchor %q counts as gone, and a pod holds %s", r.Name, bundleWords(p.bundle))
			}
			if !p.dies.Before(l.at) && l.u.verifier.structural(anchor, p.chain[:1]) {
				l.t.Fatalf("anchor %q counts as gone, and a pod serves %s", r.Name, chainWords(p.chain))
			}
		}
	}
}

// known: the state can name the issuer of every live leaf.
func (l *life) known() {
	st := l.m.state.Status
	var names []string
	for _, i := range st.Issuers {
		names = append(names, chainFPs(i.Certificate)[0])
	}
	for _, i := range st.RetiredIssuers {
		names = append(names, chainFPs(i.Certificate)[0])
	}
	for _, p := range l.c.proxies {
		if fp := p.chain[0].Fingerprint(); !p.dies.Before(l.at) && !slices.Contains(names, fp) {
			l.t.Fatalf("%s, phase %s: a pod serves a leaf of %q (%s), which the state has forgotten", l.at, st.Phase, l.names[fp], fp[:8])
		}
	}
}

// byHand: a manifest that was injected by hand, maybe long ago, has a bundle of
// then, and an anchor of others beside it.
func (l *life) byHand() {
	i, before := l.draw(len(l.c.proxies)), l.held[l.draw(len(l.held))]
	if wide, err := pki.NewBundle(append(before.Certificates(), l.stranger)...); err == nil {
		l.u.issue(l.c, &l.c.proxies[i], wide, l.at, l.draw)
	}
}

// giveUp begins a rotation, gives it up, and tries the next one, with whatever
// pods do in between.
func (l *life) giveUp() {
	act := func(n int) {
		for range n {
			l.at = l.at.Add(time.Duration(1+l.draw(30)) * 10 * time.Minute)
			l.c.settle()
			if l.draw(5) == 0 {
				l.byHand()
			} else {
				l.u.act(l.c, l.at, l.draw)
			}
			l.known()
		}
	}
	try := func(i int) {
		if made, err := l.moves()[i](); err == nil {
			l.m.store(made.Minted)
			l.check(l.m.state, made.State)
			l.take(made.State)
		}
	}
	act(1)
	try(l.draw(2)) // an anchor, by either strategy
	act(6)
	try(5) // abandon
	act(l.draw(6))
	for range 3 {
		if l.m.state.Status.Phase == state.PhaseStable {
			l.c.observe(l.at, l.draw)
			try(0)
		}
		act(2)
	}
}

// TestGivenUpIsNotForgotten: as below, of the one story in which most is retired.
func TestGivenUpIsNotForgotten(t *testing.T) {
	gone := 0
	for seed := range 200 {
		l := newLife(t, fmt.Sprint("given up", seed))
		l.giveUp()
		gone += l.forgotten
	}
	t.Logf("%d anchors gone", gone)
	if gone < 10 {
		t.Error("the test hardly moves")
	}
}

func (l *life) live(steps int) {
	for range steps {
		l.at = l.at.Add(time.Duration(1+l.draw(60)) * 10 * time.Minute)
		l.c.settle() // a mount does not lag for ten minutes behind what is loaded
		switch n := l.draw(20); {
		case n < 7:
			if l.draw(3) > 0 {
				l.c.observe(l.at, l.draw)
			}
			l.c.seen = l.c.seen[max(0, len(l.c.seen)-4):]
			l.move()
		case n == 7:
			l.reissue()
		case n == 8:
			l.byHand()
		case n < 11: // the rollout that a person begins
			l.c.bundles = []pki.Bundle{l.c.now.Bundle}
			for i := range l.c.proxies {
				l.u.issue(l.c, &l.c.proxies[i], l.c.bundles[0], l.at, l.draw)
			}
		default:
			l.u.act(l.c, l.at, l.draw)
		}
		if err := l.u.broken([]*simCluster{l.c}, l.at); err != nil {
			l.t.Fatalf("phase %s: %v", l.m.state.Status.Phase, err)
		}
		l.known()
	}
}

// TestNoHistoryForgets: whatever is moved, given up, reissued and begun again, no
// anchor counts as gone while a pod relies on it, no issuer is forgotten while a
// leaf of it is live, no new issuer takes the name of a retired one, and every
// live bundle verifies every live chain.
func TestNoHistoryForgets(t *testing.T) {
	var sum life
	for seed := range 60 {
		l := newLife(t, fmt.Sprint("state", seed))
		l.live(60)
		sum.ended, sum.abandoned, sum.reissued, sum.forgotten = sum.ended+l.ended, sum.abandoned+l.abandoned, sum.reissued+l.reissued, sum.forgotten+l.forgotten
	}
	t.Logf("%d rotations ended, %d given up, %d issuers reissued, %d anchors gone", sum.ended, sum.abandoned, sum.reissued, sum.forgotten)
	if min(sum.ended, sum.abandoned, sum.reissued, sum.forgotten) < 3 {
		t.Error("the test hardly moves")
	}
}
