package custody

import (
	"encoding/base64"
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// What is in clear in a key file of sops is covered by no MAC, and is applied to the
// cluster with the key: an annotation can have the Secret copied to other namespaces,
// stringData replaces the certificates of the state, and another kind has the key
// delivered in clear where many may read it. So a file that is not what this tool
// writes for the key is refused.

// sopsShape is what a key file has. The fields of data and the labels depend on the
// Secret; sops says in its own part what it likes.
var sopsShape = shape{
	"apiVersion": nil, "kind": nil, "type": nil, "data": nil, "sops": nil,
	"metadata": {"name": nil, "namespace": nil, "labels": nil, "annotations": {localConfig: nil, spkiHint: nil}},
}

// sopsSelectors are settings of sops that choose what is encrypted in another way.
var sopsSelectors = []string{"unencrypted_suffix", "encrypted_suffix", "unencrypted_regex", "unencrypted_comment_regex",
	"encrypted_comment_regex"}

// ciphertext is a text that sops encrypted (aes: encryptedValue).
var ciphertext = lazy.New(`^ENC\[AES256_GCM,data:([A-Za-z0-9+/]+=*),iv:[A-Za-z0-9+/]+=*,tag:[A-Za-z0-9+/]+=*,type:str\]$`)

const caField = "ca.crt"

// sopsFile is a key file as far as sops leaves it in clear.
type sopsFile struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   secretMetadata    `json:"metadata"`
	Type       string            `json:"type"`
	Data       map[string]string `json:"data"`
	SOPS       map[string]any    `json:"sops"`
}

// readSOPS reads a key file, and refuses one that this tool writes for no key.
func readSOPS(file []byte) (s sopsFile, err error) {
	if err := yaml.Unmarshal(file, &s); err != nil || s.SOPS == nil || s.SOPS["mac"] == nil {
		return s, problem.CustodyNoSOPSFile.With()
	}
	root, err := plainYAML(file)
	if err != nil {
		return s, err
	}
	if err := sopsShape.check(root, ""); err != nil {
		return s, err
	}
	for _, selector := range sopsSelectors {
		if value, set := s.SOPS[selector]; set && value != "" {
			return s, problem.CustodyExtraField.With("sops." + selector)
		}
	}
	anchor, secret := secretOf(nil, "", render.NamedKey{}), secretOf(nil, "", render.NamedKey{Secret: &render.KeySecret{}})
	switch {
	case s.APIVersion != anchor.APIVersion && s.APIVersion != secret.APIVersion:
		return s, problem.CustodyEdited.With("another apiVersion")
	case s.Kind != anchor.Kind && s.Kind != secret.Kind:
		return s, problem.CustodyEdited.With("another kind")
	case s.Metadata.Annotations[localConfig] != "true":
		return s, problem.CustodyEdited.With("no annotation " + localConfig + `: "true"`)
	case s.SOPS["encrypted_regex"] != encryptedFields:
		return s, problem.CustodyEdited.With("another sops.encrypted_regex than " + encryptedFields)
	case s.SOPS["mac_only_encrypted"] != true:
		return s, problem.CustodyEdited.With("no sops.mac_only_encrypted: true")
	}
	return s, nil
}

// sopsFits refuses a key file that is not what this tool writes for a key. A phase may
// have changed the certificates: a chain gets shorter, ca.crt follows the anchor.
func sopsFits(_ *Custody, file []byte, of render.NamedKey) error {
	s, err := readSOPS(file)
	if err != nil {
		return err
	}
	want := secretOf(nil, "", of)
	known := of.Certificate.Certificate != nil // not yet, of a key whose certificate is requested
	if known && s.Metadata.Annotations[spkiHint] != SPKI(of.Certificate) {
		return problem.CustodyOtherKey.With(of.Certificate.Fingerprint()[:16])
	}
	for _, field := range []struct{ name, is, want string }{
		{"apiVersion", s.APIVersion, want.APIVersion}, {"kind", s.Kind, want.Kind}, {"type", s.Type, want.Type},
		{"metadata.namespace", s.Metadata.Namespace, want.Metadata.Namespace},
	} {
		if field.is != field.want {
			return problem.CustodyEdited.With("another " + field.name + " than the state's key would have")
		}
	}
	if of.Secret != nil && s.Metadata.Name != want.Metadata.Name { // an anchor that is renewed with its key gets another name
		return problem.CustodyEdited.With("another metadata.name than the state's key would have")
	}
	for _, label := range slices.Sorted(maps.Keys(s.Metadata.Labels)) {
		if value, has := want.Metadata.Labels[label]; !has || value != s.Metadata.Labels[label] {
			return problem.CustodyExtraField.With("metadata.labels." + label)
		}
	}
	return checkSOPSData(s.Data, of, known)
}

// checkSOPSData: the key's fields are encrypted, and the rest are certificates in clear.
func checkSOPSData(data map[string]string, of render.NamedKey, known bool) error {
	keys, public := []string{"tls.key"}, map[string]string(nil)
	if of.Secret != nil {
		keys, public = of.Secret.KeyFields, of.Secret.Public
	}
	for _, field := range slices.Sorted(maps.Keys(data)) {
		_, isPublic := public[field]
		switch {
		case slices.Contains(keys, field):
		case !isPublic:
			return problem.CustodyExtraField.With("data." + field)
		case field != caField: // rendering has the state's in its place, whatever was there
			text, _ := base64.StdEncoding.DecodeString(data[field])
			chain, err := pki.ParseChain(text)
			if err != nil {
				return problem.CustodyEdited.With("something else than certificates in data." + field)
			}
			if known && SPKI(chain[0]) != SPKI(of.Certificate) {
				return problem.CustodyOtherKey.With(of.Certificate.Fingerprint()[:16])
			}
		}
	}
	first := ciphertext.FindStringSubmatch(data[keys[0]])
	for i, field := range keys {
		match := ciphertext.FindStringSubmatch(data[field])
		switch {
		case match == nil:
			return problem.CustodyEdited.With("no text that sops encrypted in data." + field)
		case len(match[1]) != len(first[1]) || i > 0 && data[field] == data[keys[0]]: // each is the same key, encrypted for its own field
			return problem.CustodyEdited.With("the ciphertext of another text in data." + field)
		}
	}
	return nil
}
