package walk

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"
)

// sealedSecrets stands for the controller of sealed-secrets: it opens each
// SealedSecret in the strict scope and makes the Secret of its template. The
// controller's own code opens what the tool seals in internal/custody/sealtest.
type sealedSecrets struct{ key *rsa.PrivateKey }

const sealedSecretsPath = "/apis/bitnami.com/v1alpha1/namespaces/linkerd/sealedsecrets"

type sealedSecret struct {
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		EncryptedData map[string]string
		Template      struct {
			Type     string
			Metadata map[string]any
			Data     map[string]string
		}
	}
}

func (c *sealedSecrets) reconcile(t *testing.T, m *mesh) {
	for _, object := range m.server.List(t, sealedSecretsPath) {
		s := typed[sealedSecret](t, object)
		data := map[string]string{}
		for field, text := range s.Spec.Template.Data {
			data[field] = text
		}
		for field, text := range s.Spec.EncryptedData {
			plain, err := open(c.key, s, text)
			if err != nil {
				t.Errorf("SealedSecret %s, %s: %v", s.Metadata.Name, field, err)
				return
			}
			data[field] = string(plain)
		}
		m.makeSecret(t, "sealed-secrets", s.Metadata.Namespace, s.Metadata.Name, s.Spec.Template.Type, data)
	}
}

// open undoes kubeseal (pkg/crypto of sealed-secrets): two bytes of length, an
// AES key encrypted by RSA-OAEP with the scope as its label, and AES-GCM with a
// nonce of zeros, since each key is used once.
func open(key *rsa.PrivateKey, s sealedSecret, text string) ([]byte, error) {
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sealed) < 2 {
		return nil, errors.New("no ciphertext")
	}
	n := int(binary.BigEndian.Uint16(sealed))
	if sealed = sealed[2:]; len(sealed) < n {
		return nil, errors.New("a short ciphertext")
	}
	session, err := rsa.DecryptOAEP(sha256.New(), rand.Reader, key, sealed[:n], []byte(s.Metadata.Namespace+"/"+s.Metadata.Name))
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(session)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, make([]byte, gcm.NonceSize()), sealed[n:], nil)
}

// unsealAnchor writes the anchor's key into a file, as `kubeseal --recovery-unseal`
// does for whoever has a copy of the controller's key.
func (m *mesh) unsealAnchor(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	var s sealedSecret
	path := filepath.Join(filepath.Dir(m.state), m.read(t).Status.Anchors[0].Key)
	if err := yaml.Unmarshal([]byte(m.text(t, path)), &s); err != nil {
		t.Fatal(err)
	}
	plain, err := open(key, s, s.Spec.EncryptedData["tls.key"])
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(filepath.Dir(m.Dir), "anchor.key")
	if err := os.WriteFile(out, plain, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}
