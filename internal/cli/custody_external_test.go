package cli

import (
	"crypto/tls"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// refusedWhole edits the state at a path by hand, then makes a call that has to be
// refused and to leave every file beside the state as it was.
func refusedWhole(t *testing.T, path string, edit edit, args []string, code string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(edit(t, string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, filepath.Dir(path))
	checkRefusal(t, call(t, "", nil, append(args, "-s", path)...), code, "")
	if !maps.Equal(snapshot(t, filepath.Dir(path)), before) {
		t.Error("files changed")
	}
}

// referring is a mesh in a custody of references, in a folder of its own.
func referring(t *testing.T, custody, scheme string) string {
	t.Helper()
	path := walkState(t, "bundle/stable.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	with := strings.Replace(string(text), "custody: {kind: file}", "outputs: [{kind: manifests, path: pki.yaml}]\n  custody: "+custody, 1)
	with = strings.Replace(with, "  linkerd:\n", "  linkerd:\n    issuerScheme: "+scheme+"\n", 1)
	with = strings.NewReplacer("key: pki/issuer-2025-1.key", `key: "2025-1"`, "key: pki/proxy-injector.key", "key: proxy-injector",
		"key: pki/sp-validator.key", "key: sp-validator", "key: pki/policy-validator.key", "key: policy-validator").Replace(with)
	if with == string(text) || strings.Contains(with, ".key\n") {
		t.Fatalf("the fixture has another form:\n%s", with)
	}
	if err := os.WriteFile(path, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// stores is a secret store: names to keys. The fixture's are there already.
func stores(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"mesh/2025-1":           readFixture(t, "pki", "issuer-2025-1.key"),
		"mesh/proxy-injector":   readFixture(t, "pki", "proxy-injector.key"),
		"mesh/sp-validator":     readFixture(t, "pki", "sp-validator.key"),
		"mesh/policy-validator": readFixture(t, "pki", "policy-validator.key"),
	}
}

// Fields of external-secrets.io/v1 ExternalSecret that are written, by the path
// of their object: apis/externalsecrets/v1/externalsecret_types.go.
var externalFields = map[string][]string{
	"":                              {"apiVersion", "kind", "metadata", "spec"},
	"metadata":                      {"name", "namespace", "labels", "annotations"},
	"spec":                          {"data", "refreshInterval", "secretStoreRef", "target"},
	"spec.secretStoreRef":           {"kind", "name"},
	"spec.target":                   {"creationPolicy", "deletionPolicy", "name", "template"},
	"spec.target.template":          {"data", "engineVersion", "metadata", "type"},
	"spec.target.template.metadata": {"annotations", "labels"},
	"spec.data":                     {"remoteRef", "secretKey"},
	"spec.data.remoteRef":           {"key", "property"},
}

// checkFields: an object has the fields of its API and no others.
func checkFields(t *testing.T, fields map[string][]string, at string, node any) {
	t.Helper()
	switch node := node.(type) {
	case map[string]any:
		allowed, listed := fields[at]
		if !listed {
			return // names of people's own: labels, data
		}
		for key, value := range node {
			if !slices.Contains(allowed, key) {
				t.Errorf("%s has no field %q", at, key)
			}
			checkFields(t, fields, strings.TrimPrefix(at+"."+key, "."), value)
		}
	case []any:
		for _, item := range node {
			checkFields(t, fields, at, item)
		}
	}
}

// fetch makes the Secrets of a stream's ExternalSecrets as the operator does:
// keys from the store, the rest from templates (Go's text/template: engine v2).
func fetch(t *testing.T, stream string, store map[string]string) map[string]map[string]string {
	t.Helper()
	secrets := map[string]map[string]string{}
	for _, d := range manifest.Split([]byte(stream)) {
		var o map[string]any
		if err := yaml.Unmarshal(d.Text, &o); err != nil {
			t.Fatal(err)
		}
		if o["kind"] != "ExternalSecret" {
			continue
		}
		checkFields(t, externalFields, "", o)
		var e struct {
			Spec struct {
				SecretStoreRef struct{ Name, Kind string }
				Target         struct {
					Name     string
					Template struct{ Data map[string]string }
				}
				Data []struct {
					SecretKey string
					RemoteRef struct{ Key string }
				}
			}
		}
		if err := yaml.Unmarshal(d.Text, &e); err != nil {
			t.Fatal(err)
		}
		if e.Spec.SecretStoreRef.Name != "vault" || e.Spec.SecretStoreRef.Kind != "ClusterSecretStore" {
			t.Errorf("refers to %+v", e.Spec.SecretStoreRef)
		}
		fetched := map[string]string{}
		for _, entry := range e.Spec.Data {
			value, stored := store[entry.RemoteRef.Key]
			if !stored {
				t.Fatalf("the store has no %q", entry.RemoteRef.Key)
			}
			fetched[entry.SecretKey] = value
		}
		data := map[string]string{}
		for field, text := range e.Spec.Target.Template.Data {
			var out strings.Builder
			if err := template.Must(template.New(field).Option("missingkey=error").Parse(text)).Execute(&out, fetched); err != nil {
				t.Fatal(err)
			}
			data[field] = out.String()
		}
		secrets[e.Spec.Target.Name] = data
	}
	return secrets
}

// TestESO walks an anchor rotation whose keys are in a store: every
// phase refers to the key of the certificate that it serves, no output and no
// state has a key, and the keys that were made are handed out, 0600.
func TestESO(t *testing.T) {
	path := referring(t, "{kind: external-secret, store: vault, storeKind: ClusterSecretStore, remotePrefix: mesh/, remoteProperty: tls.key}", "kubernetes.io/tls")
	out := filepath.Join(t.TempDir(), "out")
	store := stores(t)
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	refused := callAt(t, at, "", nil, "start", "anchor", "-s", path)
	checkRefusal(t, refused, "custody-no-seal", "takes no keys")
	started := callAt(t, at, "", nil, "start", "anchor", "--key-out", out, "-s", path)
	if started.code != ExitDone || !strings.Contains(started.stderr, `store it as "mesh/2026-1"`) {
		t.Fatal(started.stderr)
	}
	for _, name := range []string{"2026", "2026-1"} {
		file := filepath.Join(out, name+".key")
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v", name, err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		store["mesh/"+name] = string(text)
	}
	serves := map[string]string{}
	for phase := ""; phase != state.PhaseStable; {
		stream := mustCall(t, "", "manifests", "-s", path).out
		if again := mustCall(t, "", "manifests", "-s", path).out; again != stream {
			t.Error("rendering again gives other bytes")
		}
		text, _ := os.ReadFile(path)
		if strings.Contains(stream+string(text), "PRIVATE KEY") {
			t.Fatal("a key in the state or in manifests")
		}
		s, err := state.Parse(path, text)
		if err != nil {
			t.Fatal(err)
		}
		phase = s.Status.Phase
		secrets := fetch(t, stream, store)
		if len(secrets) != 4 {
			t.Fatalf("%s: %d Secrets", phase, len(secrets))
		}
		for name, data := range secrets {
			if _, err := tls.X509KeyPair([]byte(data["tls.crt"]), []byte(data["tls.key"])); err != nil {
				t.Errorf("%s: %s: %v", phase, name, err)
			}
		}
		issuer := secrets["linkerd-identity-issuer"]
		if issuer["key.pem"] != issuer["tls.key"] || issuer["crt.pem"] != issuer["tls.crt"] || strings.TrimSpace(s.Issuing().Certificate) != issuer["tls.crt"] {
			t.Errorf("%s: serves another issuer than the state's", phase)
		}
		serves[phase] = issuer["tls.crt"]
		if phase == state.PhaseStable {
			break
		}
		at = at.Add(25 * time.Hour)
		moved := callAt(t, at, "", nil, "advance", "-s", path, "--because", "a test", "--assume", "BUNDLE-DELIVERED", "--assume", "BUNDLE-LOADED", "--assume", "ISSUER-LOADED", "--assume", "LEAVES-RENEWED")
		if moved.code != ExitDone {
			t.Fatal(moved.stderr)
		}
	}
	if serves["anchor-spread"] == serves["issuer-switched"] || serves["issuer-switched"] != serves["stable"] {
		t.Error("the issuer does not change where it should, and only there")
	}
}

// TestESORefused: what cannot be referred to is not written.
func TestESORefused(t *testing.T) {
	const custody = "{kind: external-secret, store: vault}"
	repository := t.TempDir()
	git(t, repository, "init", "-q")
	for name, c := range map[string]struct {
		custody string
		edit    edit
		args    []string
		code    string
	}{
		"no store":         {"{kind: external-secret}", same, []string{"manifests"}, "custody-no-store"},
		"no name":          {custody, replace("    key: \"2025-1\"\n", ""), []string{"manifests"}, "custody-no-remote-key"},
		"into Git":         {custody, same, []string{"start", "anchor", "--key-out", filepath.Join(repository, "keys")}, "custody-in-git"},
		"keys to files":    {custody, same, []string{"manifests", "--with-keys"}, "custody-no-open"},
		"another's field":  {"{kind: external-secret, store: vault, renewBefore: 1h}", same, []string{"manifests"}, "state-custody-field"},
		"no kind of store": {"{kind: external-secret, store: vault, storeKind: Safe}", same, []string{"manifests"}, "state-"},
		"out of a file":    {"{kind: file}", same, []string{"start", "anchor", "--key-out", t.TempDir(), "--assume", "DELIVERED-ELSEWHERE", "--because", "x"}, "custody-key-out"},
	} {
		t.Run(name, func(t *testing.T) {
			path := referring(t, c.custody, "kubernetes.io/tls")
			refusedWhole(t, path, c.edit, c.args, c.code)
		})
	}
	if entries, _ := os.ReadDir(repository); len(entries) != 1 {
		t.Errorf("%d entries in the repository, want .git alone", len(entries))
	}
}

// TestESOBrought: a key that was made in the store is named, never read.
func TestESOBrought(t *testing.T) {
	path := referring(t, "{kind: external-secret, store: vault, storeKind: ClusterSecretStore, remotePrefix: mesh/}", "linkerd.io/tls")
	brought := absolute(t, []string{"start", "issuer", "-s", path, "--signed", "pki/issuer-2025-2.crt", "--issuer-key", "team/second"})
	if got := call(t, "", nil, brought...); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	store := stores(t)
	store["mesh/team/second"] = readFixture(t, "pki", "issuer-2025-2.key")
	issuer := fetch(t, mustCall(t, "", "manifests", "-s", path).out, store)["linkerd-identity-issuer"]
	if _, err := tls.X509KeyPair([]byte(issuer["crt.pem"]), []byte(issuer["key.pem"])); err != nil {
		t.Error(err)
	}
}
