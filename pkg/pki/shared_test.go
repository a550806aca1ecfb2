package pki

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// readPKI reads a file of shared/linkerd/pki beside the repository: the
// throw-away PKI behind the real chart renders.
func readPKI(t *testing.T, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		root := filepath.Join(filepath.Dir(dir), "shared", "linkerd", "pki")
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			t.Skip("SKIPPED: no folder shared/linkerd/pki beside the repository; real certificates are not tested")
		}
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	t.Fatal("no go.mod above the test's folder")
	return nil
}

func TestRealPKI(t *testing.T) {
	bundle := func(name string) Bundle {
		b, err := ParseBundle(readPKI(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return b
	}
	chain := func(name string) Chain {
		c, err := ParseChain(readPKI(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return c
	}
	a, b, both := bundle("outgoing-anchor.crt"), bundle("incoming-anchor.crt"), bundle("bundle.crt")
	iA, iB, iBX := chain("outgoing-issuer.crt"), chain("incoming-issuer.crt"), chain("incoming-issuer-cross.crt")
	at := iA[0].NotBefore.Add(time.Hour)
	const refused = "pki-wrong-signer" // both anchors carry one name
	tests := []struct {
		name       string
		b          Bundle
		c          Chain
		goSays     string
		webpkiSays string
	}{
		{"a under A", a, iA, "", ""}, {"a under AB", both, iA, "", ""}, {"a under B", b, iA, refused, refused},
		{"b under A", a, iB, refused, refused}, {"b under AB", both, iB, "", ""}, {"b under B", b, iB, "", ""},
		{"bX under A", a, iBX, "", ""}, {"bX under AB", both, iBX, "", ""}, {"bX under B", b, iBX, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantCode(t, VerifyIssuer(tt.b, tt.c, GoRules, at), tt.goSays)
			wantCode(t, VerifyIssuer(tt.b, tt.c, WebpkiRules, at), tt.webpkiSays)
			wantCode(t, CheckStructure(tt.b, tt.c), tt.goSays)
		})
	}
	_, err := ParseBundle(readPKI(t, "cross.crt"))
	wantCode(t, err, "pki-anchor-not-self-signed")
	if got := found(LintBundle(both, testMesh, at)); got != "info same-subject" {
		t.Errorf("bundle: %s", got)
	}
	if got := found(LintIssuer(a, iBX, testMesh, at)); got != "warning go-leaf-path-length" {
		t.Errorf("cross-signed issuer: %s", got)
	}
	for _, name := range []string{"outgoing-issuer", "incoming-issuer", "incoming-issuer-cross", "outgoing-anchor", "proxy-injector"} {
		k, err := ParseKey(readPKI(t, name+".key"))
		if err != nil || !k.Matches(chain(name + ".crt")[0]) {
			t.Errorf("%s: key does not fit: %v", name, err)
		}
	}
	for _, service := range []string{"proxy-injector", "sp-validator", "policy-validator"} {
		k, err := ParseKey(readPKI(t, service+".key"))
		if err != nil {
			t.Fatal(err)
		}
		w := Webhook{"linkerd-" + service, "linkerd", chain(service + ".crt"), chain("webhook-ca.crt"), k}
		if got := found(LintWebhook(w, at)); got != "" {
			t.Errorf("%s: %s", service, got)
		}
		wantCode(t, VerifyServing(w.CABundle, w.Serving, w.Host(), at), "")
	}
}
