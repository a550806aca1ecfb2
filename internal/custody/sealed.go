package custody

import (
	"encoding/base64"
	"encoding/binary"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// Custody sealed-secret: kubeseal encrypts the key, and only the key, offline, to
// the certificate of the cluster's controller, in the strict scope: it opens as
// the field of one Secret, of one name in one namespace. The certificates stand
// in the SealedSecret's template in clear, since phases change them
// (spec.template.data: sealed-secrets 0.16 and later).

// sealedSecret is bitnami.com/v1alpha1 SealedSecret, as far as it is used.
type sealedSecret struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   secretMetadata `json:"metadata"`
	Spec       sealedSpec     `json:"spec"`
}

type sealedSpec struct {
	EncryptedData map[string]string `json:"encryptedData"`
	Template      sealedTemplate    `json:"template"`
}

// sealedTemplate is what the controller makes the Secret from. Texts of Data are
// Go templates there; PEM has no braces.
type sealedTemplate struct {
	Metadata secretMetadata    `json:"metadata"`
	Type     string            `json:"type,omitempty"`
	Data     map[string]string `json:"data,omitempty"`
}

const (
	sealedVersion, sealedKind = "bitnami.com/v1alpha1", "SealedSecret"

	// sealedField is the field of a key file that holds the key; the scope binds
	// name and namespace, not fields.
	sealedField = "tls.key"

	// What a key file says in clear. spkiHint stands in the template, where
	// `kubeseal --re-encrypt` keeps it; sealedHint beside the name, where it goes
	// away together with the ciphertext that it is about.
	sealedHint   = "l5d-pki-render/ciphertext-sha256"
	sealedToHint = "l5d-pki-render/sealed-to-sha256" // SPKI of the controller's certificate

	anchorPrefix = "l5d-pki-render-anchor-" // names no Secret that anybody reads
)

// Annotations that widen a SealedSecret's scope (pkg/apis/sealedsecrets/v1alpha1/types.go).
var wideScopes = []string{"sealedsecrets.bitnami.com/namespace-wide", "sealedsecrets.bitnami.com/cluster-wide"}

// sealedName is the Secret as which a key opens. An anchor's is delivered to
// nobody: who has the controller's key can open it (kubeseal --recovery-unseal).
func sealedName(c *Custody, of render.NamedKey) render.SecretID {
	if of.Secret != nil {
		return of.Secret.SecretID
	}
	return render.SecretID{Namespace: c.State.Spec.Linkerd.Namespace, Name: anchorPrefix + dnsName(of.Name)}
}

// dnsName is a label of the state (letters, digits, "-", "_", ".") as a name of
// a Kubernetes object.
func dnsName(label string) string {
	name := []byte(label)
	for i, b := range name {
		switch {
		case b >= 'A' && b <= 'Z':
			name[i] = b + 'a' - 'A'
		case b == '_', b == '.':
			name[i] = '-'
		}
	}
	return string(name)
}

func seal(c *Custody, key pki.Key, of render.NamedKey) ([]byte, error) {
	path, to, err := sealingCertificate(c)
	if err != nil {
		return nil, err
	}
	pem := key.PEM()
	defer clear(pem)
	id := sealedName(c, of)
	plain, err := yaml.Marshal(secretFile{
		APIVersion: "v1", Kind: "Secret", Type: linkerd.SchemeKubernetes,
		Metadata: secretMetadata{Name: id.Name, Namespace: id.Namespace, Annotations: map[string]string{spkiHint: spkiOf(key)}},
		Data:     map[string][]byte{sealedField: pem},
	})
	defer clear(plain)
	if err != nil {
		return nil, err
	}
	out, err := c.kubeseal(plain, "--cert", path, "--scope", "strict", "--format", "json")
	if err != nil {
		return nil, err
	}
	ciphertext, err := sealedBy(out, id, to, len(pem))
	if err != nil {
		return nil, err
	}
	return yaml.Marshal(sealedSecret{
		APIVersion: sealedVersion, Kind: sealedKind,
		Metadata: secretMetadata{Name: id.Name, Namespace: id.Namespace, Annotations: map[string]string{
			"config.kubernetes.io/local-config": "true",
			sealedHint:                          hashed([]byte(ciphertext)),
			sealedToHint:                        hashed(to.RawSubjectPublicKeyInfo),
		}},
		Spec: sealedSpec{
			EncryptedData: map[string]string{sealedField: ciphertext},
			Template: sealedTemplate{Metadata: secretMetadata{
				Name: id.Name, Namespace: id.Namespace, Annotations: map[string]string{spkiHint: spkiOf(key)},
			}},
		},
	})
}

// sealedBy takes the ciphertext out of what kubeseal wrote, and proves that it
// did what was asked for: this Secret, this scope, this field and no other, for
// this controller, the whole key.
func sealedBy(out []byte, id render.SecretID, to *sealingKey, size int) (string, error) {
	var s sealedSecret
	if err := yaml.Unmarshal(out, &s); err != nil || s.APIVersion != sealedVersion || s.Kind != sealedKind {
		return "", problem.CustodySealedResult.With("its output is no SealedSecret")
	}
	ciphertext, found := s.Spec.EncryptedData[sealedField]
	switch {
	case s.Metadata.Name != id.Name || s.Metadata.Namespace != id.Namespace:
		return "", problem.CustodySealedResult.With("the name or namespace is another one")
	case isWide(s):
		return "", problem.CustodySealedResult.With("the scope is not strict")
	case !found || len(s.Spec.EncryptedData) != 1 || len(s.Spec.Template.Data) > 0:
		return "", problem.CustodySealedResult.With("other fields than the key's were sealed")
	}
	raw, err := base64.StdEncoding.DecodeString(ciphertext)
	if err != nil || len(raw) != sealedSize(to.Size(), size) || int(binary.BigEndian.Uint16(raw)) != to.Size() {
		return "", problem.CustodySealedResult.With("the ciphertext has not the size of this key, sealed to this certificate")
	}
	return ciphertext, nil
}

// sealedSize is the length of a ciphertext in bytes: two bytes of length, the
// session key under RSA-OAEP, the text under AES-GCM with its tag of 16
// (sealed-secrets: docs/developer/crypto.md).
func sealedSize(modulus, text int) int { return 2 + modulus + text + 16 }

func isWide(s sealedSecret) bool {
	return slices.ContainsFunc(wideScopes, func(scope string) bool {
		return s.Metadata.Annotations[scope] == "true" || s.Spec.Template.Metadata.Annotations[scope] == "true"
	})
}

// sealedShape is what a key file has, and what `kubeseal --re-encrypt` leaves of it.
var sealedShape = shape{
	"apiVersion": nil, "kind": nil,
	"metadata": {"name": nil, "namespace": nil, "annotations": {localConfig: nil, sealedHint: nil, sealedToHint: nil}},
	"spec": {
		"encryptedData": {sealedField: nil},
		"template":      {"metadata": {"name": nil, "namespace": nil, "annotations": {spkiHint: nil}}, "type": nil},
	},
}

// readSealed reads a key file, and refuses one that was cut, edited, or opens in
// more places than one.
func readSealed(file []byte) (sealedSecret, error) {
	var s sealedSecret
	err := yaml.Unmarshal(file, &s)
	if err != nil || s.APIVersion != sealedVersion || s.Kind != sealedKind || s.Spec.EncryptedData[sealedField] == "" {
		return s, problem.CustodyForeignFile.With("SealedSecret with the key in spec.encryptedData")
	}
	ciphertext := s.Spec.EncryptedData[sealedField]
	raw, err := base64.StdEncoding.DecodeString(ciphertext)
	switch sum, said := s.Metadata.Annotations[sealedHint]; {
	case said && sum != hashed([]byte(ciphertext)), err != nil, len(raw) < 2, len(raw) <= sealedSize(int(binary.BigEndian.Uint16(raw)), 0):
		return s, problem.CustodyTampered.With()
	case isWide(s):
		return s, problem.CustodySealedWide.With()
	}
	root, err := plainYAML(file)
	if err != nil {
		return s, err
	}
	if kind := s.Spec.Template.Type; kind != "" && kind != linkerd.SchemeKubernetes {
		return s, problem.CustodyEdited.With("another spec.template.type")
	}
	return s, sealedShape.check(root, "")
}

// sealedFits refuses a key file that is of another certificate, or that would open as
// another Secret than this key's. The file of an anchor that was renewed with its key
// has the first name of the anchor: it opens as a Secret that nobody mounts.
func sealedFits(c *Custody, file []byte, of render.NamedKey) error {
	_, err := readSealedFor(c, file, of)
	return err
}

func readSealedFor(c *Custody, file []byte, of render.NamedKey) (sealedSecret, error) {
	s, err := readSealed(file)
	if err != nil {
		return s, err
	}
	want := sealedName(c, of)
	switch spki := s.Spec.Template.Metadata.Annotations[spkiHint]; spki {
	case SPKI(of.Certificate):
	case "":
		return s, problem.CustodySealedUnsaid.With(of.Certificate.Fingerprint()[:16]).
			Hint("`spec.template.metadata.annotations: {%s: %s}`", spkiHint, SPKI(of.Certificate))
	default:
		return s, problem.CustodyOtherKey.With(of.Certificate.Fingerprint()[:16])
	}
	for _, is := range []secretMetadata{s.Metadata, s.Spec.Template.Metadata} {
		renewed := of.Secret == nil && strings.HasPrefix(is.Name, anchorPrefix)
		if is.Name != want.Name && !renewed || is.Namespace != want.Namespace {
			return s, problem.CustodySealedElsewhere.With(is.Namespace+"/"+is.Name, want.Namespace+"/"+want.Name)
		}
	}
	return s, nil
}

func sealedFacts(file []byte) (Facts, error) {
	s, err := readSealed(file)
	if err != nil {
		return Facts{}, err
	}
	facts := Facts{SPKI: s.Spec.Template.Metadata.Annotations[spkiHint]}
	if to := s.Metadata.Annotations[sealedToHint]; to != "" {
		facts.Recipients = []string{"controller " + to[:min(16, len(to))]}
	}
	return facts, nil
}

// sealedStandIn is a SealedSecret with the ciphertext of the key file, byte for
// byte, and the certificates of the phase.
func sealedStandIn(c *Custody, secret render.KeySecret, file []byte) ([]byte, error) {
	s, err := readSealedFor(c, file, render.NamedKey{Certificate: secret.Certificate, Secret: &secret})
	if err != nil {
		return nil, err
	}
	standIn := sealedSecret{
		APIVersion: sealedVersion, Kind: sealedKind,
		Metadata: secretMetadata{Name: secret.Name, Namespace: secret.Namespace, Labels: secret.Labels},
		Spec: sealedSpec{
			EncryptedData: map[string]string{},
			Template: sealedTemplate{Metadata: secretMetadata{Name: secret.Name, Namespace: secret.Namespace, Labels: secret.Labels},
				Type: secret.Type, Data: secret.Public},
		},
	}
	for _, field := range secret.KeyFields {
		standIn.Spec.EncryptedData[field] = s.Spec.EncryptedData[sealedField]
	}
	text, err := yaml.Marshal(standIn)
	return append([]byte("---\n"), text...), err
}

// besideState is a path of the state file's spec, from where the command runs.
func (c *Custody) besideState(path string) string {
	return filepath.Join(filepath.Dir(c.StatePath), filepath.FromSlash(path))
}
