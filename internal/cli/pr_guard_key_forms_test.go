package cli

import (
	"encoding/base64"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// sealedKeyFile is a key file of custody sealed-secret, without a key in it.
func sealedKeyFile(t *testing.T, certificate, name string) string {
	t.Helper()
	chain, err := pki.ParseChain([]byte(certificate))
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 500)
	raw[0] = 1 // the length of the session key, 256
	id := "name: " + name + "\n%[1]snamespace: linkerd\n"
	return "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  " + fmt.Sprintf(id, "  ") +
		"spec:\n  encryptedData:\n    tls.key: " + base64.StdEncoding.EncodeToString(raw) + "\n  template:\n    metadata:\n      " + fmt.Sprintf(id, "      ") +
		"      annotations:\n        l5d-pki-render/spki-sha256: " + custody.SPKI(chain[0]) + "\n"
}

// sealedLand is a repository whose keys are sealed to a controller, of which only the
// anchor's is there yet.
func sealedLand(t *testing.T) *prLand {
	t.Helper()
	l := sopsLand(t, "")
	anchor := l.stateOf("main").Status.Anchors[0]
	l.commitTo("main", func(dir string) {
		l.edit(dir, l.state, func(text string) string {
			text = strings.ReplaceAll(text, ".sops.yaml\n", ".sealed\n")
			return strings.Replace(text, "    kind: sops\n", "    kind: sealed-secret\n    certificate: sealing.crt\n", 1)
		})
		l.committed(dir, func() {
			gitIn(t, dir, "rm", "-rq", "pki/keys")
			sealingCertificate(t, filepath.Join(dir, "pki", "sealing.crt"))
			put(t, dir, "pki/"+strings.TrimSuffix(anchor.Key, ".sops.yaml")+".sealed", sealedKeyFile(t, anchor.Certificate, "l5d-pki-render-anchor-2026"))
		})
	})
	return l
}

// TestGuardKeyForms: a key file that is not what this tool writes for its key is
// refused by the guard, `custody status` and lint, before anything is rendered of it.
func TestGuardKeyForms(t *testing.T) {
	t.Parallel()
	sops, sealed := sopsLand(t, ""), sealedLand(t)
	honest := map[*prLand]string{
		sops:   sopsKeyFile(t, sops.stateOf("main").Status.Issuers[0].Certificate, "Secret", "age1base"),
		sealed: sealedKeyFile(t, sealed.stateOf("main").Status.Issuers[0].Certificate, "linkerd-identity-issuer"),
	}
	const second = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
	for name, c := range map[string]struct {
		l        *prLand
		old, new string
		says     string
	}{
		"sops, as written":                 {sops, "", "", ""},
		"sops, a ConfigMap":                {sops, "kind: Secret", "kind: ConfigMap", "another kind"},
		"sops, an API group":               {sops, "apiVersion: v1", "apiVersion: evil.example/v1", "another apiVersion"},
		"sops, another namespace":          {sops, "namespace: linkerd", "namespace: other", "metadata.namespace"},
		"sops, another name":               {sops, "name: linkerd-identity-issuer", "name: other", "metadata.name"},
		"sops, another type":               {sops, "type: kubernetes.io/tls", "type: Opaque", "another type"},
		"sops, applied as it is":           {sops, "    config.kubernetes.io/local-config: \"true\"\n", "", "local-config"},
		"sops, another certificate":        {sops, "data:\n", "data:\n  tls.crt: QUJD\n", "data.tls.crt"},
		"sops, more data":                  {sops, "data:\n", "data:\n  more: QUJD\n", "data.more"},
		"sops, a key in clear":             {sops, "key.pem: ENC[AES256_GCM,data:eQ==,iv:eA==,tag:eA==,type:str]", "key.pem: QUJD", "data.key.pem"},
		"sops, nothing encrypted":          {sops, "encrypted_regex: ^(tls\\.key|key\\.pem)$", "encrypted_regex: ^x$", "encrypted_regex"},
		"sops, the MAC of everything":      {sops, "mac_only_encrypted: true", "mac_only_encrypted: false", "mac_only_encrypted"},
		"sops, two documents":              {sops, "", second, "second document"},
		"sops, two kinds":                  {sops, "kind: Secret", "kind: ConfigMap\nkind: Secret", "kind"},
		"sops, a tag":                      {sops, "kind: Secret", "kind: !!str Secret", "tag of YAML"},
		"sealed-secret, as written":        {sealed, "", "", ""},
		"sealed-secret, another namespace": {sealed, "namespace: linkerd", "namespace: other", "sealed for the Secret other/linkerd-identity-issuer"},
		"sealed-secret, another name":      {sealed, "name: linkerd-identity-issuer", "name: other", "sealed for the Secret linkerd/other"},
		"sealed-secret, two documents":     {sealed, "", second, "second document"},
		"sealed-secret, two ciphertexts":   {sealed, "  encryptedData:\n", "  encryptedData:\n    other: QUJD\n", "spec.encryptedData.other"},
		"sealed-secret, a type":            {sealed, "  template:\n", "  template:\n    type: Opaque\n", "spec.template.type"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.ReplaceAll(honest[c.l], c.old, c.new)
			if c.old == "" {
				text = honest[c.l] + c.new
			}
			key := c.l.stateOf("main").Status.Issuers[0].Key
			dir := c.l.job("origin/main", func(dir string) {
				c.l.committed(dir, func() { put(t, dir, "pki/"+key, text) })
			})
			_, codes, out := c.l.guardedAt(dir, "--accept", "guard-keys")
			if c.says == "" && len(codes) > 0 || c.says != "" && (!slices.Equal(codes, []string{"guard-key-file"}) || !strings.Contains(out, c.says)) {
				t.Errorf("the guard says %q, want %q:\n%s", codes, c.says, out)
			}
			for _, args := range [][]string{{"custody", "status", "--width", "400"}, {"lint"}} {
				got := callAt(t, c.l.at, "", c.l.env, append(args, "-s", filepath.Join(dir, c.l.state))...)
				var about string
				for line := range strings.Lines(got.out) {
					if strings.Contains(line, key) {
						about += line
					}
				}
				if c.says == "" && args[0] == "lint" && about != "" || c.says != "" && (got.code != ExitFailed || !strings.Contains(about, c.says)) {
					t.Errorf("%v: code %d, says %q, want %q:\n%s", args, got.code, about, c.says, got.out)
				}
				if c.says == "" && args[0] == "custody" && !strings.Contains(about, " ok") {
					t.Errorf("%v: %s", args, about)
				}
			}
		})
	}
}
