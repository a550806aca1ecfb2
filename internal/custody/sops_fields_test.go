package custody

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// certified is a key with a certificate of its own.
func certified(t testing.TB) (pki.Key, pki.Certificate) {
	t.Helper()
	key := mint(t)
	day := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	certificate, err := pki.MintAnchor(key, "test", pki.Period{NotBefore: day, NotAfter: day.AddDate(1, 0, 0)}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key, certificate
}

// issuerKey is the key of an issuer with a certificate; anchorKey is an anchor's.
func issuerKey(certificate pki.Certificate) render.NamedKey {
	text := string(certificate.PEM())
	return render.NamedKey{Name: "2026-1", Path: "keys/2026-1", Certificate: certificate, Secret: &render.KeySecret{
		SecretID: render.SecretID{Namespace: "linkerd", Name: "linkerd-identity-issuer"}, Type: "kubernetes.io/tls",
		Labels:    map[string]string{"linkerd.io/control-plane-ns": "linkerd"},
		Public:    map[string]string{"tls.crt": text, "crt.pem": text, "ca.crt": text},
		KeyFields: []string{"tls.key", "key.pem"}, Certificate: certificate,
	}}
}

func anchorKey(certificate pki.Certificate) render.NamedKey {
	return render.NamedKey{Name: "2026", Path: "keys/2026", Certificate: certificate}
}

// sopsPart is what sops adds to a file.
const sopsPart = `sops:
  age: [{recipient: age1one, enc: x}]
  mac: ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:str]
  encrypted_regex: ^(tls\.key|key\.pem)$
  mac_only_encrypted: true
  version: 3.9.0
`

// sopsOf is what sops makes of a key file, without a key in it.
func sopsOf(t testing.TB, of render.NamedKey) string {
	t.Helper()
	plain, err := yaml.Marshal(secretOf([]byte("a key"), SPKI(of.Certificate), of))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	return regexp.MustCompile(`(?m)^(  (?:tls\.key|key\.pem): ).*$`).ReplaceAllStringFunc(string(plain), func(line string) string {
		n++
		field, _, _ := strings.Cut(line, ": ")
		return field + ": ENC[AES256_GCM,data:" + strings.Repeat("ab"[n-1:n], 8) + ",iv:eA==,tag:eA==,type:str]"
	}) + sopsPart
}

// edit replaces all of a text, which has to be there.
type edit struct{ old, new string }

func (e edit) of(t testing.TB, text string) []byte {
	t.Helper()
	if !strings.Contains(text, e.old) {
		t.Fatalf("no %q in the file:\n%s", e.old, text)
	}
	return []byte(strings.ReplaceAll(text, e.old, e.new))
}

// TestSOPSFields: what a key file has in clear is what this tool writes: the rest
// would be applied with the key, or would have it applied as something else.
func TestSOPSFields(t *testing.T) {
	_, certificate := certified(t)
	_, other := certified(t)
	issuer, anchor := issuerKey(certificate), anchorKey(certificate)
	webhook := issuerKey(certificate)
	webhook.Secret.Public, webhook.Secret.KeyFields = map[string]string{"tls.crt": string(certificate.PEM())}, []string{"tls.key"}
	requested := issuerKey(certificate)
	requested.Secret.Public = nil
	for name, of := range map[string]render.NamedKey{"issuer": issuer, "anchor": anchor, "webhook": webhook, "requested": requested} {
		if err := sopsFits(nil, []byte(sopsOf(t, of)), of); err != nil {
			t.Errorf("%s as written: %v", name, err)
		}
	}
	bare := requested // whose certificate came later
	bare.Secret = issuer.Secret
	if err := sopsFits(nil, []byte(sopsOf(t, requested)), bare); err != nil {
		t.Errorf("a key whose certificate was requested: %v", err)
	}
	if err := sopsFits(nil, []byte(sopsOf(t, anchor)), render.NamedKey{Name: "renewed", Certificate: certificate}); err != nil {
		t.Errorf("an anchor that was renewed with its key: %v", err)
	}
	shorter := issuerKey(certificate) // a phase took a cross certificate away, and the anchor changed
	shorter.Secret.Public["tls.crt"] += "\n" + string(other.PEM())
	shorter.Secret.Public["ca.crt"] = string(other.PEM())
	if err := sopsFits(nil, []byte(sopsOf(t, shorter)), issuer); err != nil {
		t.Errorf("certificates of another phase: %v", err)
	}

	const extra, edited, foreign = "custody-extra-field", "custody-edited", "custody-other-key"
	file := sopsOf(t, issuer)
	value := func(field string) string {
		return regexp.MustCompile(`(?m)^  ` + regexp.QuoteMeta(field) + `: (.*)$`).FindStringSubmatch(file)[1]
	}
	for name, c := range map[string]struct {
		edit
		code, says string
	}{
		"copied to other namespaces":     {edit{"  annotations:\n", "  annotations:\n    reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"\n"}, extra, "metadata.annotations.reflector.v1.k8s.emberstack.com/reflection-allowed"},
		"run by kustomize":               {edit{"  annotations:\n", "  annotations:\n    config.kubernetes.io/function: \"exec: {path: ./x}\"\n"}, extra, "metadata.annotations.config.kubernetes.io/function"},
		"another certificate beside":     {edit{"sops:\n", "stringData: {tls.crt: other}\nsops:\n"}, extra, "stringData"},
		"never deleted":                  {edit{"  labels:\n", "  finalizers: [example.com/x]\n  labels:\n"}, extra, "metadata.finalizers"},
		"owned":                          {edit{"  labels:\n", "  ownerReferences: []\n  labels:\n"}, extra, "metadata.ownerReferences"},
		"never changed":                  {edit{"sops:\n", "immutable: true\nsops:\n"}, extra, "immutable"},
		"a label of another tool":        {edit{"  labels:\n", "  labels:\n    example.com/copy: yes-please\n"}, extra, "metadata.labels.example.com/copy"},
		"another value of a label":       {edit{"control-plane-ns: linkerd", "control-plane-ns: other"}, extra, "metadata.labels.linkerd.io/control-plane-ns"},
		"a field that nobody asked for":  {edit{"data:\n", "data:\n  extra: eA==\n"}, extra, "data.extra"},
		"a path as one key":              {edit{"\ntype:", "\nmetadata.name: x\ntype:"}, extra, "metadata.name"},
		"another case of a key":          {edit{"\ntype:", "\nKind: ConfigMap\ntype:"}, extra, "Kind"},
		"another choice of sops":         {edit{"  version:", "  unencrypted_regex: .\n  version:"}, extra, "sops.unencrypted_regex"},
		"a ConfigMap":                    {edit{"kind: Secret", "kind: ConfigMap"}, edited, "another kind"},
		"another API group":              {edit{"apiVersion: v1", "apiVersion: evil.example/v1"}, edited, "another apiVersion"},
		"an anchor's kind":               {edit{"apiVersion: v1\ndata", "apiVersion: l5d-pki-render/v1alpha1\ndata"}, edited, "another apiVersion"},
		"another name":                   {edit{"name: linkerd-identity-issuer", "name: other"}, edited, "metadata.name"},
		"another namespace":              {edit{"namespace: linkerd", "namespace: other"}, edited, "metadata.namespace"},
		"another type":                   {edit{"type: kubernetes.io/tls", "type: Opaque"}, edited, "another type"},
		"no type":                        {edit{"type: kubernetes.io/tls\n", ""}, edited, "another type"},
		"applied as it is":               {edit{"    config.kubernetes.io/local-config: \"true\"\n", ""}, edited, "local-config"},
		"a certificate of another key":   {edit{"tls.crt: " + value("tls.crt"), "tls.crt: " + base64Of(string(other.PEM()))}, foreign, ""},
		"no certificate":                 {edit{"tls.crt: " + value("tls.crt"), "tls.crt: QUJD"}, edited, "data.tls.crt"},
		"whose key is unsaid":            {edit{"    l5d-pki-render/spki-sha256: " + SPKI(certificate) + "\n", ""}, foreign, ""},
		"another key":                    {edit{SPKI(certificate), SPKI(other)}, foreign, ""},
		"nothing that sops encrypts":     {edit{"encrypted_regex: ^(tls\\.key|key\\.pem)$", "encrypted_regex: ^x$"}, edited, "sops.encrypted_regex"},
		"no choice":                      {edit{"  encrypted_regex: ^(tls\\.key|key\\.pem)$\n", ""}, edited, "sops.encrypted_regex"},
		"the MAC of everything":          {edit{"mac_only_encrypted: true", "mac_only_encrypted: false"}, edited, "mac_only_encrypted"},
		"half of the keys":               {edit{"  key.pem: " + value("key.pem") + "\n", ""}, edited, "data.key.pem"},
		"a key in clear":                 {edit{"key.pem: " + value("key.pem"), "key.pem: QUJD"}, edited, "data.key.pem"},
		"a key in clear behind ENC":      {edit{"key.pem: " + value("key.pem"), "key.pem: ENC[AES256_GCM,]QUJD"}, edited, "data.key.pem"},
		"one ciphertext twice":           {edit{value("key.pem"), value("tls.key")}, edited, "data.key.pem"},
		"a longer key":                   {edit{"data:bbbb", "data:bbbbbbbb"}, edited, "data.key.pem"},
		"a second document":              {edit{"  version: 3.9.0\n", "  version: 3.9.0\n---\nkind: ConfigMap\n"}, "second-document", ""},
		"a second one for Helm":          {edit{"  version: 3.9.0\n", "  version: 3.9.0\n  x: \"a\n---kind: ConfigMap\"\n"}, edited, "another document"},
		"two kinds":                      {edit{"kind: Secret", "kind: ConfigMap\nkind: Secret"}, "key-twice", ""},
		"more data":                      {edit{"sops:\n", "data: {tls.key: QUJD}\nsops:\n"}, "key-twice", ""},
		"an anchor of YAML":              {edit{"kind: Secret", "kind: &k Secret"}, edited, "anchor, alias or tag"},
		"a tag":                          {edit{"kind: Secret", "kind: !!str Secret"}, edited, "anchor, alias or tag"},
		"a tag of a key":                 {edit{"kind: Secret", "!!str kind: Secret"}, edited, "anchor, alias or tag"},
		"a merge key":                    {edit{"kind: Secret", "<<: {kind: ConfigMap}\nkind: Secret"}, "", ""},
		"a number as a key":              {edit{"  version:", "  1: x\n  version:"}, edited, "no text"},
		"a binary form of the same kind": {edit{"kind: Secret", "kind: !!binary U2VjcmV0"}, "", ""},
	} {
		text := c.of(t, file)
		err := sopsFits(nil, text, issuer)
		if err == nil {
			t.Errorf("%s: nothing", name)
			continue
		}
		if is := problem.Of(err)[0].Code; c.code != "" && !strings.HasSuffix(string(is), c.code) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s: %v", name, is, err)
		}
		if out, err := sopsStandIn(nil, *issuer.Secret, text); err == nil {
			t.Errorf("%s: rendered:\n%s", name, out)
		}
	}
	if err := sopsFits(nil, edit{"apiVersion: l5d-pki-render/v1alpha1", "apiVersion: v1"}.of(t, sopsOf(t, anchor)), anchor); err == nil {
		t.Error("an anchor's key as an object of the cluster")
	}
	if err := sopsFits(nil, edit{"kind: AnchorKey", "kind: Secret"}.of(t, sopsOf(t, anchor)), anchor); err == nil {
		t.Error("an anchor's key as a Secret")
	}
	if err := sopsFits(nil, edit{"  annotations:", "  namespace: linkerd\n  annotations:"}.of(t, sopsOf(t, anchor)), anchor); err == nil {
		t.Error("an anchor's key in a namespace")
	}
	if out, err := sopsStandIn(nil, *issuer.Secret, []byte(file)); err != nil || bytes.Contains(out, []byte(localConfig)) || !bytes.Contains(out, []byte("\nkind: Secret\n")) {
		t.Errorf("%v\n%s", err, out)
	}
}
