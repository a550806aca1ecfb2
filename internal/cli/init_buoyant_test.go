package cli

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// layout is how cert-manager's objects are named around a mesh.
type layout struct{ anchorName, signer, issuer, namespace, duration, renewBefore string }

var (
	// buoyant is that of the chart linkerd-cert-manager.
	buoyant = layout{"anchor-2025.linkerd.cluster.local", "linkerd-identity-issuer", "Issuer", "cert-manager", "2160h0m0s", "720h0m0s"}
	// documented is that of Linkerd's page on cert-manager.
	documented = layout{"anchor-2025.linkerd.cluster.local", "linkerd-trust-anchor", "ClusterIssuer", "cert-manager", "48h0m0s", "25h0m0s"}
)

// objects are those of cert-manager, as kubectl prints them.
func (l layout) objects() string {
	return `---
apiVersion: cert-manager.io/v1
kind: ` + l.issuer + `
metadata: {name: linkerd-trust-root-issuer, namespace: ` + l.namespace + `}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: linkerd-trust-anchor, namespace: ` + l.namespace + `}
spec:
  secretName: linkerd-trust-anchor
  isCA: true
  commonName: ` + l.anchorName + `
  duration: 87600h0m0s
  issuerRef: {kind: ` + l.issuer + `, name: linkerd-trust-root-issuer}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: ` + l.signer + `}
spec: {ca: {secretName: linkerd-trust-anchor}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: linkerd-identity-issuer, namespace: linkerd}
spec:
  secretName: linkerd-identity-issuer
  isCA: true
  commonName: identity.linkerd.cluster.local
  duration: ` + l.duration + `
  renewBefore: ` + l.renewBefore + `
  issuerRef: {kind: ClusterIssuer, name: ` + l.signer + `}
`
}

// secretOf is the Secret that cert-manager keeps the anchor in, without its key.
func secretOf(t *testing.T, anchor string) string {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "pki", anchor))
	if err != nil {
		t.Fatal(err)
	}
	return "---\napiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: {name: linkerd-trust-anchor, namespace: cert-manager}\ndata: {tls.crt: " + base64.StdEncoding.EncodeToString(pem) + ", tls.key: ''}\n"
}

func asItems(docs string) string {
	list := "---\napiVersion: v1\nkind: List\nitems:\n"
	for _, doc := range strings.Split(strings.TrimPrefix(docs, "---\n"), "---\n") {
		list += "- " + strings.ReplaceAll(strings.TrimSpace(doc), "\n", "\n  ") + "\n"
	}
	return list
}

// TestCMAdoptsNames: the Secret of the anchor in force is named in the state, by
// whichever of its objects the stream has; an anchor that is not the one is not.
func TestCMAdoptsNames(t *testing.T) {
	elsewhere := buoyant
	elsewhere.namespace = "linkerd"
	other := buoyant
	other.anchorName = "anchor-1999"
	for name, c := range map[string]struct {
		objects    string
		key        string
		says, spec string
	}{
		"nothing":                    {"", "", "", ""},
		"Buoyant's chart":            {buoyant.objects(), "linkerd-trust-anchor", "with which ClusterIssuer linkerd-identity-issuer signs", "issuer: \"2160h\"\n"},
		"Buoyant's chart, as a list": {asItems(buoyant.objects()), "linkerd-trust-anchor", "Certificate linkerd-trust-anchor renews itself", "renewBefore: \"720h\"\n"},
		"Linkerd's documentation":    {documented.objects(), "linkerd-trust-anchor", "is renewed every 23h0m0s", ""},
		"in another namespace":       {elsewhere.objects(), "linkerd-trust-anchor", "", "trustNamespace: linkerd\n"},
		"the Secret alone":           {secretOf(t, "anchor-2025.crt"), "linkerd-trust-anchor", "stays in charge of the issuer until the phase issuer-switched", ""},
		"the Secret of another":      {buoyant.objects() + secretOf(t, "anchor-2026.crt"), "", "", ""},
		"another name":               {other.objects(), "", "", ""},
		"never renewed":              {strings.Replace(buoyant.objects(), "  isCA: true\n", "  isCA: true\n  renewal: {policy: Disabled}\n", 1), "linkerd-trust-anchor", "", "issuer: \"2160h\"\n"},
		"with the operator":          {buoyant.objects() + "---\napiVersion: trust.linkerd.io/v1alpha1\nkind: TrustAnchorRotation\nmetadata: {name: default, namespace: linkerd}\n", "linkerd-trust-anchor", "uninstall the operator", ""},
	} {
		dir := t.TempDir()
		path, stream := filepath.Join(dir, "rotation.yaml"), filepath.Join(dir, "before.yaml")
		if err := os.WriteFile(stream, []byte(readFixture(t, "external-ca", "golden.yaml")+c.objects), 0o600); err != nil {
			t.Fatal(err)
		}
		r := mustCall(t, "", absolute(t, []string{"init", "--stream", stream, "--anchors", "pki/anchor-2025.crt", "--issuer", "pki/issuer-2025-1.crt", "--custody", "cert-manager", "-s", path})...)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if key := readBackState(t, path).Status.Anchors[0].Key; key != c.key || !strings.Contains(r.stderr, c.says) || !strings.Contains(string(text), c.spec) {
			t.Errorf("%s: key %q\n%s\n%.900s", name, key, r.stderr, text)
		}
		if renews := strings.Contains(r.stderr, "renews itself"); name == "never renewed" && renews {
			t.Errorf("%s: %s", name, r.stderr)
		}
		// The Certificates of the cluster stay theirs.
		if out := mustCall(t, "", "manifests", "-s", path).out; strings.Contains(out, "kind: Certificate\n") {
			t.Errorf("%s: %s", name, out)
		}
		mustCall(t, "", "lint", "-s", path)
	}
}

// TestCMAdoptedNamesWalk: a rotation away from an adopted anchor writes this tool's
// Certificate of the issuer from the switch on, and names the Secret at its end.
func TestCMAdoptedNamesWalk(t *testing.T) {
	dir := t.TempDir()
	path, stream := filepath.Join(dir, "rotation.yaml"), filepath.Join(dir, "before.yaml")
	if err := os.WriteFile(stream, []byte(readFixture(t, "external-ca", "golden.yaml")+buoyant.objects()), 0o600); err != nil {
		t.Fatal(err)
	}
	mustCall(t, "", absolute(t, []string{"init", "--stream", stream, "--anchors", "pki/anchor-2025.crt", "--issuer", "pki/issuer-2025-1.crt", "--custody", "cert-manager", "-s", path})...)
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	ca := &clusterCA{map[string]pki.Certificate{}, map[string]pki.Key{}, at}
	_, first := ca.apply(t, mustCall(t, "", "custody", "incoming", "--name", "2027", "-s", path).out)
	anchor := pemFile(t, dir, "2027.pem", ca.anchors["linkerd-trust-anchor-2027"])
	issuer := pemFile(t, dir, "2027-1.pem", first["linkerd-identity-issuer-2027-1"])
	vouch := []string{"--because", "a test", "--assume", "DELIVERED-ELSEWHERE"}
	move := func(args ...string) result {
		t.Helper()
		at = at.Add(48 * time.Hour)
		got := callAt(t, at, "", nil, append(append(args, "-s", path), vouch...)...)
		if got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		return got
	}
	move("start", "anchor", "--name", "2027", "--anchor", anchor, "--signed", issuer)
	for range 2 {
		vouch = append(vouch, "--assume", "BUNDLE-DELIVERED", "--assume", "BUNDLE-LOADED")
		move("advance")
	}
	out := mustCall(t, "", "manifests", "-s", path).out
	if !strings.Contains(out, "name: linkerd-identity-issuer\n") || !strings.Contains(out, "duration: 2160h0m0s") || strings.Contains(out, "secretName: linkerd-trust-anchor\n") {
		t.Errorf("issuer-switched:\n%s", out)
	}
}
