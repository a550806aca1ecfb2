package rotation

import (
	"flag"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/l5d-pki/l5d-pki-render/pkg/handshake"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// histories is how many random histories one run plays.
const histories = 10_000

// manyChecks sets rapid's number of checks, unless the command line does.
func manyChecks(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	if err := f.Value.Set(fmt.Sprint(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(before) })
}

// play runs one random history over one to three linked clusters and returns
// the first pair that fails. visit sees the clusters after every event.
func (u *universe) play(choose chooser, bend bending, steps int, visit func([]*simCluster, time.Time)) (commits int, broken error) {
	at := now
	var all []*simCluster
	for i := range 1 + choose(3) {
		all = append(all, u.cluster(fmt.Sprintf("c%d", i), 1+choose(3), 1+choose(2), at))
	}
	for range steps {
		at = at.Add(time.Duration(1+choose(120)) * 10 * time.Minute)
		i := choose(len(all))
		switch choose(8) {
		case 0, 1:
			if to := u.materials[choose(len(u.materials))]; !to.Same(all[i].now) && u.commit(all, i, to, at, bend) {
				commits++
			}
		case 2:
			all[i].observe(at, choose)
		default:
			u.act(all[i], at, choose)
		}
		if err := u.broken(all, at); err != nil {
			return commits, err
		}
		if visit != nil {
			visit(all, at)
		}
	}
	return commits, nil
}

func rapidly(t *rapid.T) chooser {
	below := map[int]*rapid.Generator[int]{}
	return func(n int) int {
		if n == 1 {
			return 0
		}
		g, ok := below[n]
		if !ok {
			g = rapid.IntRange(0, n-1)
			below[n] = g
		}
		return g.Draw(t, "")
	}
}

// TestNoHistoryBreaks: whatever the order of changes, restarts, renewals, lag,
// crashes and missed reloads, no history that the gate allows ever holds a
// bundle and a chain that do not verify.
func TestNoHistoryBreaks(t *testing.T) {
	manyChecks(t, histories)
	u := newUniverse()
	var played, changes atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		commits, broken := u.play(rapidly(rt), bending{}, 40, nil)
		if broken != nil {
			rt.Fatalf("after %d changes: %v", commits, broken)
		}
		played.Add(1)
		changes.Add(int64(commits))
	})
	t.Logf("%d histories, %d changes allowed", played.Load(), changes.Load())
	if changes.Load() < histories {
		t.Errorf("only %d changes were allowed: the test hardly moves", changes.Load())
	}
}

// TestSeenBeforeItWasInForce: identity is switched to b, back to a, and to b
// again. Between the two switches every replica still signs with b, and that is
// seen. It is no evidence that leaves of a run out from then on: a replica may
// load a later, from a mount that lags. (The random play found this once.)
func TestSeenBeforeItWasInForce(t *testing.T) {
	u := newUniverse()
	none := func(int) int { return 0 }
	some := func(n int) int { return n - 1 } // an observation without chains, of every group
	aUnderA, bxUnderA, bxUnderB := u.materials[0], u.materials[2], u.materials[8]
	for _, early := range []bool{true, false} {
		c := u.cluster("c0", 2, 2, now)
		all := []*simCluster{c}
		commit := func(to Material, after time.Duration) bool { return u.commit(all, 0, to, now.Add(after), bending{}) }
		sign := func(m Material) {
			for i := range c.replicas {
				c.replicas[i].issuer = m.Issuer
			}
		}
		if !commit(bxUnderA, time.Minute) || !commit(aUnderA, 2*time.Minute) {
			t.Fatal("switching under {A} is refused")
		}
		sign(bxUnderA)
		if early {
			c.observe(now.Add(3*time.Minute), some)
		}
		if !commit(bxUnderA, 4*time.Minute) {
			t.Fatal("switching again is refused")
		}
		if !early {
			c.observe(now.Add(5*time.Minute), some)
		}
		if early { // a replica restarts from a mount that lags; seen later, no mount does any more
			c.replicas[0].issuer = aUnderA.Issuer
			u.issue(c, &c.proxies[0], c.proxies[0].bundle, now.Add(6*time.Minute), none)
		}
		if open := commit(bxUnderB, 10*time.Minute+simLife); open == early {
			t.Errorf("seen before the second switch: %v; the gate to {B} is open: %v", early, open)
		}
	}
}

// TestSignedWithoutItsCross: identity signs with b X, then with b alone, then
// with b X again. A leaf of b alone lives on after the first, which was seen,
// has been in force for a leaf's life; {A} does not verify it.
func TestSignedWithoutItsCross(t *testing.T) {
	u := newUniverse()
	some := func(n int) int { return n - 1 }
	bxUnderBoth, bUnderBoth, bxUnderA := u.materials[5], u.materials[4], u.materials[2]
	c := u.cluster("c0", 1, 1, now)
	all := []*simCluster{c}
	hold := func(m Material) {
		c.bundles, c.issuers = []pki.Bundle{m.Bundle}, []pki.Chain{m.Issuer}
		c.replicas[0], c.proxies[0].bundle = replica{m.Bundle, m.Issuer}, m.Bundle
	}
	see := func(at time.Time) {
		c.observe(at, some)
		c.seen[len(c.seen)-1].Endpoints[0].Chain = nil
	}
	step := func(m Material, after time.Duration) {
		t.Helper()
		if !u.commit(all, 0, m, now.Add(after), bending{}) {
			t.Fatalf("the change after %s is refused", after)
		}
	}
	step(Material{bxUnderBoth.Bundle, u.materials[0].Issuer}, time.Minute)
	hold(Material{bxUnderBoth.Bundle, u.materials[0].Issuer})
	see(now.Add(2 * time.Minute))
	step(bxUnderBoth, 3*time.Minute)
	hold(bxUnderBoth)
	see(now.Add(4 * time.Minute))
	step(bUnderBoth, 26*time.Hour)
	hold(bUnderBoth)
	u.issue(c, &c.proxies[0], bUnderBoth.Bundle, now.Add(26*time.Hour), func(int) int { return 0 })
	step(bxUnderBoth, 27*time.Hour)
	hold(bxUnderBoth)
	see(now.Add(28 * time.Hour))
	if u.commit(all, 0, bxUnderA, now.Add(29*time.Hour), bending{}) {
		t.Errorf("a leaf of b alone is live, and the gate to {A} is open: %v", u.broken(all, now.Add(29*time.Hour)))
	}
}

// TestBentGatesBreak: without a part of the gate the same play finds the pairs
// that fail, so the test above can fail.
func TestBentGatesBreak(t *testing.T) {
	u := newUniverse()
	for name, bend := range map[string]bending{
		"without G1": {without: G1}, "without G2": {without: G2}, "each cluster alone": {alone: true},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range 2 * histories {
				draw := drawn(fmt.Sprintf("%s %d", name, seed))
				if _, broken := u.play(draw, bend, 40, nil); broken != nil {
					t.Logf("history %d: %v", seed, broken)
					return
				}
			}
			t.Error("no violation found: the play is too weak")
		})
	}
}

// drawn draws from a seed, without rapid.
func drawn(seed string) chooser {
	r := random(seed)
	return func(n int) int {
		var b [2]byte
		_, _ = r.Read(b[:])
		return (int(b[0])<<8 | int(b[1])) % n
	}
}

// TestHandshakesOfHistories: pairs of endpoints out of random histories shake
// hands for real, by mutual TLS 1.3, each by proxies' rules with its own bundle
// and its own leaf.
func TestHandshakesOfHistories(t *testing.T) {
	const wanted = 2000
	u := newUniverse()
	peers := map[string]*pki.Peer{}
	peer := func(p proxy) *pki.Peer {
		id := bundleID(p.bundle) + "|" + chainID(p.chain)
		if peers[id] == nil {
			peers[id] = must(pki.NewPeer(p.bundle, p.chain, u.issuers[p.chain[0].Fingerprint()], "web.emojivoto.serviceaccount.identity.linkerd.cluster.local", now, random(id)))
		}
		return peers[id]
	}
	done, goRefuses, kinds := 0, 0, map[string]bool{}
	for seed := 0; done < wanted; seed++ {
		draw := drawn(fmt.Sprint("handshakes", seed))
		step := 0
		_, broken := u.play(draw, bending{}, 40, func(all []*simCluster, at time.Time) {
			if step++; step%4 != 0 || done >= wanted {
				return
			}
			p, q := pick(all, at, draw), pick(all, at, draw)
			if p == nil || q == nil {
				return
			}
			done++
			kinds[bundleID(p.bundle)+chainID(q.chain)] = true
			if err := handshake.Between(peer(*p), peer(*q), now, random("tls")); err != nil {
				t.Fatalf("seed %d: %s meets %s: %v", seed, bundleWords(p.bundle), chainWords(q.chain), err)
			}
			if u.verifier.Verify(p.bundle, q.chain, ByGoLeaf) != nil {
				goRefuses++
			}
		})
		if broken != nil {
			t.Fatalf("seed %d: %v", seed, broken)
		}
	}
	t.Logf("%d handshakes, %d kinds of pairs; plain Go would refuse %d leaves", done, len(kinds), goRefuses)
	if len(kinds) < 5 {
		t.Errorf("only %d kinds of pairs met", len(kinds))
	}
}

// pick is a living proxy of any cluster.
func pick(all []*simCluster, at time.Time, choose chooser) *proxy {
	c := all[choose(len(all))]
	p := &c.proxies[choose(len(c.proxies))]
	if p.dies.Before(at) {
		return nil
	}
	return p
}

// TestHandshakeRefuses: pairs that do not verify fail in the handshake too,
// whichever side holds the bundle.
func TestHandshakeRefuses(t *testing.T) {
	u := newUniverse()
	verified, refused := 0, 0
	for _, m := range u.materials {
		for _, o := range u.materials {
			name := "web.emojivoto.serviceaccount.identity.linkerd.cluster.local"
			p := must(pki.NewPeer(m.Bundle, o.Issuer, u.issuers[o.Issuer[0].Fingerprint()], name, now, random("p")))
			q := must(pki.NewPeer(o.Bundle, m.Issuer, u.issuers[m.Issuer[0].Fingerprint()], name, now, random("q")))
			want := u.verifier.Verify(m.Bundle, m.Issuer, ByProxy) == nil && u.verifier.Verify(o.Bundle, o.Issuer, ByProxy) == nil
			err := handshake.Between(p, q, now, random("tls"))
			if (err == nil) != want {
				t.Errorf("%s + %s meets %s + %s: %v, want success %t", bundleWords(m.Bundle), chainWords(o.Issuer), bundleWords(o.Bundle), chainWords(m.Issuer), err, want)
			}
			if want {
				verified++
			} else {
				refused++
			}
		}
	}
	if verified == 0 || refused == 0 {
		t.Errorf("%d verified, %d refused: the table is one-sided", verified, refused)
	}
}
