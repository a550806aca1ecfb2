package rotation

import (
	"errors"
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
	chain := u.materials[choose(3)].Issuer
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

// putBacks plays one history of a cluster that signs with the incoming issuer, may drop
// the outgoing anchor, and gets issuers of before.
func (u *universe) putBacks(choose chooser, steps int) (backs int, dropped bool, broken error) {
	c, at := u.cluster("c0", 1+choose(3), 1+choose(2), now), now.Add(time.Hour)
	all := []*simCluster{c}
	both, switched, drop := u.materials[3], u.materials[4], u.materials[7]
	if !u.commit(all, 0, both, at, bending{}) {
		return 0, false, errors.New("the first step is refused")
	}
	c.bundles = []pki.Bundle{both.Bundle}
	for i := range c.proxies {
		c.proxies[i].bundle = both.Bundle
	}
	for i := range c.replicas {
		c.replicas[i].bundle = both.Bundle
	}
	c.observe(at.Add(time.Minute), func(n int) int { return n - 1 })
	if at = at.Add(time.Hour); !u.commit(all, 0, switched, at, bending{}) {
		return 0, false, errors.New("the issuer is not switched")
	}
	for range steps {
		at = at.Add(time.Duration(1+choose(90)) * 10 * time.Minute)
		switch choose(10) {
		case 0, 1:
			dropped = !dropped && u.commit(all, 0, drop, at, bending{}) || dropped
		case 2, 3:
			c.observe(at, choose)
			c.keep(choose)
		case 4:
			if u.putBack(all, 0, at, choose) {
				backs++
			}
		default:
			u.act(c, at, choose)
		}
		if err := u.broken(all, at); err != nil {
			return backs, dropped, err
		}
	}
	return backs, dropped, nil
}

// TestNoHistoryBreaksWhereIssuersAreBroughtBack: observations, kept and given, that
// contradict each other never open a gate to a pair that fails, as long as whatever
// was put back was seen.
func TestNoHistoryBreaksWhereIssuersAreBroughtBack(t *testing.T) {
	u := newUniverse()
	backs, drops := 0, 0
	for seed := range histories / 10 {
		b, dropped, broken := u.putBacks(drawn(fmt.Sprint("brought back ", seed)), 60)
		if broken != nil {
			t.Fatalf("history %d, with an issuer of before %d times: %v", seed, b, broken)
		}
		if backs += b; dropped {
			drops++
		}
	}
	t.Logf("%d times an issuer of before, %d times the anchor was dropped", backs, drops)
	if backs < histories/20 || drops < histories/20 {
		t.Errorf("%d times an issuer of before, %d times the anchor was dropped: the test hardly moves", backs, drops)
	}
}
