package cli

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const day = 24 * time.Hour

// patient is a mesh in trouble, in the current directory.
type patient struct {
	t  *testing.T
	at time.Time
	// args of the first call of doctor, and whether there is an observation.
	args     []string
	observed bool
	// restarted is what kubectl was told.
	restarted []string
}

// newPatient makes a healthy mesh with the command that makes one.
func newPatient(t *testing.T) *patient {
	t.Helper()
	t.Chdir(t.TempDir())
	p := &patient{t: t, at: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	p.run("init", "--new", "--linkerd-version", "2.18", "--name", "east")
	return p
}

func (p *patient) run(args ...string) string {
	p.t.Helper()
	r := callAt(p.t, p.at, "", nil, args...)
	if r.code != ExitDone {
		p.t.Fatalf("%v: code %d: %s%s", args, r.code, r.out, r.stderr)
	}
	return r.out
}

func (p *patient) state() *state.Rotation {
	p.t.Helper()
	text, err := os.ReadFile("rotation.yaml")
	if err != nil {
		p.t.Fatal(err)
	}
	s, err := state.Parse("rotation.yaml", text)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// observe writes what a collector sees of a mesh that has the phase, but for
// what spoil changes.
func (p *patient) observe(spoil func(*rotation.Observation)) {
	p.t.Helper()
	p.at = p.at.Add(time.Hour)
	s := p.state()
	m, err := rotation.MaterialOf(s)
	if err != nil {
		p.t.Fatal(err)
	}
	prints := func(certs []pki.Certificate) (list []string) {
		for _, c := range certs {
			list = append(list, c.Fingerprint())
		}
		return list
	}
	bundle, chain := prints(m.Bundle.Certificates()), prints(m.Issuer)
	o := &rotation.Observation{
		APIVersion: state.APIVersion, Kind: rotation.ObservationKind, Cluster: "east", At: p.at.Format(time.RFC3339), Covers: rotation.Groups,
		ControlPlane: rotation.Delivery{TrustRoots: bundle, Injectors: []rotation.Injector{{Pod: "injector-0", Bundle: bundle}}},
		Identity:     []rotation.Replica{{Pod: "identity-0", Bundle: bundle, Issuer: chain}},
		Endpoints:    []rotation.Endpoint{{Group: rotation.GroupProxies, Namespace: "shop", Workload: "cart", Bundle: bundle, Chain: chain, Count: 3}},
	}
	for _, name := range slices.Sorted(maps.Keys(s.Status.Webhooks)) {
		certificate, ca, _ := s.WebhookMaterial(name)
		served, err := pki.ParseChain([]byte(certificate))
		trusted, wrong := pki.ParseChain([]byte(ca))
		if err != nil || wrong != nil {
			p.t.Fatal(err, wrong)
		}
		o.Webhooks = append(o.Webhooks, rotation.Hook{Name: name, CABundle: prints(trusted), Served: prints(served)})
	}
	if spoil != nil {
		spoil(o)
	}
	text, err := json.Marshal(o)
	if err == nil {
		err = os.WriteFile("observation.yaml", text, 0o600)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.at = p.at.Add(time.Minute)
	p.observed = true
}

// doctor is one call, and whether it found nothing.
func (p *patient) doctor() []recovery.Diagnosis {
	p.t.Helper()
	args := append([]string{"doctor", "-o", "json"}, p.args...)
	if p.observed {
		args = append(args, "--evidence", "observation.yaml")
	}
	r := callAt(p.t, p.at, "", nil, args...)
	var found []recovery.Diagnosis
	if err := json.Unmarshal([]byte(r.out), &found); err != nil || (r.code == ExitDone) != (len(found) == 0) {
		p.t.Fatalf("doctor: code %d: %v: %s%s", r.code, err, r.out, r.stderr)
	}
	p.args = nil
	return found
}

// follow does what one step says, to the letter.
func (p *patient) follow(s recovery.Step) {
	p.t.Helper()
	words := strings.Fields(s.Command)
	switch {
	case strings.HasPrefix(s.Command, "l5d-pki-render observe "):
		p.observe(nil)
	case s.Command == "":
	case words[0] == "l5d-pki-render" && words[1] == "status": // the next situation may still show
		if r := callAt(p.t, p.at, "", nil, words[1:]...); r.stderr != "" {
			p.t.Fatalf("%s: %s", s.Command, r.stderr)
		}
	case words[0] == "l5d-pki-render":
		p.run(words[1:]...)
	case words[0] == "git":
		runGit(p.t, words[1:]...)
	case words[0] == "kubectl":
		p.restarted = append(p.restarted, s.Command) // what it restarts has the phase in the next observation
	default:
		p.t.Fatalf("nobody knows how to run %q", s.Command)
	}
}

func runGit(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
}

// patients has one entry for each situation: how it comes about.
var patients = map[string]func(*patient){
	"issuer-expired": func(p *patient) { p.at = p.at.Add(366 * day) },
	"anchor-expired": func(p *patient) {
		p.adoptTwin(func(key pki.Key, before, _ *x509.Certificate) (*x509.Certificate, error) {
			short, err := pki.RenewAnchor(pki.Certificate{Certificate: before}, key, pki.PeriodAt(p.at, time.Hour, 10*day), rand.Reader)
			return short.Certificate, err
		})
		p.at = p.at.Add(11 * day)
	},
	"anchor-and-issuer-expired": func(p *patient) {
		p.at = p.at.Add(3700 * day)
	},
	"anchor-key-lost": func(p *patient) { p.at = p.at.Add(day); p.lose("keys/2026.key") },
	"issuer-key-lost": func(p *patient) { p.at = p.at.Add(day); p.lose("keys/2026-1.key") },
	"wrong-key-file": func(p *patient) {
		p.keepsInGit()
		other, err := os.ReadFile("keys/2026-1.age")
		if err == nil {
			err = os.WriteFile("keys/2026.age", other, 0o600)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	},
	"webhook-expired": func(p *patient) {
		p.at = p.at.Add(300 * day)
		p.run("start", "issuer")
		p.observe(nil)
		p.run("advance", "--evidence", "observation.yaml")
		p.observed = false
		p.at = p.at.Add(70 * day)
	},
	"refused-issuer": func(p *patient) {
		p.at = p.at.Add(day)
		p.adoptTwin(func(key pki.Key, _, twin *x509.Certificate) (*x509.Certificate, error) {
			twin.PermittedDNSDomains = []string{"example.org"}
			der, err := x509.CreateCertificate(rand.Reader, twin, twin, key.Signer().Public(), key.Signer())
			if err != nil {
				return nil, err
			}
			return x509.ParseCertificate(der)
		})
	},
	"leaves-expired": func(p *patient) {
		p.args = []string{"--down-since", p.at.Add(-30 * time.Hour).Format(time.RFC3339)}
	},
	"half-applied-phase": func(p *patient) {
		old := p.bundle()
		p.at = p.at.Add(day)
		p.run("start", "anchor", "--strategy", "bundle")
		p.observe(func(o *rotation.Observation) { o.ControlPlane.Injectors[0].Bundle = old })
	},
	"reverted-commit": func(p *patient) {
		runGit(p.t, "init", "-q")
		if err := os.WriteFile(".gitignore", []byte("keys/\n"), 0o600); err != nil {
			p.t.Fatal(err)
		}
		runGit(p.t, "add", "rotation.yaml", ".gitignore")
		runGit(p.t, "commit", "-qm", "stable")
		p.at = p.at.Add(day)
		p.run("start", "anchor", "--strategy", "bundle")
		runGit(p.t, "commit", "-qam", "anchor-added")
		runGit(p.t, "revert", "--no-edit", "HEAD")
	},
	"edited-log": func(p *patient) {
		runGit(p.t, "init", "-q")
		if err := os.WriteFile(".gitignore", []byte("keys/\n"), 0o600); err != nil {
			p.t.Fatal(err)
		}
		p.at = p.at.Add(day)
		p.run("start", "anchor", "--strategy", "bundle")
		p.run("advance", "--assume", "BUNDLE-DELIVERED", "--because", "a test")
		runGit(p.t, "add", "rotation.yaml")
		runGit(p.t, "commit", "-qm", "anchor-spread")
		text, err := os.ReadFile("rotation.yaml")
		if err == nil {
			err = os.WriteFile("rotation.yaml", []byte(strings.ReplaceAll(string(text), "phase: anchor-spread", "phase: issuer-switched")), 0o600)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	},
	"stale-outputs": func(p *patient) {
		text, err := os.ReadFile("rotation.yaml")
		if err == nil {
			text = []byte(strings.Replace(keylessScheme(string(text)), "\nstatus:", "\n  outputs:\n  - {kind: values, path: values.yaml}\nstatus:", 1))
			err = os.WriteFile("rotation.yaml", text, 0o600)
		}
		if err != nil {
			p.t.Fatal(err)
		}
		p.run("sync")
		p.at = p.at.Add(day)
		p.run("start", "anchor", "--strategy", "bundle")
	},
	"missed-issuer-reload": func(p *patient) {
		old, err := rotation.MaterialOf(p.state())
		if err != nil {
			p.t.Fatal(err)
		}
		p.at = p.at.Add(day)
		p.run("start", "issuer")
		p.observe(func(o *rotation.Observation) { o.Identity[0].Issuer = []string{old.Issuer[0].Fingerprint()} })
	},
	"wrong-bundle-in-pods": func(p *patient) {
		p.observe(func(o *rotation.Observation) { o.Endpoints[0].Bundle = []string{strings.Repeat("ab", 32)} })
	},
	"two-meshes": func(p *patient) {
		p.observe(func(o *rotation.Observation) {
			o.ControlPlane.TrustRoots = []string{strings.Repeat("cd", 32)}
			o.ControlPlane.Injectors[0].Bundle = o.ControlPlane.TrustRoots
		})
	},
}

func (p *patient) lose(key string) {
	if err := os.Remove(key); err != nil {
		p.t.Fatal(err)
	}
}

func (p *patient) bundle() (list []string) {
	m, err := rotation.MaterialOf(p.state())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range m.Bundle.Certificates() {
		list = append(list, c.Fingerprint())
	}
	return list
}

// adoptTwin puts an anchor in force in the place of the one that signed the same
// issuer: same name, same key. The template is one of such an anchor.
func (p *patient) adoptTwin(make func(key pki.Key, before, template *x509.Certificate) (*x509.Certificate, error)) {
	p.t.Helper()
	text, err := os.ReadFile("keys/2026.key")
	if err != nil {
		p.t.Fatal(err)
	}
	key, err := pki.ParseKey(text)
	if err != nil {
		p.t.Fatal(err)
	}
	s := p.state()
	before, err := pki.ReadBundle([]byte(s.Status.Anchors[0].Certificate))
	if err != nil {
		p.t.Fatal(err)
	}
	old := before.Certificates()[0].Certificate
	twin, err := make(key, old, &x509.Certificate{
		SerialNumber: big.NewInt(7), RawSubject: old.RawSubject, NotBefore: old.NotBefore, NotAfter: old.NotAfter, SubjectKeyId: old.SubjectKeyId,
		IsCA: true, BasicConstraintsValid: true, MaxPathLen: -1, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	s.Status.Anchors[0].Certificate = string(pki.Certificate{Certificate: twin}.PEM()) + "\n"
	s.Status.Log = nil
	written, err := os.ReadFile("rotation.yaml")
	if err != nil {
		p.t.Fatal(err)
	}
	next, err := state.Update(written, s)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile("rotation.yaml", next, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// TestDoctor brings each situation about, follows what doctor prints to the
// letter until it finds nothing, or until it says what a person must decide, and
// then asks status and lint.
func TestDoctor(t *testing.T) {
	for _, s := range recovery.Situations {
		t.Run(s.Name, func(t *testing.T) {
			make, ok := patients[s.Name]
			if !ok {
				t.Fatal("no test brings this situation about")
			}
			p := newPatient(t)
			if found := p.doctor(); len(found) != 0 {
				t.Fatalf("a healthy mesh: %+v", found)
			}
			make(p)
			found := p.doctor()
			if len(found) == 0 || found[0].Name != s.Name {
				t.Fatalf("doctor finds %+v", found)
			}
			for round := 0; len(found) > 0; round++ {
				if round == 4 {
					t.Fatalf("doctor goes in circles: %+v", found)
				}
				for _, step := range found[0].Steps {
					p.follow(step)
				}
				if found[0].Person != "" && slices.Contains([]string{"two-meshes", "edited-log"}, s.Name) {
					return // no command of ours decides which mesh it is, or what the cluster got by an edit
				}
				found = p.doctor()
			}
			p.run("status")
			p.run("lint")
			if strings.HasSuffix(s.Name, "expired") && s.Name != "webhook-expired" {
				if len(p.restarted) == 0 || !strings.HasSuffix(p.restarted[0], "deploy/linkerd-identity") {
					t.Errorf("identity restarts first: %q", p.restarted)
				}
			}
		})
	}
}

// TestWrongKeyFiles: a key file that is damaged, somebody else's or another certificate's is
// called good by no command, and none has it committed; nor a key in clear that Git shows.
func TestWrongKeyFiles(t *testing.T) {
	stranger := func(t *testing.T) string {
		key, err := pki.MintKey(pki.FormSEC1, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return string(key.PEM()) + "\n"
	}
	for name, spoil := range map[string]func(t *testing.T, key string) string{
		"empty":        func(*testing.T, string) string { return "" },
		"cut off":      func(_ *testing.T, key string) string { return key[:len(key)/2] },
		"a stranger's": func(t *testing.T, _ string) string { return stranger(t) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t)
			for _, path := range []string{"keys/2026.key", "keys/2026-1.key"} {
				key, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				p.spoiled(path, spoil(t, string(key)))
				for _, command := range [][]string{{"custody", "status"}, {"lint"}, {"doctor"}, {"status"}} {
					if r := callAt(t, p.at, "", nil, command...); r.code == ExitDone || !strings.Contains(r.out+r.stderr, path) {
						t.Errorf("%q of %s: code %d: %s%s", command, path, r.code, r.out, r.stderr)
					}
				}
				p.spoiled(path, string(key))
				p.run("status")
			}
		})
	}
	t.Run("shown by Git", func(t *testing.T) {
		p := newPatient(t)
		runGit(t, "init", "-q")
		p.spoiled(".gitignore", "/keys/\n")
		runGit(t, "add", "-A")
		runGit(t, "commit", "-qm", "stable")
		p.run("status")
		p.spoiled(".gitignore", "")
		for _, command := range [][]string{{"status"}, {"doctor"}} {
			r := callAt(t, p.at, "", nil, command...)
			if r.code != ExitFailed || !strings.Contains(r.out, "Git would commit this private key in clear") || strings.Contains(r.out, "git add") {
				t.Errorf("%q: code %d: %s%s", command, r.code, r.out, r.stderr)
			}
		}
		p.spoiled(".l5d-pki-render-allow", "keys/*\n") // test material
		if out := p.run("status") + p.run("doctor"); strings.Contains(out, "Git would commit") {
			t.Errorf("allowed: %s", out)
		}
		p.lose(".l5d-pki-render-allow")
		runGit(t, "checkout", "-q", ".gitignore")
		runGit(t, "add", "-f", "keys/2026.key")
		if r := callAt(t, p.at, "", nil, "status"); r.code != ExitFailed || strings.Contains(r.out, "git add") {
			t.Errorf("tracked: code %d: %s%s", r.code, r.out, r.stderr)
		}
	})
}

// keepsInGit begins again, with keys that are sealed and committed.
func (p *patient) keepsInGit() {
	p.t.Helper()
	id, err := age.GenerateX25519Identity()
	if err == nil {
		err = errors.Join(os.RemoveAll("keys"), os.Remove("rotation.yaml"))
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.run("init", "--new", "--linkerd-version", "2.18", "--name", "east", "--recipient", id.Recipient().String())
	runGit(p.t, "init", "-q")
	runGit(p.t, "add", "-A")
	runGit(p.t, "commit", "-qm", "one")
}

func (p *patient) spoiled(file, text string) {
	p.t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}
