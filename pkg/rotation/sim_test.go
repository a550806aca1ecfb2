package rotation

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// The simulator plays clusters as they are, event by event, with real
// certificates: proxies and identity replicas that restart, lag, miss reloads
// and renew leaves, and a person who tries random changes with random evidence.
// It knows nothing of phases: any (D, I) may be tried from any other.

const (
	simLife = 24*time.Hour + 20*time.Second // of a leaf, clock skew included
)

// universe is the certificates of one rotation: A, B, a, b and X.
type universe struct {
	materials []Material
	issuers   map[string]pki.Key // by fingerprint
	book      *book
	verifier  *Verifier
}

// newUniverse mints it.
func newUniverse() *universe {
	r := random("universe")
	period := pki.PeriodAt(now, time.Hour, 10*365*24*time.Hour)
	keyA, keyB := must(pki.MintKey(pki.FormSEC1, r)), must(pki.MintKey(pki.FormSEC1, r))
	a, b := must(pki.MintAnchor(keyA, "root A", period, r)), must(pki.MintAnchor(keyB, "root B", period, r))
	x := must(pki.CrossSign(b, a, keyA, period, r))
	issue := func(anchor pki.Certificate, key pki.Key) (pki.Certificate, pki.Key) {
		k := must(pki.MintKey(pki.FormSEC1, r))
		return must(pki.MintIssuer(k.Signer().Public(), "identity.linkerd.cluster.local", anchor, key, period, r)), k
	}
	ia, ka := issue(a, keyA)
	ib, kb := issue(b, keyB)
	onlyA, both, onlyB := must(pki.NewBundle(a)), must(pki.NewBundle(a, b)), must(pki.NewBundle(b))
	u := &universe{issuers: map[string]pki.Key{ia.Fingerprint(): ka, ib.Fingerprint(): kb}, book: newBook(), verifier: NewVerifier(now)}
	u.book.add(a, b, x, ia, ib)
	for _, bundle := range []pki.Bundle{onlyA, both, onlyB} {
		for _, chain := range []pki.Chain{{ia}, {ib}, {ib, x}} {
			u.materials = append(u.materials, Material{bundle, chain})
		}
	}
	return u
}

// proxy is one endpoint; its leaf dies at dies.
type proxy struct {
	bundle pki.Bundle
	chain  pki.Chain
	dies   time.Time
}

type replica struct {
	bundle pki.Bundle
	issuer pki.Chain
}

// mesh of the simulator.
type simCluster struct {
	name     string
	now      Material
	past     past
	bundles  []pki.Bundle // what a mount may have
	issuers  []pki.Chain
	proxies  []proxy
	replicas []replica
	seen     []*Observation
	kept     []*Observation // with earlier moves
}

func (u *universe) cluster(name string, proxies, replicas int, at time.Time) *simCluster {
	m := u.materials[0] // ({A}, a)
	c := &simCluster{name: name, now: m, bundles: []pki.Bundle{m.Bundle}, issuers: []pki.Chain{m.Issuer}}
	c.past = past{now: m, first: m, issuers: map[string]bool{}, verify: u.verifier}
	for fp := range u.issuers {
		c.past.issuers[fp] = true
	}
	c.past.add(m)
	for range proxies {
		c.proxies = append(c.proxies, proxy{m.Bundle, m.Issuer, at.Add(simLife)})
	}
	for range replicas {
		c.replicas = append(c.replicas, replica{m.Bundle, m.Issuer})
	}
	return c
}

// chooser draws numbers below n: rapid in the property test.
type chooser func(n int) int

// act plays one event of a cluster.
func (u *universe) act(c *simCluster, at time.Time, choose chooser) {
	switch choose(7) {
	case 0: // kubelet syncs
		c.bundles = []pki.Bundle{c.now.Bundle}
	case 1:
		c.issuers = []pki.Chain{c.now.Issuer}
	case 2, 3: // a proxy restarts
		i := choose(len(c.proxies))
		u.issue(c, &c.proxies[i], c.bundles[choose(len(c.bundles))], at, choose)
	case 4: // a proxy refreshes its leaf
		i := choose(len(c.proxies))
		u.issue(c, &c.proxies[i], c.proxies[i].bundle, at, choose)
	case 5: // a replica reloads; one that never does has missed it
		r := &c.replicas[choose(len(c.replicas))]
		if issuer := c.issuers[choose(len(c.issuers))]; u.verifier.Verify(r.bundle, issuer, ByIdentity) == nil {
			r.issuer = issuer
		}
	case 6: // a replica crashes and starts again
		r := replica{c.bundles[choose(len(c.bundles))], c.issuers[choose(len(c.issuers))]}
		if u.verifier.Verify(r.bundle, r.issuer, ByIdentity) == nil {
			c.replicas[choose(len(c.replicas))] = r
		}
	}
	c.settle()
}

// settle: when every running replica has loaded the issuer in force, every
// mount that a replica can restart from has it too: kubelet keeps one copy per
// node, and a node without a replica fetches the Secret anew.
func (c *simCluster) settle() {
	for _, r := range c.replicas {
		if chainID(r.issuer) != chainID(c.now.Issuer) {
			return
		}
	}
	c.issuers = []pki.Chain{c.now.Issuer}
}

// issue gives a proxy the bundle and a leaf of some replica, if its bundle
// verifies that leaf: a proxy checks its own certificate before it serves.
func (u *universe) issue(c *simCluster, p *proxy, bundle pki.Bundle, at time.Time, choose chooser) {
	r := c.replicas[choose(len(c.replicas))]
	if u.verifier.Verify(bundle, r.issuer, ByProxy) == nil {
		*p = proxy{bundle, r.issuer, at.Add(simLife)}
	}
}

// observe takes an observation: whole, or without some groups, or without the
// chains of proxies, as collectors do.
func (c *simCluster) observe(at time.Time, choose chooser) {
	o := &Observation{Cluster: c.name, At: at.Format(time.RFC3339), Covers: slices.Clone(Groups)}
	chains := choose(2) == 0
	o.ControlPlane.TrustRoots = fingerprints(c.now.Bundle.Certificates())
	for i, b := range c.bundles {
		o.ControlPlane.Injectors = append(o.ControlPlane.Injectors, Injector{fmt.Sprint(i), fingerprints(b.Certificates())})
	}
	for i, r := range c.replicas {
		o.Identity = append(o.Identity, Replica{fmt.Sprint(i), fingerprints(r.bundle.Certificates()), fingerprints(r.issuer)})
	}
	for _, p := range c.proxies {
		row := Endpoint{Group: GroupProxies, Bundle: fingerprints(p.bundle.Certificates())}
		if chains {
			row.Chain = fingerprints(p.chain)
			if p.dies.Before(at) {
				row.Chain = fingerprints(c.now.Issuer) // dead: it serves nobody, and no collector sees its leaf
			}
		}
		o.Endpoints = append(o.Endpoints, row)
	}
	if choose(4) == 0 { // some group was left out
		o.Covers = slices.Delete(o.Covers, choose(len(o.Covers)), len(o.Covers))
	}
	if choose(2) == 0 {
		c.count(o, at, choose)
	}
	for range choose(4) - 1 { // half of all observations lack something
		o.drop(choose)
	}
	c.seen = append(c.seen, o)
}

// count makes an observation of the second form: pods are counted, and leaves
// are known by their dates or seen to be missing.
func (c *simCluster) count(o *Observation, at time.Time, choose chooser) {
	o.APIVersion, o.Covers = ObservationVersion, nil
	for _, g := range append(slices.Clone(Groups), GroupInjectors) {
		o.Coverage = append(o.Coverage, Coverage{g, total(o.rows(g))})
	}
	for i, p := range c.proxies {
		row, issued := &o.Endpoints[i], p.dies.Add(-simLife).Format(time.RFC3339)
		if p.dies.Before(at) {
			row.Chain, row.NoChain = nil, true
		} else if choose(2) == 0 {
			row.Leaf.Refreshed = Span{issued, issued}
		}
	}
	if choose(2) == 0 {
		o.ControlPlane.Issuer = fingerprints(c.now.Issuer)
	}
}

// drop takes one fact away, as a collector that failed to read it does.
func (o *Observation) drop(choose chooser) {
	row, replica := &o.Endpoints[choose(len(o.Endpoints))], &o.Identity[choose(len(o.Identity))]
	injectors := &o.ControlPlane.Injectors
	counted := 0
	if o.counted() {
		counted = 5
	}
	switch choose(8 + counted) {
	case 0:
		row.Bundle = nil
	case 1, 2:
		row.Chain, row.NoChain = nil, false
	case 3:
		replica.Bundle = nil
	case 4:
		replica.Issuer = nil
	case 5:
		o.ControlPlane.TrustRoots = nil
	case 6:
		*injectors = nil
	case 7:
		o.ControlPlane.Issuer = nil
	case 8: // a pod is counted, and has no row
		if len(o.Endpoints) > 1 {
			o.Endpoints = o.Endpoints[:len(o.Endpoints)-1]
		}
	case 9:
		if len(o.Identity) > 1 {
			o.Identity = o.Identity[:len(o.Identity)-1]
		}
	case 10:
		if len(*injectors) > 0 {
			*injectors = (*injectors)[:len(*injectors)-1]
		}
	case 11:
		if len(*injectors) > 0 {
			(*injectors)[0].Bundle = nil
		}
	case 12: // a group was not counted
		if n := len(o.Coverage); n > 0 {
			i := choose(n)
			o.Coverage = slices.Delete(o.Coverage, i, i+1)
		}
	}
}

// known is the cluster as the gate sees it.
func (u *universe) known(c *simCluster, own bool, at time.Time) *cluster {
	p := c.past
	return &cluster{name: c.name, own: own, past: &p, seen: c.seen, earlier: c.kept, book: u.book, leafLife: simLife, at: at}
}

// commit tries a change; bend removes part of the gate, for negative controls.
func (u *universe) commit(all []*simCluster, i int, to Material, at time.Time, bend bending) bool {
	c := all[i]
	live := u.known(c, true, at).live()
	for j, o := range all {
		if j != i && !bend.alone {
			live.add(u.known(o, false, at).live())
		}
	}
	for _, r := range Judge(c.now, to, live, u.verifier).Reasons {
		if r.Rule != bend.without {
			return false
		}
	}
	c.past.enter(at, to, true)
	c.now = to
	c.bundles = append(c.bundles, to.Bundle)
	c.issuers = append(c.issuers, to.Issuer)
	return true
}

// bending takes a part of the gate away.
type bending struct {
	without Rule
	alone   bool
}

// broken finds a live pair that fails, over all clusters; identity replicas
// verify their own issuer.
func (u *universe) broken(all []*simCluster, at time.Time) error {
	for _, c := range all {
		for _, r := range c.replicas {
			if err := u.verifier.Verify(r.bundle, r.issuer, ByIdentity); err != nil {
				return err
			}
		}
		for _, p := range c.proxies {
			for _, o := range all {
				for _, q := range o.proxies {
					if q.dies.Before(at) {
						continue
					}
					if err := u.verifier.Verify(p.bundle, q.chain, ByProxy); err != nil {
						return fmt.Errorf("%s meets %s: %w", bundleWords(p.bundle), chainWords(q.chain), err)
					}
				}
			}
		}
	}
	return nil
}
