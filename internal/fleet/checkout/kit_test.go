package checkout

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"sigs.k8s.io/yaml"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// kit is a checkout with a fleet whose members have one anchor, an issuer of their
// own each, and keys that age encrypts for one identity.
type kit struct {
	t         testing.TB
	dir       string
	identity  string
	recipient string
	random    io.Reader
	now       time.Time
	notes     bytes.Buffer
	file      *fleet.File
	anchor    pki.Certificate
	anchorKey pki.Key
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(explain(err))
	}
	return v
}

func explain(err error) string {
	var b strings.Builder
	for _, p := range problem.Of(err) {
		fmt.Fprintf(&b, "\n  %s: %s", p.Code, p.Error())
	}
	return b.String()
}

// seeded is a random source that gives the same bytes each time.
type seeded struct{ *rand.ChaCha8 }

func newKit(t testing.TB, names ...string) *kit {
	t.Helper()
	k := &kit{t: t, dir: t.TempDir(), random: seeded{rand.NewChaCha8([32]byte{17})}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	id := must(age.GenerateX25519Identity())
	k.identity, k.recipient = filepath.Join(k.dir, "identity.txt"), id.Recipient().String()
	k.put("identity.txt", id.String()+"\n")
	k.file = &fleet.File{APIVersion: state.APIVersion, Kind: fleet.Kind, Metadata: state.Metadata{Name: "prod"}}
	for _, name := range names {
		k.member(name)
	}
	k.file.Spec.Links = []fleet.Link{{Members: names}}
	k.save()
	return k
}

func (k *kit) put(name, text string) {
	k.t.Helper()
	path := filepath.Join(k.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) save() { k.put("fleet.yaml", string(must(yamlOf(k.file)))) }

func yamlOf(v any) ([]byte, error) { return yaml.Marshal(v) }

func (k *kit) path() string { return filepath.Join(k.dir, "fleet.yaml") }

func statePath(name string) string { return "clusters/" + name + "/rotation.yaml" }

// member adds a cluster in stable, under the anchor of the fleet.
func (k *kit) member(name string) {
	k.t.Helper()
	s := &state.Rotation{APIVersion: state.APIVersion, Kind: state.Kind, Metadata: state.Metadata{Name: name}}
	s.Spec.Linkerd.Version = "2.18"
	s.Spec.Custody = state.Custody{Kind: "age", Recipients: []string{k.recipient}}
	keyPath := func(name string) string { return "keys/" + name + ".key.age" }
	first, minted, err := rotation.First(s, nil, keyPath, k.now.Add(-24*time.Hour), k.random)
	if err != nil {
		k.t.Fatal(explain(err))
	}
	if k.anchor.Certificate == nil {
		k.anchor, k.anchorKey = certificate(first.Status.Anchors[0].Certificate), minted[0].Key
	} else {
		first.Status.Anchors[0].Certificate = string(k.anchor.PEM())
		minted[0].Key = k.anchorKey
		for i := range minted {
			if minted[i].Name == first.Status.Issuers[0].Name {
				issuer := must(pki.MintIssuer(minted[i].Key.Signer().Public(), "identity.linkerd.cluster.local", k.anchor, k.anchorKey, pki.PeriodAt(k.now, 24*time.Hour, 8760*time.Hour), k.random))
				first.Status.Issuers[0].Certificate = string(issuer.PEM())
			}
		}
	}
	k.put(statePath(name), string(must(state.Marshal(first))))
	c := must(k.custody(filepath.Join(k.dir, statePath(name)), first))
	for _, f := range must(keyfile.SealNamed(c, minted)) {
		below := must(filepath.Rel(k.dir, f.Path))
		k.put(below, string(f.Text))
	}
	k.file.Spec.Members = append(k.file.Spec.Members, fleet.Member{Name: name, State: statePath(name), Observation: "clusters/" + name + "/observation.yaml"})
}

func (k *kit) custody(path string, s *state.Rotation) (*custody.Custody, error) {
	return custody.New(custody.World{State: s, StatePath: path, Getenv: func(string) string { return "" }, Random: k.random, ReadFile: os.ReadFile, Identity: k.identity})
}

func (k *kit) world() World {
	return World{Now: func() time.Time { return k.now }, Random: k.random, Files: files.Writer{Notes: &k.notes}, Custody: k.custody}
}

func (k *kit) state(name string) *state.Rotation {
	k.t.Helper()
	text := must(os.ReadFile(filepath.Join(k.dir, statePath(name))))
	return must(state.Parse(name, text))
}

// observe writes observations in which everything has caught up.
func (k *kit) observe(names ...string) { k.see(false, names) }

// lag writes observations in which what is delivered is new, and no pod has restarted.
func (k *kit) lag(names ...string) { k.see(true, names) }

func (k *kit) see(lagging bool, names []string) {
	k.t.Helper()
	for _, name := range names {
		m := must(rotation.MaterialOf(k.state(name)))
		var bundle, chain []string
		for _, c := range m.Bundle.Certificates() {
			bundle = append(bundle, c.Fingerprint())
		}
		for _, c := range m.Issuer {
			chain = append(chain, c.Fingerprint())
		}
		held := bundle
		if lagging {
			held = []string{k.anchor.Fingerprint()}
		}
		o := &rotation.Observation{
			APIVersion: state.APIVersion, Kind: rotation.ObservationKind, Cluster: name, At: k.now.Format(time.RFC3339), Covers: rotation.Groups,
			ControlPlane: rotation.Delivery{TrustRoots: bundle, Injectors: []rotation.Injector{{Pod: "injector-0", Bundle: bundle}}},
			Identity:     []rotation.Replica{{Pod: "identity-0", Bundle: bundle, Issuer: chain}},
			Endpoints:    []rotation.Endpoint{{Group: rotation.GroupProxies, Namespace: "shop", Bundle: held, Chain: chain, Count: 12}},
		}
		k.put("clusters/"+name+"/observation.yaml", string(must(json.Marshal(o))))
	}
}

// later lets time pass.
func (k *kit) later() { k.now = k.now.Add(36 * time.Hour) }

func (k *kit) make(w Wish) (*Result, error) { return k.world().Make(At{Path: k.path()}, w) }

func (k *kit) moved(w Wish) []string {
	k.t.Helper()
	r, err := k.make(w)
	if err != nil {
		k.t.Fatal(explain(err))
	}
	names := []string{}
	for _, o := range r.Moved {
		names = append(names, r.Scene.Clusters[o.Member].Name)
	}
	return names
}

func (k *kit) status() *fleet.Status {
	k.t.Helper()
	f := must(Load(At{Path: k.path()}, moves.Brought{}))
	return must(fleet.Open(f.File, f.Clusters, f.Evidence, k.now)).Status()
}
