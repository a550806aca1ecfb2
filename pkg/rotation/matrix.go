package rotation

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// Cell is one bundle meeting one chain.
type Cell struct {
	Bundle []string `json:"bundle"` // fingerprints
	Chain  []string `json:"chain"`
	// Words name both for people.
	BundleWords string `json:"bundleWords"`
	ChainWords  string `json:"chainWords"`
	// Live: both are live, or may be, while the change takes effect.
	Live bool `json:"live"`
	// Results by verifier: [ByProxy], [ByIdentity], [ByGoLeaf], and [ByHandshake]
	// where keys were at hand; empty text means that it verifies.
	Results []Result `json:"results"`
}

// Result is one verifier's answer.
type Result struct {
	Verifier string `json:"verifier"`
	Cause    string `json:"cause,omitempty"`
}

// ByHandshake is a real mutual TLS 1.3 handshake in which the holder of the
// bundle meets a peer with a leaf of the chain.
const ByHandshake = "tls 1.3"

// OK tells whether the verifier was asked and accepted.
func (c Cell) OK(verifier string) bool {
	for _, r := range c.Results {
		if r.Verifier == verifier {
			return r.Cause == ""
		}
	}
	return false
}

// shaker makes throw-away leaves for handshakes. What met once has met.
type shaker struct {
	ProveOptions
	at     time.Time
	mesh   pki.Identity
	peers  map[string]*pki.Peer // by chain
	met    map[string]string    // why a side refused, by bundle and chain
	failed error                // a handshake could not be made
}

// meet lets a holder of the bundle shake hands with a server of the chain. The
// holder's own leaf is of the same chain: what is asked is whether the bundle
// verifies it, in both roles of TLS.
func (s *shaker) meet(b pki.Bundle, c pki.Chain) (asked bool, refused string) {
	key, ok := s.IssuerKeys[c[0].Fingerprint()]
	if !ok || s.failed != nil {
		return false, ""
	}
	pair := bundleID(b) + "|" + chainID(c)
	if before, known := s.met[pair]; known {
		return true, before
	}
	peer, err := s.peers[chainID(c)], error(nil)
	if peer == nil {
		if peer, err = pki.NewPeer(b, c, key, s.mesh.LeafName("proof", "default"), s.at, s.Random); err != nil {
			return true, causeOf(err)
		}
		s.peers[chainID(c)] = peer
	}
	if refused, s.failed = s.Handshake(peer.With(b), s.at); s.failed != nil {
		return false, ""
	}
	s.met[pair] = refused
	return true, refused
}

// matrix verifies every live bundle, and the one to come, against every live
// chain, and the one to come.
func matrix(live Live, due Material, v *Verifier, shake *shaker) []Cell {
	all := live
	all.Bundles = append([]Held{}, live.Bundles...)
	all.Chains = append([]Served{}, live.Chains...)
	all.hold(Held{Bundle: due.Bundle, Proxies: true, Identity: true})
	all.serve(Served{Chain: due.Issuer, Proxies: true, Identity: true})
	var cells []Cell
	for _, h := range all.Bundles {
		for _, s := range all.Chains {
			if h.Unknown == "" && s.Unknown == "" {
				cells = append(cells, cell(h, s, v, shake))
			}
		}
	}
	return cells
}

func cell(h Held, s Served, v *Verifier, shake *shaker) Cell {
	c := Cell{
		Bundle: fingerprints(h.Bundle.Certificates()), Chain: fingerprints(s.Chain),
		BundleWords: bundleWords(h.Bundle), ChainWords: chainWords(s.Chain),
		Live: len(h.Where) > 0 && len(s.Where) > 0,
	}
	for _, by := range []string{ByProxy, ByIdentity, ByGoLeaf} {
		c.Results = append(c.Results, Result{by, causeOf(v.Verify(h.Bundle, s.Chain, by))})
	}
	if shake != nil {
		if asked, refused := shake.meet(h.Bundle, s.Chain); asked {
			c.Results = append(c.Results, Result{ByHandshake, refused})
		}
	}
	return c
}
