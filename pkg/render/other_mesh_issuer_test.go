package render_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// issuerSecret is a Secret with an issuer of that DNS name, under a key of its own.
func issuerSecret(t *testing.T, namespace, dnsName, field string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), DNSNames: []string{dnsName}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(1767225600, 0), NotAfter: time.Unix(1893456000, 0), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if namespace != "" {
		namespace = "\n  namespace: " + namespace
	}
	return []byte("apiVersion: v1\nkind: Secret\nmetadata:\n  name: linkerd-identity-issuer" + namespace + "\ndata:\n  " + field + ": " + text + "\n  key.pem: eA==\n")
}

// TestForeignIssuerSecret: a Secret alone, of another namespace or with an issuer
// of another mesh, is named; an earlier issuer of this mesh gives way.
func TestForeignIssuerSecret(t *testing.T) {
	for _, c := range []struct {
		namespace, name, field string
		code                   problem.Code
		value                  string
	}{
		{"linkerd", "identity.linkerd.cluster.local", "crt.pem", "", ""},
		{"", "identity.linkerd.cluster.local", "crt.pem", "", ""},
		{"linkerd", "issuer.example", "crt.pem", "", ""},
		{"linkerd", "identity.linkerd.prod.example", "crt.pem", "render-other-trust-domain", `"prod.example"`},
		{"", "identity.linkerd.prod.example", "tls.crt", "render-other-trust-domain", `"prod.example"`},
		{"linkerd", "identity.dev.cluster.local", "crt.pem", "render-other-namespace", `"dev"`},
		{"dev", "identity.linkerd.cluster.local", "crt.pem", "render-other-namespace", `"dev"`},
		{"dev", "issuer.example", "tls.crt", "render-other-namespace", `"dev"`},
	} {
		for _, allowed := range []bool{false, true} {
			in := fixture(t, "control-plane-2-13")
			in.AllowNothing, in.Stream = allowed, issuerSecret(t, c.namespace, c.name, c.field)
			out, err := render.PostRender(in)
			checkNamed(t, c.namespace+" "+c.name, err, c.code, c.value)
			if c.code == "" && (err != nil || out.Report.Count(render.Changed) < 2) {
				t.Errorf("%q %s: an earlier issuer did not give way: %v, %v", c.namespace, c.name, err, out.Report.Lines)
			}
		}
	}
}

// TestIssuerCopyElsewhere: a copy of the state's own issuer is no other mesh.
func TestIssuerCopyElsewhere(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	text := base64.StdEncoding.EncodeToString([]byte(in.State.Status.Issuers[0].Certificate))
	in.Stream = append(in.Stream, "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: linkerd-identity-issuer\n  namespace: backup\ndata:\n  crt.pem: "+text+"\n"...)
	mustRender(t, in)
}
