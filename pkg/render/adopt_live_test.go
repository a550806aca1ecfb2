package render_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// dump is what `kubectl get -o yaml` gives of an applied stream: one List, with
// what the API server and kubectl apply add.
func dump(t testing.TB, stream []byte, also ...map[string]any) []byte {
	t.Helper()
	var items []any
	for _, o := range also {
		items = append(items, o)
	}
	for i, text := range strings.Split("\n"+string(stream), "\n---") {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(strings.TrimLeft(text, " ")), &o); err != nil {
			t.Fatal(err)
		}
		if o["kind"] == nil {
			continue
		}
		applied, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		meta := o["metadata"].(map[string]any)
		annotations, _ := meta["annotations"].(map[string]any)
		if annotations == nil {
			annotations = map[string]any{}
		}
		annotations["kubectl.kubernetes.io/last-applied-configuration"] = string(applied) + "\n"
		meta["annotations"] = annotations
		meta["resourceVersion"], meta["uid"], meta["generation"] = fmt.Sprint(1000+i), "2b7d", 3
		meta["creationTimestamp"] = "2026-01-01T00:00:00Z"
		meta["managedFields"] = []any{map[string]any{"manager": "kubectl", "operation": "Apply", "fieldsV1": map[string]any{"f:data": map[string]any{".": map[string]any{}}}}}
		o["status"] = map[string]any{"observedGeneration": 3}
		items = append(items, o)
	}
	if len(items) < 20 {
		t.Fatalf("%d objects", len(items))
	}
	out, err := yaml.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "metadata": map[string]any{"resourceVersion": ""}, "items": items})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestAdoptDump: a dump of the cluster gives the state that the render gives,
// and rendering the dump changes nothing; so does its JSON.
func TestAdoptDump(t *testing.T) {
	oracle(t)
	for version := range oracleVersions {
		for _, set := range []string{"pinned/anchor-added.yaml", "unpinned/stable.1.yaml"} {
			stream := mustRead(t, filepath.Join(oracleFolder, version, set))
			live := dump(t, stream)
			want := mustAdopt(t, version, adopting(stream))
			if got := mustAdopt(t, version+" dumped", adopting(live)); !got.Equal(want) {
				t.Errorf("%s/%s: the dump gives another state", version, set)
			}
			json, err := yaml.YAMLToJSON(live)
			if err != nil {
				t.Fatal(err)
			}
			if got := mustAdopt(t, version+" as JSON", adopting(json)); !got.Equal(want) {
				t.Errorf("%s/%s: the JSON dump gives another state", version, set)
			}
		}
	}
}

// TestAdoptExternalDump: under externalCA a dump holds what the chart does not:
// trust-manager's bundle and cert-manager's Secret.
func TestAdoptExternalDump(t *testing.T) {
	oracle(t)
	pem := func(name string) string { return string(readOracle(t, "pki", name)) }
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	roots := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "linkerd-identity-trust-roots", "namespace": "linkerd"},
		"data": map[string]any{"ca-bundle.crt": strings.TrimSpace(pem("incoming-anchor.crt")) + "\n" + strings.TrimSpace(pem("outgoing-anchor.crt")) + "\n"}}
	issuer := map[string]any{"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
		"metadata": map[string]any{"name": "linkerd-identity-issuer", "namespace": "linkerd", "annotations": map[string]any{"cert-manager.io/certificate-name": "linkerd-identity-issuer"}},
		"data":     map[string]any{"tls.crt": b64(pem("outgoing-issuer.crt")), "tls.key": b64(pem("outgoing-issuer.key")), "ca.crt": b64(pem("outgoing-anchor.crt"))}}
	live := dump(t, readOracle(t, "stable-2.14.10", "external", "stable.yaml"), roots, issuer)
	s := mustAdopt(t, "external dump", adopting(live))
	if a := s.Status.Anchors; len(a) != 2 || a[1].Role != state.RoleCurrent || s.Status.Issuers[0].Name != a[1].Name+"-1" || s.Status.AdoptedBundle != "" {
		t.Errorf("%+v", s.Status)
	}
	if _, found, err := render.Adopt(adopting(live)); err != nil || !strings.Contains(strings.Join(found.Notes, "\n"), "cert-manager renews the issuer") {
		t.Errorf("notes %q, %v", found.Notes, err)
	}
	in := adopting(live)
	in.Anchors = render.Source{Name: "ca.crt", Data: []byte(pem("outgoing-anchor.crt"))}
	_, _, err := render.Adopt(in)
	wantCode(t, err, "adopt-other-anchors")
}

// TestAdoptSaysWhatChanges: where rendering the adopted stream would change
// something after all, Adopt names exactly that.
func TestAdoptSaysWhatChanges(t *testing.T) {
	oracle(t)
	stream := string(readOracle(t, "stable-2.14.10", "pinned", "stable.yaml"))
	value := valueOf(t, stream)
	old := string(readOracle(t, "stable-2.10.2", "pinned", "stable.yaml"))
	_, expiry, _ := strings.Cut(old, "identity-issuer-expiry: ")
	expiry = strings.Trim(strings.SplitN(expiry, "\n", 2)[0], `"`)
	for what, test := range map[string]struct {
		stream string
		object string
	}{
		"nothing":                  {stream, ""},
		"CRLF":                     {string(asHelmWrites(t, []byte(stream), strings.ReplaceAll(value, "\n", "\r\n"))), "either"},
		"a hash of something else": {strings.Replace(stream, "linkerd.io/trust-root-sha256: ", "linkerd.io/trust-root-sha256: 00", 1), "Deployment linkerd/"},
		"an expiry by hand":        {strings.ReplaceAll(old, expiry, "2030-01-01T00:00:00Z"), "linkerd/linkerd-"},
	} {
		in := adopting([]byte(test.stream))
		s, found, err := render.Adopt(in)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		keys := render.Keys{}
		for _, k := range found.Keys {
			keys[k.Path] = render.Key{PEM: k.Key.PEM()}
		}
		out := mustRender(t, render.Input{State: throughFile(t, s), Keys: keys, Stream: in.Stream.Data})
		var changed []render.Line
		for _, l := range out.Report.Lines {
			if l.Outcome == render.Changed {
				changed = append(changed, l)
			}
		}
		if !reflect.DeepEqual(changed, found.Changes) || bytes.Equal(out.Stream, in.Stream.Data) != (len(changed) == 0) {
			t.Errorf("%s: said %v, changed %v", what, found.Changes, changed)
		}
		if test.object != "either" && (test.object == "") != (len(changed) == 0) || len(changed) > 0 && test.object != "either" && !strings.Contains(changed[0].Object, test.object) {
			t.Errorf("%s: changed %v, want %q", what, changed, test.object)
		}
	}
}

// TestAdoptWithoutKeys: keys of the stream are left where they are, and nothing
// of them is told.
func TestAdoptWithoutKeys(t *testing.T) {
	in := fixture(t, "unpinned")
	take := adopting(mustRender(t, in).Stream)
	take.KeyPath = nil
	s, found, err := render.Adopt(take)
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Keys) != 0 || len(render.KeyPaths(s)) != 0 {
		t.Errorf("%d keys, paths %v", len(found.Keys), render.KeyPaths(s))
	}
	if len(found.Changes) != 0 || !strings.Contains(strings.Join(found.Notes, "\n"), "2025-1, linkerd-proxy-injector, linkerd-sp-validator, linkerd-policy-validator") {
		t.Errorf("changes %v, notes %q", found.Changes, found.Notes)
	}
}

// TestAdoptFiles: certificates alone, and Helm values, keep their bytes too.
func TestAdoptFiles(t *testing.T) {
	pem := func(name string) string { return string(mustRead(t, filepath.Join("../../fixtures/pki", name))) }
	anchor, issuer, key := pem("anchor-2025.crt"), pem("issuer-2025-1.crt"), pem("issuer-2025-1.key")
	in := adopting(nil)
	in.Stream = render.Source{}
	in.Anchors, in.Issuer = render.Source{Name: "ca.crt", Data: []byte(anchor)}, render.Source{Name: "issuer.crt", Data: []byte(issuer)}
	_, _, err := render.Adopt(in)
	wantCode(t, err, "adopt-no-version")
	in.LinkerdVersion, in.Namespace, in.TrustDomain = "2.11", "mesh", "example.org"
	s, _, err := render.Adopt(in)
	if err != nil {
		t.Fatal(err)
	}
	l := throughFile(t, s).Spec.Linkerd
	if l.Version != "2.11" || l.Namespace != "mesh" || l.TrustDomain != "example.org" || !l.RollControlPlane || s.Status.AdoptedBundle != anchor || s.Status.Anchors[0].Name != "2025" {
		t.Errorf("%+v, adopted %q", l, s.Status.AdoptedBundle)
	}

	hook, hookKey, hookCA := pem("proxy-injector.crt"), pem("proxy-injector.key"), pem("webhook-ca.crt")
	values, err := yaml.Marshal(map[string]any{
		"identityTrustAnchorsPEM": anchor, "clusterDomain": "example.org", "linkerdVersion": "edge-25.10.7", "policyController": nil,
		"identity":         map[string]any{"issuer": map[string]any{"issuanceLifetime": "1h0m0s", "clockSkewAllowance": "20s", "tls": map[string]any{"crtPEM": issuer, "keyPEM": key}}},
		"proxyInjector":    map[string]any{"crtPEM": hook, "keyPEM": hookKey, "caBundle": hookCA},
		"profileValidator": map[string]any{"externalSecret": true, "caBundle": hookCA},
	})
	if err != nil {
		t.Fatal(err)
	}
	in = adopting(nil)
	in.Stream, in.Values = render.Source{}, render.Source{Name: "values.yaml", Data: values}
	s, found, err := render.Adopt(in)
	if err != nil {
		t.Fatal(err)
	}
	s = throughFile(t, s)
	if s.Status.AdoptedBundle != anchor || s.Spec.Leaf.Lifetime.String() != "1h" || s.Spec.Leaf.ClockSkew != 0 || s.Spec.Linkerd.TrustDomain != "example.org" {
		t.Errorf("%+v", s.Spec)
	}
	if len(found.Keys) != 2 || s.Status.Webhooks["proxyInjector"].Key != "keys/linkerd-proxy-injector.key" || s.Status.Webhooks["profileValidator"].Certificate != "" {
		t.Errorf("%d keys, %+v", len(found.Keys), s.Status.Webhooks)
	}
	in.KeyPath = func(string) string { return "../../etc/passwd/" }
	if _, _, err := render.Adopt(in); err == nil {
		t.Error("a state that cannot be read back was adopted")
	}
}

// TestAdoptVersions: what names a release, and what does not.
func TestAdoptVersions(t *testing.T) {
	stream := string(mustRender(t, fixture(t, "control-plane-2-13")).Stream)
	from := func(version, createdBy string) render.AdoptInput {
		text := strings.ReplaceAll(stream, "linkerdVersion: edge-25.10.7", "linkerdVersion: "+version)
		return adopting([]byte(strings.ReplaceAll(text, "linkerd/helm edge-25.10.7", createdBy)))
	}
	for _, test := range []struct{ version, createdBy, flag, want string }{
		{"edge-25.10.7", "linkerd/helm edge-25.10.7", "", "edge-25.10.7"},
		{"enterprise-2.18.0-1", "", "", "2.18"},
		{"preview-25.4.4", "", "", "edge-25.4.4"},
		{"stable-2.14.10", "", "2.14", "2.14"},
		{"dev-1a2b3c", "linkerd/helm stable-2.14.10", "", "stable-2.14.10"},
		{"dev-1a2b3c", "linkerd/helm dev-1a2b3c", "2.18", "2.18"},
	} {
		in := from(test.version, test.createdBy)
		in.LinkerdVersion = test.flag
		if s := mustAdopt(t, test.version, in); s.Spec.Linkerd.Version != test.want {
			t.Errorf("%s: %q, want %q", test.version, s.Spec.Linkerd.Version, test.want)
		}
	}
	_, _, err := render.Adopt(from("dev-1a2b3c", "linkerd/helm dev-1a2b3c"))
	wantCode(t, err, "adopt-no-version")
	in := from("edge-25.10.7", "")
	in.LinkerdVersion = "2.11"
	_, _, err = render.Adopt(in)
	wantCode(t, err, "adopt-contradiction")
}

// TestAdoptRefuses: what contradicts itself or cannot be told.
func TestAdoptRefuses(t *testing.T) {
	pem := func(name string) string { return string(mustRead(t, filepath.Join("../../fixtures/pki", name))) }
	good := string(mustRender(t, fixture(t, "unpinned")).Stream)
	anchorAt := func(indent, name string) string {
		return strings.ReplaceAll(strings.TrimSpace(pem(name)), "\n", "\n"+indent)
	}
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(strings.TrimSpace(s))) }
	tests := map[string]struct {
		swap [2]string
		in   func(*render.AdoptInput)
		code problem.Code
		says string
	}{
		"trust roots hold another anchor":  {[2]string{"ca-bundle.crt: |-\n    " + anchorAt("    ", "anchor-2025.crt"), "ca-bundle.crt: |-\n    " + anchorAt("    ", "anchor-2026.crt")}, nil, "adopt-other-anchors", ""},
		"trust roots hold one more":        {[2]string{"ca-bundle.crt: |-\n", "ca-bundle.crt: |-\n    " + anchorAt("    ", "anchor-2026.crt") + "\n"}, nil, "adopt-other-anchors", ""},
		"a file holds another anchor":      {in: func(in *render.AdoptInput) { in.Anchors.Data = []byte(pem("anchor-2026.crt")) }, code: "adopt-other-anchors"},
		"the Secret holds another issuer":  {[2]string{"crt.pem: " + b64(pem("issuer-2025-1.crt")), "crt.pem: " + b64(pem("issuer-2026-1.crt"))}, nil, "adopt-other-issuer", ""},
		"the Secret holds another key":     {[2]string{"key.pem: " + b64(pem("issuer-2025-1.key")), "key.pem: " + b64(pem("issuer-2026-1.key"))}, nil, "render-foreign-key", `"Secret linkerd/linkerd-identity-issuer key.pem"`},
		"the key is damaged":               {[2]string{"key.pem: " + b64(pem("issuer-2025-1.key")), "key.pem: " + b64("-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----")}, nil, "pki-key-malformed", ""},
		"the Secret is no base64":          {[2]string{"key.pem: ", "key.pem: $"}, nil, "adopt-no-base64", ""},
		"the Secret lacks its certificate": {[2]string{"crt.pem: ", "crt.gone: "}, nil, "render-missing-field", ""},
		"a private key among the anchors":  {in: func(in *render.AdoptInput) { in.Anchors.Data = []byte(pem("anchor-2025.key")) }, code: "pki-private-key-among-certificates"},
		"an issuer of nobody here": {in: func(in *render.AdoptInput) {
			in.Stream = render.Source{}
			in.LinkerdVersion = "2.18"
			in.Anchors.Data, in.Issuer.Data = []byte(pem("anchor-2026.crt")), []byte(pem("issuer-2025-1.crt"))
		}, code: "pki-unknown-issuer"},
		"another issuer is brought":  {in: func(in *render.AdoptInput) { in.Issuer.Data = []byte(pem("issuer-2026-1.crt")) }, code: "adopt-other-issuer"},
		"no linkerd-config":          {[2]string{"name: linkerd-config", "name: linkerd-confog"}, nil, "adopt-no-config", ""},
		"another namespace is asked": {in: func(in *render.AdoptInput) { in.Namespace = "mesh" }, code: "adopt-no-config"},
		"another trust domain":       {in: func(in *render.AdoptInput) { in.TrustDomain = "example.org" }, code: "adopt-contradiction"},
		"stream and values":          {in: func(in *render.AdoptInput) { in.Values.Data = []byte("a: b\n") }, code: "adopt-both-sources"},
		"nothing":                    {in: func(in *render.AdoptInput) { in.Stream.Data = nil }, code: "adopt-no-source"},
		"an empty stream":            {in: func(in *render.AdoptInput) { in.Stream.Data = []byte("\n") }, code: "render-empty-stream"},
		"a cut stream":               {in: func(in *render.AdoptInput) { in.Stream.Data = in.Stream.Data[:len(in.Stream.Data)-7] }, code: "render-cut-stream"},
		"twice":                      {in: func(in *render.AdoptInput) { in.Stream.Data = append(bytes.Clone(in.Stream.Data), in.Stream.Data...) }, code: "render-doubled-target"},
		"two meshes": {in: func(in *render.AdoptInput) {
			other := bytes.ReplaceAll(in.Stream.Data, []byte("namespace: linkerd\n"), []byte("namespace: other\n"))
			in.Stream.Data = append(bytes.Clone(in.Stream.Data), other...)
		}, code: "adopt-two-meshes"},
		"a name that is none":        {in: func(in *render.AdoptInput) { in.Name = "Prod!" }, code: "state-dns-name"},
		"values inside are not YAML": {[2]string{"  values: |\n", "  values: |\n    a: [\n"}, nil, "manifest-not-yaml", ""},
	}
	for what, test := range tests {
		text := good
		if test.swap[0] != "" {
			if !strings.Contains(good, test.swap[0]) {
				t.Fatalf("%s: the stream has no %.60q", what, test.swap[0])
			}
			text = strings.Replace(good, test.swap[0], test.swap[1], 1)
		}
		in := adopting([]byte(text))
		in.Anchors.Name, in.Issuer.Name, in.Values.Name = "ca.crt", "issuer.crt", "values.yaml"
		if test.in != nil {
			test.in(&in)
		}
		s, found, err := render.Adopt(in)
		if s != nil || len(found.Keys) != 0 {
			t.Errorf("%s: a refusal comes with a state or keys", what)
		}
		problems := problem.Of(err)
		if len(problems) == 0 || problems[0].Code != test.code {
			t.Errorf("%s: got %v, want %s", what, err, test.code)
			continue
		}
		if !strings.Contains(problems[0].Error(), test.says) {
			t.Errorf("%s: %s, want it to say %s", what, problems[0].Error(), test.says)
		}
		for _, p := range problems {
			if strings.Contains(p.Error(), "MII") || strings.Contains(p.Error(), "BEGIN") || strings.Contains(p.Error(), "c2Vjc") {
				t.Errorf("%s: PEM in %q", what, p.Error())
			}
		}
	}
}

// TestAdoptBroughtIssuer: --issuer decides between the Secret and linkerd-config.
func TestAdoptBroughtIssuer(t *testing.T) {
	oracle(t)
	stream := string(readOracle(t, "stable-2.14.10", "pinned", "stable.yaml"))
	b64 := func(name string) string {
		return base64.StdEncoding.EncodeToString(bytes.TrimSpace(readOracle(t, "pki", name)))
	}
	stream = strings.Replace(stream, b64("outgoing-issuer.crt"), b64("webhook-ca.crt"), 1)
	in := adopting([]byte(stream))
	_, _, err := render.Adopt(in)
	wantCode(t, err, "adopt-other-issuer")
	in.Issuer = render.Source{Name: "issuer.crt", Data: readOracle(t, "pki", "outgoing-issuer.crt")}
	s, found, err := render.Adopt(in)
	if err != nil {
		t.Fatal(err)
	}
	if s.Status.Issuers[0].Key != "" || len(found.Keys) != 0 {
		t.Error("the key of the other issuer was taken")
	}
}

// TestAdoptNames: anchors are named by the year in which they began, once each.
func TestAdoptNames(t *testing.T) {
	s := mustAdopt(t, "names", adopting(mustRender(t, fixture(t, "extra-anchor")).Stream))
	seen := map[string]bool{}
	for _, a := range s.Status.Anchors {
		if seen[a.Name] || len(a.Name) < 4 || a.Name[:2] != "20" {
			t.Errorf("anchor %q", a.Name)
		}
		seen[a.Name] = true
	}
	if len(seen) < 2 {
		t.Errorf("%d anchors", len(seen))
	}
}

// TestAdoptForeignSecret: a webhook Secret that the chart did not make is not
// adopted, though a dump has it: by the chart's externalSecret, or by
// cert-manager's own mark.
func TestAdoptForeignSecret(t *testing.T) {
	oracle(t)
	secret := func(name, namespace string, annotations map[string]any) map[string]any {
		data := map[string]any{}
		for key, file := range map[string]string{"tls.crt": "proxy-injector.crt", "tls.key": "proxy-injector.key"} {
			data[key] = base64.StdEncoding.EncodeToString(readOracle(t, "pki", file))
		}
		return map[string]any{"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "data": data,
			"metadata": map[string]any{"name": name, "namespace": namespace, "annotations": annotations}}
	}
	stream := readOracle(t, "version-2.18", "pinned", "stable.yaml")
	stream = append(bytes.Clone(stream), bytes.ReplaceAll(readOracle(t, "version-2.18", "viz", "render.1.yaml"), []byte("name: tap-k8s-tls"), []byte("name: gone"))...)
	live := dump(t, stream,
		secret("linkerd-proxy-injector-k8s-tls", "linkerd", nil),
		secret("tap-k8s-tls", "linkerd-viz", map[string]any{"cert-manager.io/certificate-name": "tap"}),
		secret("linkerd-sp-validator-k8s-tls", "elsewhere", nil))
	s, found, err := render.Adopt(adopting(live))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"proxyInjector", "profileValidator", "tap"} {
		if w, listed := s.Status.Webhooks[key]; !listed || w.Certificate != "" || w.Key != "" || w.CABundle == "" {
			t.Errorf("%s: listed %t, certificate %t, key %q", key, listed, w.Certificate != "", w.Key)
		}
	}
	if w := s.Status.Webhooks["tapInjector"]; w.Certificate == "" || w.Key == "" {
		t.Errorf("the chart's own Secret was not adopted")
	}
	if notes := strings.Join(found.Notes, "\n"); found.Unrendered != nil || !strings.Contains(notes, "someone else delivers Secret tap-k8s-tls") {
		t.Errorf("%v, notes: %s", found.Unrendered, notes)
	}
	if v, err := render.Verify(throughFile(t, s), live); err != nil || len(v.Changes) > 0 || !v.Same {
		t.Errorf("what was adopted is not verified: %v, changes %v", err, v.Changes)
	}
}

// TestAdoptExternalSecrets: the Secrets of every webhook that the chart leaves to
// someone else are in the dump; adopting and verifying it agree. One that the
// chart itself would make contradicts a state without its certificate.
func TestAdoptExternalSecrets(t *testing.T) {
	oracle(t)
	for version := range oracleVersions {
		stream := readOracle(t, version, "pinned", "stable.yaml")
		for _, name := range []string{"linkerd-proxy-injector-k8s-tls", "linkerd-sp-validator-k8s-tls", "linkerd-policy-validator-k8s-tls"} {
			stream = append(stream, "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: "+name+"\n  namespace: linkerd\ndata: {tls.crt: eA==, tls.key: eA==}\n"...)
		}
		s, found, err := render.Adopt(adopting(stream))
		if err != nil || found.Unrendered != nil {
			t.Fatalf("%s: %v, %v", version, err, found.Unrendered)
		}
		s = throughFile(t, s)
		v, err := render.Verify(s, stream)
		if left := v.Report.Count(render.Left); err != nil || len(v.Changes) > 0 || !v.Same || left < 2 {
			t.Errorf("%s: %v, changes %v, %d left", version, err, v.Changes, left)
		}
		_, err = render.Verify(s, bytes.ReplaceAll(stream, []byte("externalSecret: true"), []byte("externalSecret: false")))
		wantCode(t, err, "render-foreign-secret")
	}
}

// TestAdoptCurrentAnchor: the anchor that the issuer chains to is current,
// wherever it stands, and of two the one that signed the issuer itself.
func TestAdoptCurrentAnchor(t *testing.T) {
	oracle(t)
	for _, test := range []struct{ anchors, issuer, want string }{
		{"outgoing-anchor incoming-anchor", "outgoing-issuer", "outgoing-anchor"},
		{"outgoing-anchor incoming-anchor", "incoming-issuer", "incoming-anchor"},
		{"outgoing-anchor webhook-ca", "incoming-issuer-cross", "outgoing-anchor"},
		{"webhook-ca outgoing-anchor", "incoming-issuer-cross", "outgoing-anchor"},
		{"outgoing-anchor incoming-anchor", "incoming-issuer-cross", "incoming-anchor"},
		{"incoming-anchor outgoing-anchor", "incoming-issuer-cross", "incoming-anchor"},
	} {
		in := adopting(nil)
		in.Stream, in.LinkerdVersion = render.Source{}, "2.18"
		var bundle []string
		for _, name := range strings.Fields(test.anchors) {
			bundle = append(bundle, strings.TrimSpace(string(readOracle(t, "pki", name+".crt"))))
		}
		in.Anchors = render.Source{Name: "ca.crt", Data: []byte(strings.Join(bundle, "\n"))}
		in.Issuer = render.Source{Name: "issuer.crt", Data: readOracle(t, "pki", test.issuer+".crt")}
		s, _, err := render.Adopt(in)
		if err != nil {
			t.Errorf("%v: %v", test, err)
			continue
		}
		for i, a := range s.Status.Anchors {
			want := state.RoleExtra
			if strings.Fields(test.anchors)[i] == test.want {
				want = state.RoleCurrent
			}
			if a.Role != want || strings.TrimSpace(a.Certificate) != bundle[i] {
				t.Errorf("%v: anchor %d is %s", test, i, a.Role)
			}
		}
	}
}
