package rotation

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Peer is one proxy in a real handshake: the bundle it holds, and a leaf with
// the chain that it serves.
type Peer struct {
	bundle pki.Bundle
	cert   tls.Certificate
}

// NewPeer makes a peer with a leaf that lives for an hour around the instant,
// issued by issuer[0]; identity is its DNS name
// (sa.ns.serviceaccount.identity.linkerd.cluster.local).
func NewPeer(b pki.Bundle, issuer pki.Chain, issuerKey pki.Key, identity string, at time.Time, random io.Reader) (*Peer, error) {
	if !issuerKey.Matches(issuer[0]) {
		return nil, problem.RotationHandshakeKey.With(issuer[0].Subject.CommonName, issuer[0].Fingerprint()[:16])
	}
	key, err := pki.MintKey(pki.FormSEC1, random)
	if err != nil {
		return nil, err
	}
	period := pki.PeriodAt(at, 30*time.Minute, 30*time.Minute)
	leaf, err := pki.MintLeaf(key.Signer().Public(), identity, issuer[0], issuerKey, period, random)
	if err != nil {
		return nil, err
	}
	p := &Peer{bundle: b, cert: tls.Certificate{PrivateKey: key.Signer(), Leaf: leaf.Certificate}}
	for _, c := range append(pki.Chain{leaf}, issuer...) {
		p.cert.Certificate = append(p.cert.Certificate, c.Raw)
	}
	return p, nil
}

// With is the same peer, restarted with another bundle.
func (p *Peer) With(b pki.Bundle) *Peer { return &Peer{bundle: b, cert: p.cert} }

// Handshake lets two peers shake hands by mutual TLS 1.3 over a pipe in memory.
// Each verifies the other as a proxy does, by webpki's rules against its own
// bundle; either refusal is the result.
func Handshake(client, server *Peer, at time.Time, random io.Reader) error {
	left, right := net.Pipe()
	shared := &locked{r: random}
	served := make(chan error, 1)
	go func() {
		conn := tls.Server(right, server.config(at, shared))
		err := conn.Handshake()
		if err == nil {
			_, err = conn.Write([]byte{1})
		}
		served <- err
		right.Close()
	}()
	conn := tls.Client(left, client.config(at, shared))
	err := conn.Handshake()
	if err == nil {
		// In TLS 1.3 the client is done before the server has judged it: only
		// data from the server tells that it was accepted.
		_, err = io.ReadFull(conn, make([]byte, 1))
	}
	left.Close()
	return refusal(err, <-served)
}

// refusal tells which side refused: the one whose own check failed.
func refusal(client, server error) error {
	switch {
	case client == nil && server == nil:
		return nil
	case refused(client):
		return problem.RotationHandshake.With("the client", client).Because(client)
	case refused(server):
		return problem.RotationHandshake.With("the server", server).Because(server)
	}
	return problem.RotationHandshake.With("one side", errors.Join(client, server)).Because(errors.Join(client, server))
}

func refused(err error) bool {
	return err != nil && !strings.Contains(err.Error(), "remote error") && !errors.Is(err, io.ErrClosedPipe) && !errors.Is(err, io.EOF)
}

// config is a proxy's: TLS 1.3, no resumption, its own verification.
func (p *Peer) config(at time.Time, random io.Reader) *tls.Config {
	return &tls.Config{
		Rand: random, Time: func() time.Time { return at },
		Certificates: []tls.Certificate{p.cert}, ClientAuth: tls.RequireAnyClientCert,
		MinVersion: tls.VersionTLS13, SessionTicketsDisabled: true,
		// Go's own verification would apply Go's rules and the host's name.
		InsecureSkipVerify: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			return pki.VerifyLeaf(p.bundle, chainOf(cs.PeerCertificates), pki.WebpkiRules, at)
		},
	}
}

func chainOf(certs []*x509.Certificate) pki.Chain {
	var chain pki.Chain
	for _, c := range certs {
		chain = append(chain, pki.Certificate{Certificate: c})
	}
	return chain
}

// locked lets both ends of a handshake draw from one source.
type locked struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *locked) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}
