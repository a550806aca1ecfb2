package rotation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// now is the instant of tests that have no other.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// seeded is a random source that gives the same bytes for the same seed.
type seeded struct {
	seed    string
	counter uint64
	left    []byte
}

func random(seed string) *seeded { return &seeded{seed: seed} }

func (s *seeded) Read(p []byte) (int, error) {
	for len(s.left) < len(p) {
		block := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(s.seed), s.counter))
		s.counter++
		s.left = append(s.left, block[:]...)
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// mesh is a freshly made PKI and every key that was minted for it.
type mesh struct {
	state *state.Rotation
	keys  map[string]pki.Key // by path
}

func newMesh(t testing.TB, name string, at time.Time) *mesh {
	t.Helper()
	s := &state.Rotation{APIVersion: state.APIVersion, Kind: state.Kind, Metadata: state.Metadata{Name: name}}
	s.Spec.Linkerd.Version = "2.18"
	first, minted, err := First(s, []string{state.WebhookProxyInjector, state.WebhookPolicyValidator}, nil, at, random(name))
	if err != nil {
		t.Fatal(err)
	}
	m := &mesh{first, map[string]pki.Key{}}
	m.store(minted)
	return m
}

func (m *mesh) store(minted []Minted) {
	for _, k := range minted {
		m.keys[k.Path] = k.Key
	}
}

// anchorKey is the key of the anchor in that role.
func (m *mesh) anchorKey(role string) pki.Key {
	for _, a := range m.state.Status.Anchors {
		if a.Role == role {
			return m.keys[a.Key]
		}
	}
	return pki.Key{}
}

// start begins a rotation and takes the state over.
func (m *mesh) start(t testing.TB, o StartOptions, e Evidence, at time.Time) *Move {
	t.Helper()
	if o.OutgoingKey.Signer() == nil && o.Strategy != state.StrategyBundle {
		o.OutgoingKey = m.anchorKey(state.RoleCurrent)
	}
	move, err := Start(m.state, o, e, at, random(m.state.Metadata.Name+at.String()))
	if err != nil {
		t.Fatalf("start %s: %s", o.Kind, explain(err))
	}
	m.state = move.State
	m.store(move.Minted)
	return move
}

// advance takes one step and takes the state over.
func (m *mesh) advance(t testing.TB, o Options, e Evidence, at time.Time) *Move {
	t.Helper()
	move, err := Advance(m.state, o, e, at)
	if err != nil {
		t.Fatalf("advance from %s: %s", m.state.Status.Phase, explain(err))
	}
	m.state = move.State
	return move
}

func (m *mesh) back(t testing.TB, e Evidence, at time.Time) *Move {
	t.Helper()
	move, err := Back(m.state, Options{}, e, at)
	if err != nil {
		t.Fatalf("back from %s: %s", m.state.Status.Phase, explain(err))
	}
	m.state = move.State
	return move
}

func explain(err error) string {
	s := ""
	for _, p := range problem.Of(err) {
		s += "\n  " + string(p.Code) + ": " + p.Error()
	}
	return s
}

// codes are the codes of a refusal, sorted, once each.
func codes(err error) []string {
	var all []string
	for _, p := range problem.Of(err) {
		all = append(all, string(p.Code))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sight is an observation under construction: everything covered, everything
// as the state's phase has it.
func (m *mesh) sight(at time.Time) *Observation {
	material := must(MaterialOf(m.state))
	return sightOf(m.state.Metadata.Name, material, at)
}

func sightOf(cluster string, material Material, at time.Time) *Observation {
	bundle, chain := fingerprints(material.Bundle.Certificates()), fingerprints(material.Issuer)
	return &Observation{
		APIVersion: state.APIVersion, Kind: ObservationKind, Cluster: cluster, At: instantText(at), Covers: slices.Clone(Groups),
		ControlPlane: Delivery{TrustRoots: bundle, Injectors: []Injector{{Pod: "injector-0", Bundle: bundle}}},
		Identity:     []Replica{{"identity-0", bundle, chain}, {"identity-1", bundle, chain}},
		Endpoints: []Endpoint{
			{Group: GroupControlPlane, Bundle: bundle, Chain: chain, Count: 6},
			{Group: GroupProxies, Namespace: "emojivoto", Bundle: bundle, Chain: chain, Count: 12},
		},
	}
}

func seen(o ...*Observation) Evidence { return Evidence{Observations: o} }

func assume(codes ...Need) Evidence {
	var e Evidence
	for _, c := range codes {
		e.Assumptions = append(e.Assumptions, Assumption{Code: c, Because: "the test says so"})
	}
	return e
}

// chainFPs are the fingerprints in a PEM text.
func chainFPs(pem string) []string { return fingerprints(must(pki.ParseChain([]byte(pem)))) }

// limited is a PKI whose anchor has a path length, as `step` makes (1).
func limited(pathLen int) brought {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "limited root"}, IsCA: true, BasicConstraintsValid: true,
		MaxPathLen: pathLen, MaxPathLenZero: pathLen == 0, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		NotBefore: now.Add(-day), NotAfter: now.Add(5 * year), SubjectKeyId: []byte("limited"),
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	cert := pki.Certificate{Certificate: must(x509.ParseCertificate(der))}
	pem := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: must(x509.MarshalECPrivateKey(key))})
	b := brought{anchor: cert, key: must(pki.ParseKey(pem))}
	r := random("limited")
	signer := must(pki.MintKey(pki.FormSEC1, r))
	b.issuer = pki.Chain{must(pki.MintIssuer(signer.Signer().Public(), "identity.linkerd.cluster.local", cert, b.key, from(-day, year), r))}
	return b
}
