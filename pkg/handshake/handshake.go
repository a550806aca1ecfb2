// Package handshake lets two proxies shake hands by mutual TLS 1.3.
//
// The rules of pkg/pki say whether a chain verifies; here a TLS stack sends it and
// asks. It is linked into l5d-pki-render-cluster alone: the stack would be a
// twentieth of l5d-pki-render.
package handshake

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

// Between lets two peers shake hands over a pipe in memory. Each verifies the other
// as a proxy does, by webpki's rules against its own bundle; either refusal is the
// result.
func Between(client, server *pki.Peer, at time.Time, random io.Reader) error {
	left, right := net.Pipe()
	shared := &locked{r: random}
	served := make(chan error, 1)
	go func() {
		conn := tls.Server(right, config(server, at, shared))
		err := conn.Handshake()
		if err == nil {
			_, err = conn.Write([]byte{1})
		}
		served <- err
		right.Close()
	}()
	conn := tls.Client(left, config(client, at, shared))
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
func config(p *pki.Peer, at time.Time, random io.Reader) *tls.Config {
	cert := tls.Certificate{PrivateKey: p.Key.Signer(), Leaf: p.Chain[0].Certificate}
	for _, c := range p.Chain {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return &tls.Config{
		Rand: random, Time: func() time.Time { return at },
		Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert,
		MinVersion: tls.VersionTLS13, SessionTicketsDisabled: true,
		// Go's own verification would apply Go's rules and the host's name.
		InsecureSkipVerify: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			return pki.VerifyLeaf(p.Bundle, chainOf(cs.PeerCertificates), pki.WebpkiRules, at)
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
