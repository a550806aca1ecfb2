package render

import (
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// SecretID names a Secret.
type SecretID struct{ Namespace, Name string }

// KeySecret is a Secret that carries a private key, without the key.
type KeySecret struct {
	SecretID
	// Type is "kubernetes.io/tls" or "Opaque".
	Type   string
	Labels map[string]string
	// Public are the fields in clear, as text: certificates.
	Public map[string]string
	// KeyFields are the fields that hold the private key (PEM).
	KeyFields []string
	// Webhook is its key in status.webhooks; "" for the issuer's Secret.
	Webhook string
	// Certificate is the one that the private key belongs to.
	Certificate pki.Certificate
	// Where is the place of certificate and key in the state file, such as
	// "status.issuers[0]"; KeyPath is what `key` says there, or "".
	Where, KeyPath string
}

// Group is the one that the Secret belongs to.
func (s KeySecret) Group() Group {
	for _, w := range webhooks {
		if w.Key == s.Webhook {
			return w.Group
		}
	}
	return ControlPlane
}

// KeySecrets lists the Secrets of the phase in force that carry private keys:
// the issuer's, then those of the listed webhooks that have a certificate.
func (m *Material) KeySecrets(layout Layout) []KeySecret {
	secrets := []KeySecret{m.issuerSecret(layout, m.Issuer, m.issuingAnchors(m.Issuer, m.Bundle), m.issuerPath(), m.State.Issuing().Key)}
	for _, w := range webhooks {
		material, listed := m.Webhooks[w.Key]
		if listed && material.Certificate != "" && m.traits.Has(w.Key) {
			secrets = append(secrets, m.webhookSecret(w, material, "status.webhooks."+w.Key))
		}
	}
	return secrets
}

// SealedSecrets are the KeySecrets as a custody's objects have them: the issuer's
// has the fields of both issuer schemes, since what was encrypted once cannot be
// given another form by rendering. The layout decides the type.
func (m *Material) SealedSecrets(layout Layout) []KeySecret {
	secrets := m.KeySecrets(External)
	secrets[0] = bothSchemes(secrets[0])
	if layout == Embedded {
		secrets[0].Type = typeOpaque
	}
	return secrets
}

// bothSchemes gives the issuer's Secret of scheme kubernetes.io/tls the fields
// of linkerd.io/tls too.
func bothSchemes(s KeySecret) KeySecret {
	s.KeyFields = append(s.KeyFields, linkerd.FieldKey)
	s.Public[linkerd.FieldCert] = s.Public["tls.crt"]
	return s
}

// NamedKey is one private key that a state names by its path.
type NamedKey struct {
	// Name of the anchor, issuer or webhook, for messages.
	Name string
	// Path as the state names it; Where it does so, such as "status.issuers[1]".
	Path, Where string
	Certificate pki.Certificate
	// Secret that the key is for, as if its certificate were in force, in the form
	// of SealedSecrets; nil for an anchor's key, which no cluster ever gets.
	Secret *KeySecret
}

// NamedKeys lists every private key that the state names, of every phase: of
// anchors, issuers, and webhooks with their incoming material. A path that is
// named twice (renew keeps the anchor's key) is listed once.
func NamedKeys(s *state.Rotation) ([]NamedKey, error) {
	all, err := KeysByPlace(s)
	return onceByPath(all), err
}

// KeysByPlace is NamedKeys with one entry for each place in the state that names a key,
// also where two places name one path.
func KeysByPlace(s *state.Rotation) ([]NamedKey, error) {
	m, err := NewMaterial(s, nil)
	if err != nil {
		return nil, err
	}
	var all []NamedKey
	for i, a := range m.State.Status.Anchors {
		chain, err := pki.ParseChain([]byte(a.Certificate))
		if err != nil {
			return nil, problem.Of(err).Under(statusItem("anchors", i) + ".certificate").Err()
		}
		all = append(all, NamedKey{a.Name, a.Key, statusItem("anchors", i), chain[0], nil})
	}
	for i, is := range m.State.Status.Issuers {
		chain, err := pki.ParseChain([]byte(is.Certificate))
		if err != nil {
			return nil, problem.Of(err).Under(statusItem("issuers", i) + ".certificate").Err()
		}
		secret := bothSchemes(m.issuerSecret(External, chain, m.issuingAnchors(chain, m.anchors), statusItem("issuers", i), is.Key))
		all = append(all, NamedKey{is.Name, is.Key, secret.Where, chain[0], &secret})
	}
	for _, w := range webhooks {
		all = append(all, m.webhookKeys(w)...)
	}
	return all, nil
}

// RequestedKey is the key of an issuer whose certificate is yet to be signed.
func RequestedKey(s *state.Rotation, name, path string) (NamedKey, error) {
	m, err := NewMaterial(s, nil)
	if err != nil {
		return NamedKey{}, err
	}
	secret := bothSchemes(m.issuerSecret(External, m.Issuer, "", "", path))
	secret.Public, secret.Certificate = nil, pki.Certificate{}
	return NamedKey{Name: name, Path: path, Secret: &secret}, nil
}

// webhookKeys are the keys of both sides of one webhook.
func (m *Material) webhookKeys(w Webhook) []NamedKey {
	listed, ok := m.State.Status.Webhooks[w.Key]
	if !ok {
		return nil
	}
	sides := []WebhookMaterial{{listed.Certificate, listed.CABundle, listed.Key}}
	where := []string{"status.webhooks." + w.Key}
	if in := listed.Incoming; in != nil {
		sides = append(sides, WebhookMaterial{in.Certificate, in.CABundle, in.Key})
		where = append(where, where[0]+".incoming")
	}
	var keys []NamedKey
	for i, side := range sides {
		if side.Certificate == "" || side.KeyPath == "" {
			continue
		}
		secret := m.webhookSecret(w, side, where[i])
		if secret.Certificate.Certificate != nil {
			keys = append(keys, NamedKey{w.Key, side.KeyPath, where[i], secret.Certificate, &secret})
		}
	}
	return keys
}

func onceByPath(all []NamedKey) []NamedKey {
	seen := map[string]bool{"": true}
	var once []NamedKey
	for _, k := range all {
		if !seen[k.Path] {
			once = append(once, k)
		}
		seen[k.Path] = true
	}
	return once
}

// issuerSecret is the issuer's Secret in the form that the layout's scheme reads
// (controller/cmd/identity/main.go).
func (m *Material) issuerSecret(layout Layout, chain pki.Chain, anchors, where, path string) KeySecret {
	s := KeySecret{
		SecretID: SecretID{m.namespace(ControlPlane), issuerName}, Labels: m.labels(ControlPlane, "identity"),
		Certificate: chain[0], Where: where, KeyPath: path,
	}
	text := string(chain.Marshal())
	if layout == Embedded {
		s.Type, s.KeyFields, s.Public = typeOpaque, []string{linkerd.FieldKey}, map[string]string{linkerd.FieldCert: text}
		return s
	}
	s.Type, s.KeyFields, s.Public = typeTLS, []string{"tls.key"}, map[string]string{"tls.crt": text, "ca.crt": anchors}
	return s
}

// webhookSecret is what a webhook's pods mount. Its certificate was parsed
// before; one that cannot be gives none.
func (m *Material) webhookSecret(w Webhook, material WebhookMaterial, where string) KeySecret {
	s := KeySecret{
		SecretID: SecretID{m.namespace(w.Group), w.Secret}, Labels: m.labels(w.Group, w.Component),
		Type: typeTLS, KeyFields: []string{"tls.key"}, Public: map[string]string{"tls.crt": trim(material.Certificate)},
		Webhook: w.Key, Where: where, KeyPath: material.KeyPath,
	}
	if chain, err := pki.ParseChain([]byte(material.Certificate)); err == nil {
		s.Certificate = chain[0]
	}
	return s
}

// object is the Secret as a manifest, with its key.
func (s KeySecret) object(key string) any {
	data := map[string]string{}
	for _, field := range s.KeyFields {
		data[field] = b64(key)
	}
	for field, text := range s.Public {
		data[field] = b64(text)
	}
	return map[string]any{
		"apiVersion": "v1",
		"kind":       "Secret",
		"metadata":   map[string]any{"name": s.Name, "namespace": s.Namespace, "labels": s.Labels},
		"type":       s.Type,
		"data":       data,
	}
}
