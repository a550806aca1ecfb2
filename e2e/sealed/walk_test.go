package sealed

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/fluxcd"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	"sigs.k8s.io/yaml"
)

// step is one move of a walk; what it needs is assumed.
type step struct {
	phase string
	needs []string
}

// walks are the rotations that bring new keys, from stable to stable.
var walks = map[string]struct {
	start []string
	steps []step
}{
	"anchor by bundle": {[]string{"anchor", "--strategy", "bundle"}, []step{
		{"anchor-added", nil}, {"anchor-spread", []string{"BUNDLE-DELIVERED"}}, {"issuer-switched", []string{"BUNDLE-LOADED"}},
		{"issuer-spread", []string{"ISSUER-LOADED"}}, {"anchor-dropped", []string{"LEAVES-RENEWED"}}, {"stable", []string{"BUNDLE-DELIVERED"}},
	}},
	// The issuer's chain changes in it without a new key: "b X" becomes "b".
	"anchor by cross-sign": {[]string{"anchor", "--strategy", "cross-sign"}, []step{
		{"issuer-switched", nil}, {"issuer-spread", []string{"ISSUER-LOADED"}}, {"anchor-swapped", []string{"LEAVES-RENEWED"}},
		{"anchor-spread", []string{"BUNDLE-DELIVERED"}}, {"stable", []string{"BUNDLE-LOADED"}},
	}},
	"issuer": {[]string{"issuer"}, []step{{"issuer-switched", nil}, {"stable", []string{"LEAVES-RENEWED"}}}},
	"webhooks": {[]string{"webhooks"}, []step{
		{"webhook-ca-added", nil}, {"webhook-cert-switched", []string{"WEBHOOK-CA-DELIVERED"}}, {"stable", []string{"WEBHOOK-CERT-SERVED"}},
	}},
}

// custodies are the kinds that are walked: how they begin, and how the receiving
// program opens what is in Git.
var custodies = map[string]struct {
	init    []string
	outputs string
	keys    string // folder
	opens   func(t *testing.T, r *repository, stream string)
	apart   []string // flags by which post-render writes no key
}{
	"age":  {[]string{"--recipient", "RECIPIENT"}, "[{kind: component, path: wave/kustomization.yaml, select: all}]", "keys", opensByAge, []string{"--secrets-apart"}},
	"sops": {[]string{"--custody", "sops"}, "[{kind: component, path: wave/kustomization.yaml, select: all}, {kind: manifests, path: cluster/pki.yaml}]", "keys", opensBySOPS, nil},
	"file": {[]string{"--custody", "file", "--keys-dir", "../keys"}, "[{kind: component, path: wave/kustomization.yaml, select: all}]", "../keys", opensByNobody, nil},
}

// TestWalks walks each rotation with each custody in a Git repository. In every
// phase the receiving program opens what was rendered, and the keys are those of
// the phase's certificates; no command touches a key file that is there.
func TestWalks(t *testing.T) {
	flux := startFlux(t)
	for _, kind := range slices.Sorted(maps.Keys(custodies)) {
		for _, walk := range slices.Sorted(maps.Keys(walks)) {
			t.Run(kind+"/"+walk, func(t *testing.T) { walkOne(t, kind, walk, flux) })
		}
	}
}

func walkOne(t *testing.T, kind, walk string, flux *fluxcd.Controller) {
	c, w := custodies[kind], walks[walk]
	r := newRepository(t)
	r.flux = flux
	r.write(t, ".sops.yaml", "creation_rules:\n- {path_regex: ^keys/, encrypted_regex: ^(data|stringData)$, age: "+r.recipient+"}\n")
	args := append([]string{"init", "--new", "--linkerd-version", "edge-25.10.7"}, c.init...)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "RECIPIENT", r.recipient)
	}
	r.must(t, "", "l5d-pki-render", args...)
	r.write(t, "rotation.yaml", strings.Replace(r.read(t, "rotation.yaml"), "status:\n", "  outputs: "+c.outputs+"\nstatus:\n", 1))
	r.must(t, "", "l5d-pki-render", "sync")
	r.commit(t, "init")
	c.opens(t, r, r.rendered(t, c.apart))
	before := r.keyFiles(t, c.keys)
	for i, s := range w.steps {
		move := append([]string{"start"}, w.start...)
		if i > 0 {
			move = []string{"advance"}
		}
		for _, need := range s.needs {
			move = append(move, "--assume", need, "--because", "seen in the test", "--force") // no time passes here
		}
		r.withIdentity(t, "", "l5d-pki-render", move...)
		after := r.keyFiles(t, c.keys)
		if i == 0 && len(after) <= len(before) {
			t.Fatalf("start brought no key file: %v", slices.Sorted(maps.Keys(after)))
		}
		r.unchanged(t, s.phase, before, after, i == 0)
		before = after
		if !strings.Contains(r.read(t, "rotation.yaml"), "phase: "+s.phase+"\n") {
			t.Fatalf("not in phase %s", s.phase)
		}
		r.must(t, "", "l5d-pki-render", "sync")
		c.opens(t, r, r.rendered(t, c.apart))
		// Once more: nothing to do, and nothing touched.
		r.must(t, "", "l5d-pki-render", "sync", "--check")
		if s.phase != "stable" {
			if out, _, err := r.run("", nil, "l5d-pki-render", "start", "issuer"); err == nil {
				t.Errorf("%s: a second start is not refused: %s", s.phase, out)
			}
		}
		r.unchanged(t, s.phase+" again", before, r.keyFiles(t, c.keys), false)
		r.commit(t, s.phase)
	}
	r.once(t, c.keys)
	r.keyless(t)
	r.must(t, "", "l5d-pki-render", "lint", "--repo", ".")
}

// rendered is the fixture's stream in the present phase, without keys but for
// custody file, rendered twice to the same bytes.
func (r *repository) rendered(t *testing.T, apart []string) string {
	t.Helper()
	input, err := os.ReadFile(peer.Fixture("rotation/input.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	call := append([]string{"post-render"}, apart...)
	once := r.must(t, string(input), "l5d-pki-render", call...)
	if again := r.must(t, once, "l5d-pki-render", call...); again != once {
		t.Error("rendering twice changes bytes")
	}
	return once
}

// unchanged holds that files which were there have the same bytes.
func (r *repository) unchanged(t *testing.T, when string, before, after map[string]string, more bool) {
	t.Helper()
	for name, text := range before {
		if after[name] != text {
			t.Errorf("%s: %s was touched", when, name)
		}
	}
	if !more && len(after) != len(before) {
		t.Errorf("%s: %d key files became %d", when, len(before), len(after))
	}
}

// once holds that Git has every key file in one commit only.
func (r *repository) once(t *testing.T, dir string) {
	t.Helper()
	for name := range r.keyFiles(t, dir) {
		commits := strings.Fields(r.must(t, "", "git", "log", "--format=%H", "--", "keys/"+name))
		if want := map[string]int{"keys": 1}[dir]; len(commits) != want {
			t.Errorf("%s is in %d commits, want %d", name, len(commits), want)
		}
	}
}

// keyless looks through every object that Git has.
func (r *repository) keyless(t *testing.T) {
	t.Helper()
	all := r.must(t, "", "git", "cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered")
	for _, form := range []string{"PRIVATE KEY", "UFJJVkFURSBLRVk", "BSSVZBVEUgS0VZ", "QUklWQVRFIEtFW", "AGE-SECRET-KEY"} {
		if i := strings.Index(all, form); i >= 0 {
			t.Errorf("Git holds a key in clear (%s)", form)
		}
	}
	if len(all) < 10_000 {
		t.Errorf("looked at %d bytes only", len(all))
	}
}

// paired proves that key and certificate belong together, and gives the chain.
func paired(t *testing.T, what, chain, key string) *x509.Certificate {
	t.Helper()
	pair, err := tls.X509KeyPair([]byte(chain), []byte(key))
	if err != nil {
		t.Fatalf("%s: the key is not its certificate's: %v", what, err)
	}
	return pair.Leaf
}

// crtPEM finds the issuer chain that the phase puts into linkerd-config.
var crtPEM = regexp.MustCompile(`(?s)crtPEM: \|-?\n(.*?-----END CERTIFICATE-----\n)\s*(?:[a-zA-Z]|$)`)

// signing is the chain that the phase signs with, as linkerd-config shows it.
func signing(t *testing.T, stream string) string {
	t.Helper()
	found := crtPEM.FindStringSubmatch(stream)
	if found == nil {
		t.Fatal("linkerd-config has no crtPEM")
	}
	return strings.TrimSpace(strings.ReplaceAll(regexp.MustCompile(`(?m)^ +`).ReplaceAllString(found[1], ""), "\r", ""))
}

// opensByAge: the stream has no Secret; the program age opens every key file that
// the state names, and each is its certificate's; the tool's own --with-keys
// gives the pairs of the phase.
func opensByAge(t *testing.T, r *repository, stream string) {
	t.Helper()
	if secrets, _ := secretsOf(t, stream); len(secrets) != 0 {
		t.Errorf("%d Secrets are left in the stream", len(secrets))
	}
	chain, opened := signing(t, stream), 0
	for _, k := range r.named(t) {
		key := r.must(t, "", "age", "-d", "-i", r.identity, k.Key)
		paired(t, k.Key, k.Certificate, key)
		if strings.HasPrefix(strings.TrimSpace(k.Certificate), strings.TrimSpace(firstBlock(chain))) {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("%d key files are the signing issuer's, want 1", opened)
	}
	input, _ := os.ReadFile(peer.Fixture("rotation/input.yaml"))
	checkPairs(t, r.withIdentity(t, string(input), "l5d-pki-render", "post-render", "--with-keys"), chain, nil)
}

func firstBlock(chain string) string {
	block, _ := pem.Decode([]byte(chain))
	return string(pem.EncodeToMemory(block))
}

// opensBySOPS: the program sops opens what stands in the Secrets' places, in the
// stream and in the file that Git has, and Flux applies that file; certificates are
// those of the phase.
func opensBySOPS(t *testing.T, r *repository, stream string) {
	t.Helper()
	chain := signing(t, stream)
	decrypt := func(text string) string {
		return r.withIdentity(t, text, "sops", "decrypt", "--input-type", "yaml", "--output-type", "yaml", "--filename-override", "pki.yaml")
	}
	checkPairs(t, stream, chain, decrypt)
	checkPairs(t, r.read(t, "cluster/pki.yaml"), chain, decrypt)
	opensByFlux(t, r, chain, decrypt)
	input, _ := os.ReadFile(peer.Fixture("rotation/input.yaml"))
	checkPairs(t, r.withIdentity(t, string(input), "l5d-pki-render", "post-render", "--with-keys"), chain, nil)
}

// opensByNobody: with custody file the stream has the keys, as it goes to a live host.
func opensByNobody(t *testing.T, r *repository, stream string) {
	t.Helper()
	checkPairs(t, stream, signing(t, stream), nil)
	for name := range r.keyFiles(t, "../keys") {
		info, err := os.Stat(filepath.Join(r.dir, "../keys", name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v (%v)", name, info.Mode(), err)
		}
	}
}

// checkPairs proves every Secret of a stream: keys are their certificates', and
// the issuer's chain is the phase's. decrypt, if given, opens each one first.
func checkPairs(t *testing.T, stream, chain string, decrypt func(string) string) {
	t.Helper()
	secrets, texts := secretsOf(t, stream)
	if len(secrets) != 4 {
		t.Fatalf("%d Secrets: %v", len(secrets), slices.Sorted(maps.Keys(secrets)))
	}
	for name, s := range secrets {
		if decrypt != nil {
			if s.SOPS == nil {
				t.Fatalf("%s is not encrypted", name)
			}
			var plain secret
			if err := yaml.Unmarshal([]byte(decrypt(texts[name])), &plain); err != nil {
				t.Fatal(err)
			}
			s = plain
		}
		pairs := 0
		for crt, key := range map[string]string{"tls.crt": "tls.key", "crt.pem": "key.pem"} {
			if s.Data[key] == "" || s.Data[crt] == "" {
				continue
			}
			paired(t, name+" "+key, s.field(t, crt), s.field(t, key))
			if name == "linkerd-identity-issuer" && strings.TrimSpace(s.field(t, crt)) != chain {
				t.Errorf("%s %s is not the chain of the phase", name, crt)
			}
			pairs++
		}
		if pairs == 0 {
			t.Errorf("%s has no key", name)
		}
	}
}

// namedKey is a certificate of the state and the path of its key.
type namedKey struct {
	Certificate, Key string
}

// named are the keys that the state names.
func (r *repository) named(t *testing.T) (all []namedKey) {
	t.Helper()
	var s struct {
		Status struct {
			Anchors, Issuers []namedKey
			Webhooks         map[string]struct {
				namedKey
				Incoming *namedKey
			}
		}
	}
	if err := yaml.Unmarshal([]byte(r.read(t, "rotation.yaml")), &s); err != nil {
		t.Fatal(err)
	}
	all = append(s.Status.Anchors, s.Status.Issuers...)
	for _, w := range s.Status.Webhooks {
		all = append(all, w.namedKey)
		if w.Incoming != nil {
			all = append(all, *w.Incoming)
		}
	}
	if len(all) < 5 {
		t.Fatalf("the state names %d keys", len(all))
	}
	return all
}
