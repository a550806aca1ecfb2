package check

import (
	"crypto/sha256"
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

var update = flag.Bool("update", false, "write the golden files anew")

const day = 24 * time.Hour

// began is when the meshes of the tests are made.
var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func random(seed string) *rand.ChaCha8 { return rand.NewChaCha8(sha256.Sum256([]byte(seed))) }

func must[T any](v T, err error) T {
	if err != nil {
		text := ""
		for _, p := range problem.Of(err) {
			text += p.Error() + "\n"
		}
		panic(text)
	}
	return v
}

// mesh is a new PKI with three webhooks, and the key of its anchor.
type mesh struct {
	*state.Rotation
	keys map[string]pki.Key
	at   time.Time
}

func newMesh() *mesh {
	s := &state.Rotation{APIVersion: state.APIVersion, Kind: state.Kind, Metadata: state.Metadata{Name: "prod"}}
	s.Spec.Linkerd.Version = "2.18"
	hooks := []string{state.WebhookProxyInjector, state.WebhookProfileValidator, state.WebhookPolicyValidator}
	first, minted, err := rotation.First(s, hooks, nil, began, random("mesh"))
	m := &mesh{must(first, err), map[string]pki.Key{}, began}
	m.keep(minted)
	return m
}

func (m *mesh) keep(minted []rotation.Minted) {
	for _, k := range minted {
		m.keys[k.Path] = k.Key
	}
}

// start begins a rotation a day later.
func (m *mesh) start(kind, strategy string) {
	m.at = m.at.Add(day)
	o := rotation.StartOptions{Kind: kind, Strategy: strategy, KeyPath: func(name string) string { return "keys/" + name }}
	o.AcceptDowntime = kind == state.KindReplace
	if strategy != state.StrategyBundle {
		o.OutgoingKey = m.keys[m.Status.Anchors[0].Key]
	}
	move := must(rotation.Start(m.Rotation, o, rotation.Evidence{}, m.at, random(kind+strategy)))
	m.Rotation = move.State
	m.keep(move.Minted)
}

// assumed vouches for every need.
func assumed() (e rotation.Evidence) {
	for _, code := range state.NeedCodes {
		e.Assumptions = append(e.Assumptions, rotation.Assumption{Code: rotation.Need(code), Because: "a test"})
	}
	return e
}

func (m *mesh) advance() {
	m.at = m.at.Add(2 * day)
	m.Rotation = must(rotation.Advance(m.Rotation, rotation.Options{Force: true}, assumed(), m.at)).State
}

func (m *mesh) back() {
	m.at = m.at.Add(day)
	m.Rotation = must(rotation.Back(m.Rotation, rotation.Options{Force: true}, assumed(), m.at)).State
}

// certificatesOf is every certificate of a state.
func certificatesOf(s *state.Rotation) string {
	all := known(&rotation.Observation{}, s)
	text, fingerprints := "", make([]string, 0, len(all))
	for f := range all {
		fingerprints = append(fingerprints, f)
	}
	slices.Sort(fingerprints)
	for _, f := range fingerprints {
		text += string(all[f].PEM()) + "\n"
	}
	return text
}

func prints(certs []pki.Certificate) (list []string) {
	for _, c := range certs {
		list = append(list, c.Fingerprint())
	}
	return list
}

// sight is an observation in which everything is as the state has it, an hour
// after its last move.
func (m *mesh) sight() *rotation.Observation {
	material := must(rotation.MaterialOf(m.Rotation))
	bundle, chain := prints(material.Bundle.Certificates()), prints(material.Issuer)
	at := m.at.Add(time.Hour)
	text := func(t time.Time) string { return t.Format(time.RFC3339) }
	leaf := rotation.LeafTimes{Expires: rotation.Span{First: text(at.Add(9 * time.Hour)), Last: text(at.Add(23 * time.Hour))}}
	o := &rotation.Observation{
		APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: m.Metadata.Name, At: text(at), Certificates: certificatesOf(m.Rotation),
		Mesh:         rotation.Mesh{Namespace: "linkerd", TrustDomain: "cluster.local", Version: "stable-2.18.0"},
		ControlPlane: rotation.Delivery{TrustRoots: bundle, Issuer: chain, Injectors: []rotation.Injector{{Pod: "linkerd-proxy-injector-0", Bundle: bundle}}},
		Identity:     []rotation.Replica{{Pod: "linkerd-identity-0", Bundle: bundle, Issuer: chain}, {Pod: "linkerd-identity-1", Bundle: bundle, Issuer: chain}},
		Endpoints: []rotation.Endpoint{
			{Group: rotation.GroupControlPlane, Namespace: "linkerd", Bundle: bundle, Chain: chain, Count: 6, Leaf: leaf},
			{Group: rotation.GroupProxies, Namespace: "shop", Workload: "deploy/cart", Bundle: bundle, Chain: chain, Count: 12, Leaf: leaf},
			{Group: rotation.GroupProxies, Namespace: "shop", Workload: "deploy/api", Bundle: bundle, Chain: chain, Count: 3, Leaf: leaf},
		},
	}
	for group, pods := range map[string]int{"control-plane": 6, "identity": 2, "injectors": 1, "proxies": 15, "gateways": 0, "extensions": 0, "external-workloads": 0} {
		o.Count(group, pods)
	}
	for _, name := range state.WebhookKeys {
		if _, listed := m.Status.Webhooks[name]; listed {
			served, trusted, _ := m.WebhookMaterial(name)
			o.Webhooks = append(o.Webhooks, rotation.Hook{Name: name, CABundle: fingerprints(trusted), Pods: 2, Serving: []rotation.Serving{{Chain: fingerprints(served), Count: 2}}})
		}
	}
	return o
}

// judged is the report on an observation, a minute after it.
func (m *mesh) judged(o *rotation.Observation) Report {
	return Of(Input{Observation: o, State: m.Rotation, At: must(time.Parse(time.RFC3339, o.At)).Add(time.Minute)})
}

// find is the check with that description.
func (r Report) find(t *testing.T, description string) Check {
	t.Helper()
	for _, c := range r.Categories {
		for _, check := range c.Checks {
			if check.Description == description {
				return check
			}
		}
	}
	t.Fatalf("no check %q in\n%s", description, r.text(false))
	return Check{}
}

// wants holds one check against its result and what its error mentions.
func (r Report) wants(t *testing.T, description string, result Result, mentions ...string) {
	t.Helper()
	c := r.find(t, description)
	if c.Result != result || (c.Error == "") != (result == Success) || (c.Hint == "") != (result == Success) {
		t.Errorf("%s: %s: %q (%q)", description, c.Result, c.Error, c.Hint)
	}
	for _, m := range mentions {
		if !strings.Contains(c.Error, m) {
			t.Errorf("%s lacks %q: %s", description, m, c.Error)
		}
	}
}
