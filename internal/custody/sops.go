package custody

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// Custody sops: a whole Secret, of which sops encrypts the key and nothing else.
// The certificates stay in clear, outside of sops's MAC too, so that a phase may
// change them (an issuer's chain, ca.crt) and the ciphertext stays what it is.

// secretFile is what a key file of custody sops holds: a Secret, or, of an
// anchor's key, something that no cluster takes.
type secretFile struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   secretMetadata    `json:"metadata"`
	Type       string            `json:"type,omitempty"`
	Data       map[string][]byte `json:"data"`
}

type secretMetadata struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Annotations of a key file: whose key is inside, and that kustomize shall not
// emit the file itself: what is applied is what rendering makes of it.
const (
	spkiHint    = "l5d-pki-render/spki-sha256"
	localConfig = "config.kubernetes.io/local-config"
)

// encryptedFields chooses what sops encrypts.
const encryptedFields = `^(tls\.key|key\.pem)$`

// secretOf is the plain key file. Its type is the one of both issuer schemes' fields;
// rendering gives the object the type of its layout.
func secretOf(key []byte, spki string, of render.NamedKey) secretFile {
	annotations := map[string]string{localConfig: "true", spkiHint: spki}
	if of.Secret == nil {
		return secretFile{
			APIVersion: "l5d-pki-render/v1alpha1", Kind: "AnchorKey",
			Metadata: secretMetadata{Name: of.Name, Annotations: annotations},
			Data:     map[string][]byte{"tls.key": key},
		}
	}
	s := secretFile{
		APIVersion: "v1", Kind: "Secret", Type: linkerd.SchemeKubernetes,
		Metadata: secretMetadata{Name: of.Secret.Name, Namespace: of.Secret.Namespace, Labels: of.Secret.Labels, Annotations: annotations},
		Data:     map[string][]byte{},
	}
	for field, text := range of.Secret.Public {
		s.Data[field] = []byte(text)
	}
	for _, field := range of.Secret.KeyFields {
		s.Data[field] = key
	}
	return s
}

func sealSOPS(c *Custody, key pki.Key, of render.NamedKey) ([]byte, error) {
	pem := key.PEM()
	defer clear(pem)
	plain, err := yaml.Marshal(secretOf(pem, spkiOf(key), of))
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	file, err := c.sops(of.Path, plain, "--mac-only-encrypted", "encrypt", "--encrypted-regex", encryptedFields)
	if err != nil {
		return nil, err
	}
	// Its creation rules could say otherwise.
	if err := sopsFits(c, file, of); err != nil {
		return nil, problem.CustodySOPSResult.With(problem.Of(err)[0].Text)
	}
	return file, nil
}

func openSOPS(c *Custody, file []byte, path string) ([]byte, error) {
	if _, err := sopsFacts(file); err != nil {
		return nil, err
	}
	plain, err := c.sops(path, file, "decrypt")
	defer clear(plain)
	if err != nil {
		return nil, err
	}
	var s secretFile
	if err := yaml.Unmarshal(plain, &s); err != nil {
		return nil, problem.CustodyTampered.With()
	}
	key := s.Data["tls.key"]
	if len(bytes.TrimSpace(key)) == 0 {
		return nil, problem.CustodyForeignFile.With("Secret with the key in data.tls.key, encrypted by sops")
	}
	return key, nil
}

// sopsStandIn is the key file with the certificates of the phase.
func sopsStandIn(c *Custody, secret render.KeySecret, file []byte) ([]byte, error) {
	if err := sopsFits(c, file, render.NamedKey{Certificate: secret.Certificate, Secret: &secret}); err != nil {
		return nil, err
	}
	edits := []manifest.Edit{
		manifest.Put(manifest.At("type"), secret.Type),
		manifest.Delete(manifest.At("metadata", "annotations", localConfig)),
	}
	for _, field := range sortedKeys(secret.Public) {
		edits = append(edits, manifest.Put(manifest.At("data", field), base64Of(secret.Public[field])))
	}
	text, err := manifest.Splice(file, edits...)
	if err != nil {
		return nil, err
	}
	return append([]byte("---\n"), text...), nil
}
