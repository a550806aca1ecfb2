package observe

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

var begin = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func must[T any](v T, err error) T {
	if err != nil {
		panic(problem.Of(err))
	}
	return v
}

func seeded(n uint64) *mathrand.ChaCha8 {
	var seed [32]byte
	for i := range 8 {
		seed[i] = byte(n >> (8 * i))
	}
	return mathrand.NewChaCha8(seed)
}

// step is a state of a walk, and when it was entered.
type step struct {
	state    *state.Rotation
	material rotation.Material
	at       time.Time
}

// walk is a whole rotation, a day and a half per phase.
func walk(t testing.TB, kind, strategy string) []step {
	t.Helper()
	random := seeded(1)
	s := &state.Rotation{APIVersion: state.APIVersion, Kind: state.Kind, Metadata: state.Metadata{Name: "prod"}}
	s.Spec.Linkerd.Version = "2.18"
	current, minted, err := rotation.First(s, []string{state.WebhookProxyInjector}, nil, begin, random)
	if err != nil {
		t.Fatal(err)
	}
	o := rotation.StartOptions{Kind: kind, Strategy: strategy}
	for _, k := range minted {
		if k.Path == current.Status.Anchors[0].Key {
			o.OutgoingKey = k.Key
		}
	}
	learn(minted, current)
	steps := []step{{current, must(rotation.MaterialOf(current)), begin}}
	at := begin.Add(36 * time.Hour)
	move := must(rotation.Start(current, o, rotation.Evidence{}, at, random))
	learn(move.Minted, move.State)
	for {
		current = move.State
		steps = append(steps, step{current, must(rotation.MaterialOf(current)), at})
		if current.Status.Phase == state.PhaseStable {
			return steps
		}
		last := steps[len(steps)-1]
		at = at.Add(36 * time.Hour)
		move = must(rotation.Advance(current, rotation.Options{}, rotation.Evidence{Observations: []*rotation.Observation{spread(last.material, at.Add(-time.Minute))}}, at))
	}
}

// signers are the keys of the issuers in walks, by fingerprint.
var signers = map[string]crypto.Signer{}

func learn(minted []rotation.Minted, s *state.Rotation) {
	for _, i := range s.Status.Issuers {
		issuer := must(pki.ParseChain([]byte(i.Certificate)))[0]
		for _, k := range minted {
			if k.Key.Matches(issuer) {
				signers[issuer.Fingerprint()] = k.Key.Signer()
			}
		}
	}
}

// leafName is the identity of every proxy in planted clusters.
const leafName = "default.shop.serviceaccount.identity.linkerd.cluster.local"

var leafKey = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))

// presented is a leaf with its chain as somebody presents it, in some order.
func presented(chain pki.Chain, end time.Time, reversed bool) string {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{leafName}, NotBefore: end.Add(-life), NotAfter: end}
	leaf := must(x509.CreateCertificate(rand.Reader, template, chain[0].Certificate, leafKey.Public(), signers[chain[0].Fingerprint()]))
	all := append(pki.Chain{}, chain...)
	if reversed {
		slices.Reverse(all)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf})) + string(all.Marshal()) + "\n"
}

// Planted clusters have few different certificates, so what is made of them is kept.
var (
	prints    = map[*x509.Certificate]string{}
	pems      = map[string]string{}
	hashes    = map[string][]string{}
	certifies = map[string]string{}
)

// certified is what an identity replica signs, in some order.
func certified(chain pki.Chain, reversed bool) string {
	key := strings.Join(append(fps(chain), strconv.FormatBool(reversed)), " ")
	if certifies[key] == "" {
		certifies[key] = presented(chain, chain[0].NotAfter, reversed)
	}
	return certifies[key]
}

func fps(certs []pki.Certificate) []string {
	list := make([]string, len(certs))
	for i, c := range certs {
		if prints[c.Certificate] == "" {
			prints[c.Certificate] = c.Fingerprint()
		}
		list[i] = prints[c.Certificate]
	}
	return list
}

func pemOf(b pki.Bundle) string {
	key := strings.Join(fps(b.Certificates()), " ")
	if pems[key] == "" {
		pems[key] = string(b.Marshal())
	}
	return pems[key]
}

// hashOf is the annotation for a bundle; 2.12.0 hashes it with a last newline.
func hashOf(bundle string, newline bool) string {
	if hashes[bundle] == nil {
		hashes[bundle] = Hashes(bundle)
	}
	if newline {
		return hashes[bundle][1]
	}
	return hashes[bundle][0]
}

// spread is the observation of a cluster in which everything has the material.
func spread(m rotation.Material, at time.Time) *rotation.Observation {
	bundle, chain := fps(m.Bundle.Certificates()), fps(m.Issuer)
	o := &rotation.Observation{APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: "prod", At: text(at)}
	o.ControlPlane = rotation.Delivery{TrustRoots: bundle, Injectors: []rotation.Injector{{Pod: "i", Bundle: bundle}}}
	o.Identity = []rotation.Replica{{Pod: "r", Bundle: bundle, Issuer: chain}}
	o.Endpoints = []rotation.Endpoint{{Group: rotation.GroupProxies, Bundle: bundle, Chain: chain}}
	countAll(o, 0)
	return o
}

// countAll counts the pods that the observation describes.
func countAll(o *rotation.Observation, external int) {
	counts := map[string]int{rotation.GroupIdentity: len(o.Identity), rotation.GroupExternal: external}
	for _, e := range o.Endpoints {
		counts[e.Group] += max(e.Count, 1)
	}
	for _, g := range rotation.Groups {
		o.Count(g, counts[g])
	}
	o.Count(rotation.GroupInjectors, len(o.ControlPlane.Injectors))
}
