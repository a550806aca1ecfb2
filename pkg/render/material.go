package render

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Keys holds private keys by the path that the state file gives them. Only a
// custody that lets a live host have keys fills it.
type Keys map[string]Key

// Key is one private key (PEM), or the reason why it could not be read: that is
// an error only where the stream needs the key.
type Key struct {
	PEM []byte
	Err error
}

// Format never shows key bytes, whatever the verb.
func (k Key) Format(s fmt.State, _ rune) { io.WriteString(s, "private key (not shown)") }

// KeyPaths lists the keys of the phase in force: the signing issuer's and those
// of the listed webhooks, as the state file names them, without doubles.
func KeyPaths(s *state.Rotation) []string {
	paths := []string{s.Issuing().Key}
	for _, w := range webhooks {
		if _, listed := s.Status.Webhooks[w.Key]; listed {
			_, _, key := s.WebhookMaterial(w.Key)
			paths = append(paths, key)
		}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if paths[0] == "" {
		paths = paths[1:]
	}
	return paths
}

// Material is what one phase delivers: parsed, and checked for structure.
type Material struct {
	State *state.Rotation
	Phase state.Phase
	// Bundle is the trust bundle that the control plane delivers.
	Bundle pki.Bundle
	// Issuer is the chain that identity signs with: the issuer, then a cross
	// certificate if any.
	Issuer pki.Chain
	// Webhooks by values key, only those that the state lists.
	Webhooks map[string]WebhookMaterial

	traits  linkerd.Traits
	anchors pki.Bundle // every anchor of the file
	raw     string     // identityTrustAnchorsPEM as the chart is given it
	keys    Keys
}

// WebhookMaterial is what one webhook serves and what the API server trusts, as
// PEM without surrounding white space. Certificate is empty where the Secret is
// someone else's.
type WebhookMaterial struct {
	Certificate, CABundle, KeyPath string
}

// NewMaterial resolves the state's phase to its material. It refuses damaged
// PEM, an issuer that does not chain to the delivered bundle, other issuers
// that chain to no anchor of the file, and keys that are not their
// certificate's. All problems of the state are reported together.
func NewMaterial(s *state.Rotation, keys Keys) (*Material, error) {
	s = s.WithDefaults()
	version, err := linkerd.ParseVersion(s.Spec.Linkerd.Version)
	if err != nil {
		return nil, err
	}
	m := &Material{State: s, Phase: s.Current(), traits: version.Traits(), keys: keys}
	var problems problem.List
	problems.Add(m.readBundle())
	problems.Add(m.readIssuers())
	problems.Add(m.readWebhooks())
	if len(problems) > 0 {
		return nil, problems.Err()
	}
	return m, nil
}

// readBundle parses every anchor of the file and joins those of the phase, in
// the order of the file.
func (m *Material) readBundle() error {
	var problems problem.List
	var all, delivered []pki.Certificate
	inPhase := map[string]bool{}
	for _, a := range m.State.Bundle() {
		inPhase[a.Name] = true
	}
	for i, a := range m.State.Status.Anchors {
		one, err := pki.ReadBundle([]byte(a.Certificate))
		if err == nil && one.Len() != 1 {
			err = problem.RenderOneAnchor.With(a.Name, one.Len())
		}
		if err != nil {
			problems.Add(problem.Of(err).Under(statusItem("anchors", i) + ".certificate").Err())
			continue
		}
		all = append(all, one.Certificates()...)
		if inPhase[a.Name] {
			delivered = append(delivered, one.Certificates()...)
		}
	}
	if len(problems) > 0 {
		return problems.Err()
	}
	var err error
	if m.anchors, err = pki.NewBundle(all...); err == nil {
		m.Bundle, err = pki.NewBundle(delivered...)
	}
	if err != nil {
		return problem.Of(err).Under("status.anchors").Err()
	}
	return m.readRaw()
}

// readRaw decides what the chart is given as identityTrustAnchorsPEM: our own
// canonical bytes, or those that a running mesh was adopted with.
func (m *Material) readRaw() error {
	m.raw = string(m.Bundle.Marshal())
	adopted := m.State.Status.AdoptedBundle
	if adopted == "" {
		return nil
	}
	bundle, err := pki.ReadBundle([]byte(adopted))
	if err != nil {
		return problem.Of(err).Under("status.adoptedBundle").Err()
	}
	if !bundle.Equal(m.Bundle) {
		return problem.RenderAdoptedBundle.With(bundle.Len(), m.Bundle.Len()).On("status.adoptedBundle")
	}
	m.raw = adopted
	return nil
}

// readIssuers checks every issuer's structure: the signing one against the
// delivered bundle, the others against any anchor of the file.
func (m *Material) readIssuers() error {
	var problems problem.List
	if m.anchors.Len() == 0 {
		return nil // readBundle has said why
	}
	signing := m.State.Issuing()
	for i, is := range m.State.Status.Issuers {
		where := statusItem("issuers", i)
		chain, err := pki.ParseChain([]byte(is.Certificate))
		if err != nil {
			problems.Add(problem.Of(err).Under(where + ".certificate").Err())
			continue
		}
		bundle := m.anchors
		if is.Name == signing.Name {
			m.Issuer, bundle = chain, m.Bundle
		}
		if bundle.Len() == 0 {
			continue
		}
		if err := pki.CheckStructure(bundle, chain); err != nil {
			problems.Add(problem.Of(err).Under(where + ".certificate").Err())
		}
		problems.Add(m.checkKey(where, is.Key, chain[0]))
	}
	return problems.Err()
}

// readWebhooks parses what the phase's side of each listed webhook holds.
func (m *Material) readWebhooks() error {
	var problems problem.List
	m.Webhooks = map[string]WebhookMaterial{}
	for _, w := range webhooks {
		if _, listed := m.State.Status.Webhooks[w.Key]; !listed {
			continue
		}
		certificate, caBundle, key := m.State.WebhookMaterial(w.Key)
		where := "status.webhooks." + w.Key
		if _, err := pki.ParseChain([]byte(caBundle)); err != nil {
			problems.Add(problem.Of(err).Under(where + ".caBundle").Err())
		}
		if certificate != "" {
			chain, err := pki.ParseChain([]byte(certificate))
			if err != nil {
				problems.Add(problem.Of(err).Under(where + ".certificate").Err())
			} else {
				problems.Add(m.checkKey(where, key, chain[0]))
			}
		}
		m.Webhooks[w.Key] = WebhookMaterial{trim(certificate), trim(caBundle), key}
	}
	return problems.Err()
}

// checkKey proves that the key at path, if it was handed in, belongs to c.
func (m *Material) checkKey(where, path string, c pki.Certificate) error {
	read, ok := m.keys[path]
	if path == "" || !ok || read.Err != nil {
		return nil
	}
	key, err := pki.ParseKey(read.PEM)
	if err != nil {
		return problem.Of(err).In(path).Err()
	}
	if !key.Matches(c) {
		return problem.RenderForeignKey.With(path, c.Fingerprint()[:16]).On(where + ".key")
	}
	return nil
}

// key gives a private key's PEM without surrounding white space, as the charts
// write it (`b64enc (trim …)`).
func (m *Material) key(where, path string) (string, error) {
	if path == "" {
		return "", problem.RenderNoKeyPath.With().On(where + ".key")
	}
	read, ok := m.keys[path]
	switch {
	case !ok:
		return "", problem.RenderKeyAbsent.With(path).On(where + ".key")
	case read.Err != nil:
		return "", read.Err
	}
	return trim(string(read.PEM)), nil
}

// issuerPath is the place of the signing issuer in the state file.
func (m *Material) issuerPath() string {
	signing := m.State.Issuing()
	for i, is := range m.State.Status.Issuers {
		if is.Name == signing.Name {
			return statusItem("issuers", i)
		}
	}
	return "status.issuers"
}

// bundleText is what ConfigMaps and literals carry: the raw value, trimmed as
// the charts trim it (charts/linkerd-control-plane/templates/identity.yaml).
func (m *Material) bundleText() string { return strings.ReplaceAll(trim(m.raw), "\r\n", "\n") }

// issuerText is the issuer chain as PEM without a final newline.
func (m *Material) issuerText() string { return string(m.Issuer.Marshal()) }

// issuingAnchors is the PEM of those anchors that an issuer chains to: the
// ca.crt of a kubernetes.io/tls Secret. It changes with the issuer, not with
// every anchor that joins the bundle.
func (m *Material) issuingAnchors(issuer pki.Chain, among pki.Bundle) string {
	var found []pki.Certificate
	for _, anchor := range among.Certificates() {
		alone, err := pki.NewBundle(anchor)
		if err == nil && pki.CheckStructure(alone, issuer) == nil {
			found = append(found, anchor)
		}
	}
	bundle, err := pki.NewBundle(found...)
	if err != nil {
		return m.bundleText()
	}
	return string(bundle.Marshal())
}

// issuerExpiry is identity.issuer.crtExpiry of the charts of 2.10 and 2.11.0: the issuer's
// notAfter, RFC 3339 UTC.
func (m *Material) issuerExpiry() string { return m.Issuer[0].NotAfter.UTC().Format(time.RFC3339) }

func statusItem(list string, i int) string { return "status." + list + "[" + itoa(i) + "]" }

func trim(s string) string { return strings.TrimSpace(s) }

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
