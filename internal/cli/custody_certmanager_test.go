package cli

import (
	"crypto/rand"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// Fields of cert-manager.io/v1 and trust.cert-manager.io/v1alpha1 that are
// written, by kind (pkg/apis/certmanager/v1/types_certificate.go, types_issuer.go;
// trust-manager: pkg/apis/trust/v1alpha1/types_bundle.go). The module in
// internal/custody/clustertest reads the objects with the types themselves.
var certManagerFields = map[string]map[string][]string{
	"Certificate": {
		"":                    {"apiVersion", "kind", "metadata", "spec"},
		"metadata":            {"name", "namespace", "labels", "annotations"},
		"spec":                {"secretName", "secretTemplate", "isCA", "commonName", "dnsNames", "duration", "renewBefore", "renewal", "privateKey", "usages", "issuerRef"},
		"spec.secretTemplate": {"labels"},
		"spec.renewal":        {"policy"},
		"spec.privateKey":     {"algorithm", "size", "rotationPolicy"},
		"spec.issuerRef":      {"group", "kind", "name"},
	},
	"ClusterIssuer": {"": {"apiVersion", "kind", "metadata", "spec"}, "metadata": {"name"}, "spec": {"ca", "selfSigned"}, "spec.ca": {"secretName"}, "spec.selfSigned": {}},
	"Bundle": {
		"": {"apiVersion", "kind", "metadata", "spec"}, "metadata": {"name"}, "spec": {"sources", "target"}, "spec.sources": {"inLine"},
		"spec.target": {"configMap", "namespaceSelector"}, "spec.target.configMap": {"key"}, "spec.target.namespaceSelector": {"matchLabels"},
	},
}

// clusterCA is what cert-manager does, as far as a rotation sees it: it makes
// anchors, and issuers under the anchor that an issuerRef names.
type clusterCA struct {
	anchors map[string]pki.Certificate // by Secret
	keys    map[string]pki.Key
	at      time.Time
}

// apply makes what the Certificates of a stream ask for and gives the issuers,
// by Secret. One that is there and still asked for as it is stays.
func (ca *clusterCA) apply(t *testing.T, stream string) (objects map[string]map[string]any, issuers map[string]pki.Certificate) {
	t.Helper()
	objects, issuers = map[string]map[string]any{}, map[string]pki.Certificate{}
	for _, d := range manifest.Split([]byte(stream)) {
		var o map[string]any
		if err := yaml.Unmarshal(d.Text, &o); err != nil {
			t.Fatal(err)
		}
		kind, _ := o["kind"].(string)
		checkFields(t, certManagerFields[kind], "", o)
		name := o["metadata"].(map[string]any)["name"].(string)
		if objects[kind+" "+name] != nil {
			t.Fatalf("%s %s stands twice", kind, name)
		}
		objects[kind+" "+name] = o["spec"].(map[string]any)
	}
	for _, round := range []bool{true, false} { // anchors first
		for name, spec := range objects {
			if !strings.HasPrefix(name, "Certificate ") {
				continue
			}
			ref := spec["issuerRef"].(map[string]any)["name"].(string)
			secret := spec["secretName"].(string)
			life, err := time.ParseDuration(spec["duration"].(string))
			if err != nil {
				t.Fatal(err)
			}
			issuer := objects["ClusterIssuer "+ref]
			if issuer == nil {
				t.Fatalf("%s: there is no ClusterIssuer %s", name, ref)
			}
			period := pki.PeriodAt(ca.at, 0, life)
			_, isAnchor := issuer["selfSigned"]
			switch _, made := ca.anchors[secret]; {
			case isAnchor && round && !made:
				key := must(t, func() (pki.Key, error) { return pki.MintKey(pki.FormSEC1, rand.Reader) })
				ca.keys[secret] = key
				ca.anchors[secret] = must(t, func() (pki.Certificate, error) {
					return pki.MintAnchor(key, spec["commonName"].(string), period, rand.Reader)
				})
			case !isAnchor && !round:
				from := issuer["ca"].(map[string]any)["secretName"].(string)
				if ca.anchors[from].Certificate == nil {
					t.Fatalf("%s: the Secret %s is not there", name, from)
				}
				key := must(t, func() (pki.Key, error) { return pki.MintKey(pki.FormSEC1, rand.Reader) })
				issuers[secret] = must(t, func() (pki.Certificate, error) {
					return pki.MintIssuer(key.Signer().Public(), spec["commonName"].(string), ca.anchors[from], ca.keys[from], period, rand.Reader)
				})
			}
		}
	}
	return objects, issuers
}

func must[T any](t *testing.T, f func() (T, error)) T {
	t.Helper()
	v, err := f()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func certManagerState(t *testing.T, fields string) string {
	t.Helper()
	path := referring(t, "{kind: cert-manager"+fields+"}", "kubernetes.io/tls")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	with := string(text)
	start, end := strings.Index(with, "  webhooks:\n"), strings.Index(with, "  log:\n")
	if end < 0 {
		end = len(with)
	}
	with = with[:start] + with[end:]
	with = strings.Replace(with, "  linkerd:\n", "  linkerd:\n    externalCA: true\n", 1)
	with = strings.Replace(with, "    key: \"2025-1\"\n", "", 1)
	with = strings.Replace(with, "  - name: \"2025\"\n    role: current\n", "  - name: \"2025\"\n    role: current\n    key: linkerd-trust-anchor-2025\n", 1)
	if err := os.WriteFile(path, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func pemFile(t *testing.T, dir, name string, c pki.Certificate) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, append(c.PEM(), '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCM walks an anchor rotation whose keys cert-manager makes: the incoming
// anchor is made and read back before the start, the issuer's Certificate
// changes its issuerRef in the phase that switches, the Bundle has the bundle of
// the phase, and what the switch made is read back.
func TestCM(t *testing.T) {
	path := certManagerState(t, "")
	dir := filepath.Dir(path)
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	fixture := must(t, func() (pki.Chain, error) { return pki.ParseChain([]byte(readFixture(t, "pki", "anchor-2025.crt"))) })
	key := must(t, func() (pki.Key, error) { return pki.ParseKey([]byte(readFixture(t, "pki", "anchor-2025.key"))) })
	ca := &clusterCA{map[string]pki.Certificate{"linkerd-trust-anchor-2025": fixture[0]}, map[string]pki.Key{"linkerd-trust-anchor-2025": key}, at}

	_, first := ca.apply(t, mustCall(t, "", "custody", "incoming", "--name", "2026", "-s", path).out)
	anchor := pemFile(t, dir, "2026.pem", ca.anchors["linkerd-trust-anchor-2026"])
	issuer := pemFile(t, dir, "2026-1.pem", first["linkerd-identity-issuer-2026-1"])
	at = at.Add(time.Minute) // clocks of proxies may be behind
	started := callAt(t, at, "", nil, "start", "anchor", "--name", "2026", "--anchor", anchor, "--signed", issuer, "-s", path)
	if started.code != ExitDone {
		t.Fatal(started.stderr)
	}
	refs := map[string]string{}
	for phase := ""; phase != state.PhaseStable; {
		stream := mustCall(t, "", "manifests", "-s", path).out
		objects, issuers := ca.apply(t, stream)
		s := must(t, func() (*state.Rotation, error) { text, _ := os.ReadFile(path); return state.Parse(path, text) })
		phase = s.Status.Phase
		certificate := objects["Certificate linkerd-identity-issuer"]
		refs[phase] = certificate["issuerRef"].(map[string]any)["name"].(string)
		wantPolicy := "Disabled"
		if phase == state.PhaseStable {
			wantPolicy = "RenewBefore"
		}
		if got := certificate["renewal"].(map[string]any)["policy"]; got != wantPolicy {
			t.Errorf("%s: renewal of the issuer is %v", phase, got)
		}
		for name, spec := range objects {
			if strings.HasPrefix(name, "Certificate linkerd-trust-anchor-") && spec["renewal"].(map[string]any)["policy"] != "Disabled" {
				t.Errorf("%s: %s is renewed", phase, name)
			}
		}
		var bundle strings.Builder
		for _, a := range s.Bundle() {
			bundle.WriteString(a.Certificate)
		}
		if got := objects["Bundle linkerd-identity-trust-roots"]["sources"].([]any)[0].(map[string]any)["inLine"]; got != strings.TrimSpace(bundle.String()) {
			t.Errorf("%s: the Bundle is not the phase's", phase)
		}
		if strings.Contains(stream, "kind: ConfigMap") {
			t.Errorf("%s: trust roots are written twice", phase)
		}
		made := pemFile(t, dir, "now.pem", issuers["linkerd-identity-issuer"])
		back := callAt(t, at, "", nil, "custody", "read-back", "--issuer", made, "-s", path)
		if back.code != ExitDone {
			t.Fatalf("%s: %s", phase, back.stderr)
		}
		if !strings.Contains(mustCall(t, "", "manifests", "-s", path).out, issuers["linkerd-identity-issuer"].Fingerprint()) {
			t.Errorf("%s: what was read back is not expected", phase)
		}
		if phase == state.PhaseStable {
			break
		}
		at = at.Add(25 * time.Hour)
		moved := callAt(t, at, "", nil, "advance", "-s", path, "--because", "a test", "--assume", "BUNDLE-DELIVERED", "--assume", "BUNDLE-LOADED", "--assume", "ISSUER-LOADED", "--assume", "LEAVES-RENEWED")
		if moved.code != ExitDone {
			t.Fatal(moved.stderr)
		}
	}
	const old, next = "linkerd-trust-anchor-2025", "linkerd-trust-anchor-2026"
	want := map[string]string{"anchor-added": old, "anchor-spread": old, "issuer-switched": next, "issuer-spread": next, "anchor-dropped": next, "stable": next}
	if !maps.Equal(refs, want) {
		t.Errorf("issuerRef by phase: %v", refs)
	}
	if out := mustCall(t, "", "log", "--width", "200", "-s", path).out; !strings.Contains(out, " replaced ") {
		t.Error(out)
	}
}

// TestCMRefused: what cert-manager would do behind the gate's back, or cannot do.
func TestCMRefused(t *testing.T) {
	for name, c := range map[string]struct {
		fields string
		edit   edit
		args   []string
		code   string
	}{
		"renewed within a phase": {", renewBefore: 25h", replace("spec:\n", "spec:\n  validity: {issuer: 48h}\n"), []string{"manifests"}, "custody-renewal"},
		"renewed too late":       {", renewBefore: 1m", same, []string{"manifests"}, "custody-renew-before"},
		"incoming, the same":     {", renewBefore: 25h", replace("spec:\n", "spec:\n  validity: {issuer: 48h}\n"), []string{"custody", "incoming", "--name", "2026"}, "custody-renewal"},
		"an anchor of others":    {"", replace("    key: linkerd-trust-anchor-2025\n", "    key: somebody-else\n"), []string{"manifests"}, "custody-foreign-anchor"},
		"the other scheme":       {"", replace("issuerScheme: kubernetes.io/tls", "issuerScheme: linkerd.io/tls"), []string{"manifests"}, "custody-scheme"},
		"minting here":           {"", same, []string{"start", "anchor"}, "custody-no-seal"},
		"by cross-sign":          {"", same, []string{"start", "anchor", "--strategy", "cross-sign"}, "custody-cross-sign"},
		"without a name":         {"", same, absolute(t, []string{"start", "anchor", "--anchor", "pki/anchor-2026.crt", "--signed", "pki/issuer-2026-1.crt"}), "custody-unnamed"},
		"a long name":            {"", same, []string{"custody", "incoming", "--name", strings.Repeat("x", 60)}, "custody-long-name"},
		"no name at all":         {"", same, []string{"custody", "incoming", "--name", "a b"}, "state-name"},
		"back: the same":         {"", same, absolute(t, []string{"custody", "read-back", "--issuer", "pki/issuer-2025-1.crt"}), "rotation-reissued"},
		"back: another anchor's": {"", same, absolute(t, []string{"custody", "read-back", "--issuer", "pki/issuer-2026-1.crt"}), "rotation-reissued"},
		"back: a leaf":           {"", same, absolute(t, []string{"custody", "read-back", "--issuer", "pki/proxy-injector.crt"}), "rotation-reissued"},
		"back: expired":          {"", same, absolute(t, []string{"custody", "read-back", "--issuer", "pki/hostile-expired-issuer.crt"}), "rotation-reissued"},
	} {
		t.Run(name, func(t *testing.T) {
			path := certManagerState(t, c.fields)
			refusedWhole(t, path, c.edit, c.args, c.code)
		})
	}
	file := walkState(t, "bundle/stable.yaml")
	checkRefusal(t, call(t, "", nil, absolute(t, []string{"custody", "read-back", "--issuer", "pki/issuer-2025-2.crt", "-s", file})...), "custody-no-read-back", "")
	checkRefusal(t, call(t, "", nil, "custody", "incoming", "--name", "2026", "-s", file), "custody-not-cert-manager", "")
}
