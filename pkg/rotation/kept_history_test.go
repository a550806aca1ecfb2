package rotation

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// putBack gives identity an issuer of before, as a rollback of a release or a restored
// Secret does: one that everything verifies that runs. It is seen, and the observation
// is kept or given.
func (u *universe) putBack(all []*simCluster, i int, at time.Time, choose chooser) bool {
	c := all[i]
	chain := u.materials[choose(len(u.materials))].Issuer
	if chainID(chain) == chainID(c.now.Issuer) || !u.everywhere(all, chain) {
		return false
	}
	c.issuers = []pki.Chain{chain}
	for r := range c.replicas {
		c.replicas[r].issuer = chain
	}
	c.observe(at, func(n int) int { return n - 1 }) // of every group, without chains
	c.keep(choose)
	return true
}

// everywhere reports whether all bundles that are held, or that a mount has, verify it.
func (u *universe) everywhere(all []*simCluster, chain pki.Chain) bool {
	for _, c := range all {
		held := slices.Clone(c.bundles)
		for _, p := range c.proxies {
			held = append(held, p.bundle)
		}
		for _, r := range c.replicas {
			held = append(held, r.bundle)
		}
		if slices.ContainsFunc(held, func(b pki.Bundle) bool {
			return u.verifier.Verify(b, chain, ByProxy) != nil || u.verifier.Verify(b, chain, ByIdentity) != nil
		}) {
			return false
		}
	}
	return true
}

// keep makes the newest observation one that was kept with an earlier move, or not.
func (c *simCluster) keep(choose chooser) {
	if choose(2) == 0 {
		c.kept, c.seen = append(c.kept, c.seen[len(c.seen)-1]), c.seen[:len(c.seen)-1]
	}
}

// putBacks plays one history in which issuers of before are put back.
func (u *universe) putBacks(choose chooser, steps int) (backs, commits int, broken error) {
	at := now
	var all []*simCluster
	for i := range 1 + choose(2) {
		all = append(all, u.cluster(fmt.Sprintf("c%d", i), 1+choose(2), 1+choose(2), at))
	}
	for range steps {
		at = at.Add(time.Duration(1+choose(90)) * 20 * time.Minute)
		i := choose(len(all))
		switch choose(10) {
		case 0, 1, 2:
			if to := u.materials[choose(len(u.materials))]; !to.Same(all[i].now) && u.commit(all, i, to, at, bending{}) {
				commits++
			}
		case 3, 4:
			all[i].observe(at, choose)
			all[i].keep(choose)
		case 5:
			if u.putBack(all, i, at, choose) {
				backs++
			}
		default:
			u.act(all[i], at, choose)
		}
		if err := u.broken(all, at); err != nil {
			return backs, commits, err
		}
	}
	return backs, commits, nil
}

// TestNoHistoryBreaksWhereIssuersAreBroughtBack: observations, kept and given, that
// contradict each other never open a gate to a pair that fails, as long as whatever
// was put back was seen.
func TestNoHistoryBreaksWhereIssuersAreBroughtBack(t *testing.T) {
	u := newUniverse()
	backs, commits := 0, 0
	for seed := range histories / 20 {
		b, c, broken := u.putBacks(drawn(fmt.Sprint("brought back ", seed)), 60)
		if broken != nil {
			t.Fatalf("history %d, after %d changes and %d times of an issuer of before: %v", seed, c, b, broken)
		}
		backs, commits = backs+b, commits+c
	}
	t.Logf("%d changes allowed, %d times an issuer of before", commits, backs)
	if backs < histories/40 || commits < histories/40 {
		t.Errorf("only %d changes, %d times an issuer of before: the test hardly moves", commits, backs)
	}
}
