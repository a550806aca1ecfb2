package rotation

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// authority makes a CA certificate for a key, signed by itself or by a parent.
func authority(name string, key crypto.Signer, algorithm x509.SignatureAlgorithm, parent *x509.Certificate, by crypto.Signer) pki.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(name))), Subject: pkix.Name{CommonName: name}, SignatureAlgorithm: algorithm,
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, DNSNames: []string{name},
	}
	if parent == nil {
		parent, by = template, key
	}
	der := must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by))
	return must(pki.ParseChain(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))[0]
}

// TestStartWeak: neither a start nor a state that somebody edited brings an anchor
// or an issuer that lint says proxies refuse.
func TestStartWeak(t *testing.T) {
	curve := func(c elliptic.Curve) crypto.Signer { return must(ecdsa.GenerateKey(c, rand.Reader)) }
	bits := func(n int) crypto.Signer { return must(rsa.GenerateKey(rand.Reader, n)) }
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	anchorCode, issuerCode := string(problem.LintAnchorAlgorithm.Code), string(problem.LintIssuerAlgorithm.Code)
	rsa2048 := bits(2048)
	for name, c := range map[string]struct {
		anchor, issuer crypto.Signer
		algorithm      x509.SignatureAlgorithm
		want           string
	}{
		"P-256":                {curve(elliptic.P256()), curve(elliptic.P256()), 0, ""},
		"RSA 2048":             {rsa2048, curve(elliptic.P256()), x509.SHA256WithRSA, ""},
		"RSA 1024":             {bits(1024), curve(elliptic.P256()), x509.SHA256WithRSA, anchorCode},
		"RSA 2048, SHA-512":    {rsa2048, curve(elliptic.P256()), x509.SHA512WithRSA, anchorCode},
		"P-224":                {curve(elliptic.P224()), curve(elliptic.P256()), 0, anchorCode},
		"P-384":                {curve(elliptic.P384()), curve(elliptic.P256()), 0, anchorCode},
		"Ed25519":              {edwards, curve(elliptic.P256()), 0, anchorCode},
		"an issuer of P-384":   {curve(elliptic.P256()), curve(elliptic.P384()), 0, issuerCode},
		"an issuer of RSA":     {curve(elliptic.P256()), rsa2048, 0, issuerCode},
		"an issuer of Ed25519": {curve(elliptic.P256()), edwards, 0, issuerCode},
	} {
		anchor := authority("root.linkerd.cluster.local brought", c.anchor, c.algorithm, nil, nil)
		issuer := authority("identity.linkerd.cluster.local", c.issuer, c.algorithm, anchor.Certificate, c.anchor)
		o := StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle, Name: "brought", Anchor: anchor, Issuer: pki.Chain{issuer}}
		m, at := newMesh(t, "prod", now), now.Add(time.Hour)
		_, err := Start(m.state, o, Evidence{}, at, random("x"))
		if got := codes(err); c.want == "" && err != nil || c.want != "" && !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: start: %v, want %q", name, err, c.want)
		}
		base := m.state
		m.start(t, StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle, Name: "brought"}, Evidence{}, at)
		edited := m.state.Clone()
		for i := range edited.Status.Anchors {
			if edited.Status.Anchors[i].Role == state.RoleIncoming {
				edited.Status.Anchors[i].Certificate = text(anchor.PEM())
			}
		}
		for i := range edited.Status.Issuers {
			if edited.Status.Issuers[i].Role == state.RoleIncoming {
				edited.Status.Issuers[i].Certificate = text(pki.Chain{issuer}.Marshal())
			}
		}
		_, err = Review(base, edited, Evidence{}, at)
		if got := codes(err); slices.Contains(got, anchorCode) != (c.want == anchorCode) || slices.Contains(got, issuerCode) != (c.want == issuerCode) {
			t.Errorf("%s: review: %v, want %q", name, err, c.want)
		}
	}
}

// TestReviewStartOrder: what comes is where a start puts it, since the order of
// anchors is that of the bundle.
func TestReviewStartOrder(t *testing.T) {
	foreign := newMesh(t, "other", now).state.Status
	turned := map[string]func(*state.Status){
		"anchors in another order": func(s *state.Status) { slices.Reverse(s.Anchors) },
		"the new anchor at the end": func(s *state.Status) {
			i := slices.IndexFunc(s.Anchors, func(a state.Anchor) bool { return a.Role == state.RoleIncoming })
			s.Anchors = append(slices.Delete(slices.Clone(s.Anchors), i, i+1), s.Anchors[i])
		},
		"the new anchor first": func(s *state.Status) {
			i := slices.IndexFunc(s.Anchors, func(a state.Anchor) bool { return a.Role == state.RoleIncoming })
			s.Anchors = append([]state.Anchor{s.Anchors[i]}, slices.Delete(slices.Clone(s.Anchors), i, i+1)...)
		},
		"issuers in another order": func(s *state.Status) { slices.Reverse(s.Issuers) },
	}
	for _, kind := range []string{state.KindAnchor, state.KindReplace, state.KindRenew} {
		m, at := newMesh(t, "prod", now), now.Add(time.Hour)
		m.state.Status.Anchors = append(m.state.Status.Anchors, extra(foreign.Anchors[0]))
		base := m.state
		m.start(t, StartOptions{Kind: kind, Options: Options{AcceptDowntime: kind == state.KindReplace}}, Evidence{}, at)
		if _, err := Review(base, m.state, Evidence{}, at); err != nil {
			t.Fatalf("%s: %s", kind, explain(err))
		}
		for name, turn := range turned {
			next := m.state.Clone()
			turn(&next.Status)
			if slices.Equal(next.Status.Issuers, m.state.Status.Issuers) && slices.Equal(next.Status.Anchors, m.state.Status.Anchors) {
				continue // one issuer has one order
			}
			if _, err := Review(base, next, Evidence{}, at); !slices.Contains(codes(err), string(problem.RotationNoMove.Code)) {
				t.Errorf("%s with %s: %v", kind, name, err)
			}
		}
	}
}
