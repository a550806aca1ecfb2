package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// Live is what endpoints may hold and serve while a change takes effect: all
// that is held now, all that may still be given to an endpoint that starts now.
// Over linked clusters it is the union.
type Live struct {
	Bundles []Held
	Chains  []Served
}

// Held is one bundle and who holds it, or may still be given it.
type Held struct {
	Bundle pki.Bundle
	// Proxies verify leaves with it, Identity verifies its own issuer with it.
	Proxies, Identity bool
	// Where says who, in words: `12 proxies of cluster "east"`.
	Where []string
	// Unknown is why the bundle could not be told (then Bundle is empty); it
	// verifies nothing.
	Unknown string
	id      string // of the bundle, where it is known already
}

// Served is one chain and who serves it, or may still serve it.
type Served struct {
	Chain pki.Chain
	// Proxies present it to their peers, Identity has it loaded as its issuer.
	Proxies, Identity bool
	Where             []string
	Unknown           string
	id                string // of the chain, where it is known already
}

// hold adds a bundle; one that is there already gains the holders.
func (l *Live) hold(h Held) {
	if h.id == "" && h.Unknown == "" {
		h.id = bundleID(h.Bundle)
	}
	same := func(o Held) bool { return o.Unknown == h.Unknown && (h.Unknown != "" || o.id == h.id) }
	i := slices.IndexFunc(l.Bundles, same)
	if i < 0 {
		l.Bundles = append(l.Bundles, h)
		return
	}
	o := &l.Bundles[i]
	o.Proxies, o.Identity = o.Proxies || h.Proxies, o.Identity || h.Identity
	o.Where = union(o.Where, h.Where)
}

// serve adds a chain; one that is there already gains the servers.
func (l *Live) serve(s Served) {
	if s.id == "" && s.Unknown == "" {
		s.id = chainID(s.Chain)
	}
	same := func(o Served) bool { return o.Unknown == s.Unknown && (s.Unknown != "" || o.id == s.id) }
	i := slices.IndexFunc(l.Chains, same)
	if i < 0 {
		l.Chains = append(l.Chains, s)
		return
	}
	o := &l.Chains[i]
	o.Proxies, o.Identity = o.Proxies || s.Proxies, o.Identity || s.Identity
	o.Where = union(o.Where, s.Where)
}

// add is the union with the live sets of another cluster.
func (l *Live) add(o Live) {
	for _, h := range o.Bundles {
		l.hold(h)
	}
	for _, s := range o.Chains {
		l.serve(s)
	}
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}
