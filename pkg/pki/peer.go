package pki

import (
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Peer is one proxy: the bundle that it holds, the chain that it serves, with its
// leaf first, and the leaf's key.
type Peer struct {
	Bundle Bundle
	Chain  Chain
	Key    Key
}

// NewPeer makes a peer with a leaf that lives for an hour around the instant,
// issued by issuer[0]; identity is its DNS name
// (sa.ns.serviceaccount.identity.linkerd.cluster.local).
func NewPeer(b Bundle, issuer Chain, issuerKey Key, identity string, at time.Time, random io.Reader) (*Peer, error) {
	if !issuerKey.Matches(issuer[0]) {
		return nil, problem.RotationHandshakeKey.With(issuer[0].Subject.CommonName, issuer[0].Fingerprint()[:16])
	}
	key, err := MintKey(FormSEC1, random)
	if err != nil {
		return nil, err
	}
	period := PeriodAt(at, 30*time.Minute, 30*time.Minute)
	leaf, err := MintLeaf(key.Signer().Public(), identity, issuer[0], issuerKey, period, random)
	if err != nil {
		return nil, err
	}
	return &Peer{b, append(Chain{leaf}, issuer...), key}, nil
}

// With is the same peer, restarted with another bundle.
func (p *Peer) With(b Bundle) *Peer { return &Peer{b, p.Chain, p.Key} }
