package custody

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// sealedOf is a key file of custody sealed-secret, without a key in it.
func sealedOf(t *testing.T, c *Custody, of render.NamedKey) string {
	t.Helper()
	raw := make([]byte, sealedSize(256, 227))
	raw[0] = 1 // the length of the session key, 256
	text := base64.StdEncoding.EncodeToString(raw)
	id := sealedName(c, of)
	file, err := yaml.Marshal(sealedSecret{
		APIVersion: sealedVersion, Kind: sealedKind,
		Metadata: secretMetadata{Name: id.Name, Namespace: id.Namespace, Annotations: map[string]string{
			localConfig: "true", sealedHint: hashed([]byte(text)), sealedToHint: hashed([]byte("certificate"))}},
		Spec: sealedSpec{EncryptedData: map[string]string{sealedField: text}, Template: sealedTemplate{Metadata: secretMetadata{
			Name: id.Name, Namespace: id.Namespace, Annotations: map[string]string{spkiHint: SPKI(of.Certificate)}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// reEncrypted is what `kubeseal --re-encrypt` leaves of one.
func reEncrypted(t *testing.T, c *Custody, of render.NamedKey) string {
	t.Helper()
	var s sealedSecret
	if err := yaml.Unmarshal([]byte(sealedOf(t, c, of)), &s); err != nil {
		t.Fatal(err)
	}
	return `{"kind": "SealedSecret", "apiVersion": "bitnami.com/v1alpha1",
  "metadata": {"name": "` + s.Metadata.Name + `", "namespace": "` + s.Metadata.Namespace + `", "creationTimestamp": null},
  "spec": {"template": {"metadata": {"name": "` + s.Metadata.Name + `", "namespace": "` + s.Metadata.Namespace + `", "creationTimestamp": null,
    "annotations": {"l5d-pki-render/spki-sha256": "` + SPKI(of.Certificate) + `"}}, "data": null},
    "encryptedData": {"tls.key": "` + s.Spec.EncryptedData[sealedField] + `"}}}` + "\n"
}

// TestSealedFields: a key file is sealed for the Secret that its key is for, and has
// one ciphertext and nothing beside it, before anything is rendered of it.
func TestSealedFields(t *testing.T) {
	_, certificate := certified(t)
	_, other := certified(t)
	c := &Custody{World: World{State: (&state.Rotation{}).WithDefaults()}}
	issuer, anchor := issuerKey(certificate), anchorKey(certificate)
	for name, of := range map[string]render.NamedKey{"issuer": issuer, "anchor": anchor} {
		for how, text := range map[string]string{"as written": sealedOf(t, c, of), "sealed anew": reEncrypted(t, c, of)} {
			if err := sealedFits(c, []byte(text), of); err != nil {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
	}
	if err := sealedFits(c, []byte(sealedOf(t, c, anchor)), render.NamedKey{Name: "renewed", Certificate: certificate}); err != nil {
		t.Errorf("an anchor that was renewed with its key: %v", err)
	}
	file := sealedOf(t, c, issuer)
	for name, r := range map[string]struct {
		edit
		code problem.Code
	}{
		"another namespace":         {edit{"namespace: linkerd", "namespace: other"}, problem.CustodySealedElsewhere.Code},
		"another name":              {edit{"name: linkerd-identity-issuer", "name: other"}, problem.CustodySealedElsewhere.Code},
		"a template of another":     {edit{"      namespace: linkerd", "      namespace: other"}, problem.CustodySealedElsewhere.Code},
		"another name in it":        {edit{"      name: linkerd-identity-issuer", "      name: other"}, problem.CustodySealedElsewhere.Code},
		"the name of an anchor":     {edit{"name: linkerd-identity-issuer", "name: l5d-pki-render-anchor-2026"}, problem.CustodySealedElsewhere.Code},
		"another key":               {edit{SPKI(certificate), SPKI(other)}, problem.CustodyOtherKey.Code},
		"whose key is unsaid":       {edit{"        l5d-pki-render/spki-sha256: " + SPKI(certificate) + "\n", ""}, problem.CustodySealedUnsaid.Code},
		"another ciphertext":        {edit{"tls.key: AQ", "tls.key: AQAAAQ"}, problem.CustodyTampered.Code},
		"a wider scope":             {edit{"metadata:\n  annotations:\n", "metadata:\n  annotations:\n    sealedsecrets.bitnami.com/cluster-wide: \"true\"\n"}, problem.CustodySealedWide.Code},
		"a wider scope inside":      {edit{"        l5d-pki-render/spki", "        sealedsecrets.bitnami.com/namespace-wide: \"true\"\n        l5d-pki-render/spki"}, problem.CustodySealedWide.Code},
		"a second ciphertext":       {edit{"  encryptedData:\n", "  encryptedData:\n    other: QUJD\n"}, problem.CustodyExtraField.Code},
		"a field beside it":         {edit{"  template:\n", "  template:\n    data: {tls.crt: x}\n"}, problem.CustodyExtraField.Code},
		"the old form of data":      {edit{"  template:\n", "  data: QUJD\n  template:\n"}, problem.CustodyExtraField.Code},
		"labels":                    {edit{"metadata:\n  annotations:\n", "metadata:\n  labels: {x: y}\n  annotations:\n"}, problem.CustodyExtraField.Code},
		"another annotation":        {edit{"metadata:\n  annotations:\n", "metadata:\n  annotations:\n    x: y\n"}, problem.CustodyExtraField.Code},
		"another type":              {edit{"  template:\n", "  template:\n    type: Opaque\n"}, problem.CustodyEdited.Code},
		"a second document":         {edit{"spec:\n", "spec:\n"}, problem.SecondDocument.Code},
		"two ciphertexts of a name": {edit{"  encryptedData:\n", "  encryptedData:\n    tls.key: QUJD\n"}, problem.KeyTwice.Code},
		"an anchor of YAML":         {edit{"kind: SealedSecret", "kind: &k SealedSecret"}, problem.CustodyEdited.Code},
		"a tag":                     {edit{"kind: SealedSecret", "kind: !!str SealedSecret"}, problem.CustodyEdited.Code},
		"another kind":              {edit{"kind: SealedSecret", "kind: Secret"}, problem.CustodyForeignFile.Code},
		"another API group":         {edit{"bitnami.com/v1alpha1", "evil.example/v1"}, problem.CustodyForeignFile.Code},
	} {
		text := r.of(t, file)
		if r.code == problem.SecondDocument.Code {
			text = []byte(file + "---\nkind: ConfigMap\n")
		}
		err := sealedFits(c, text, issuer)
		if err == nil || problem.Of(err)[0].Code != r.code {
			t.Errorf("%s: want %s: %v", name, r.code, err)
		}
		if out, err := sealedStandIn(c, *issuer.Secret, text); err == nil {
			t.Errorf("%s: rendered:\n%s", name, out)
		}
	}
	for name, e := range map[string]edit{"another namespace": {"namespace: linkerd", "namespace: other"}, "a Secret that is mounted": {anchorPrefix + "2026", "linkerd-identity-issuer"}} {
		if err := sealedFits(c, e.of(t, sealedOf(t, c, anchor)), anchor); err == nil {
			t.Errorf("an anchor, %s: nothing", name)
		}
	}
	if out, err := sealedStandIn(c, *issuer.Secret, []byte(file)); err != nil || !strings.Contains(string(out), "kind: SealedSecret") {
		t.Errorf("%v\n%s", err, out)
	}
}
