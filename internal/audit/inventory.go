package audit

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// inventory lists the certificates of a state.
func inventory(s *state.Rotation) Certificates {
	st, err := rotation.StatusOf(s, rotation.Evidence{}, time.Time{})
	if err != nil {
		return Certificates{Known: no(firstText(err))}
	}
	byFingerprint := certificatesOf(s)
	all := Certificates{Known: yes}
	for _, c := range st.Certificates {
		x := byFingerprint[c.Fingerprint]
		all.List = append(all.List, Certificate{
			Kind: c.Kind, Name: c.Name, Role: c.Role, Subject: c.Subject, Serial: x.SerialNumber.Text(16), SHA256: c.Fingerprint,
			Key: keyOf(x), Signature: x.SignatureAlgorithm.String(),
			NotBefore: c.NotBefore.UTC().Format(time.RFC3339), NotAfter: c.NotAfter.UTC().Format(time.RFC3339), InUse: c.InUse,
		})
	}
	return all
}

// certificatesOf are the certificates of a state, by fingerprint.
func certificatesOf(s *state.Rotation) map[string]pki.Certificate {
	var texts []string
	for _, a := range slices.Concat(s.Status.Anchors, s.Status.Retired) {
		texts = append(texts, a.Certificate)
	}
	for _, i := range s.Status.Issuers {
		texts = append(texts, i.Certificate)
	}
	for _, i := range s.Status.RetiredIssuers {
		texts = append(texts, i.Certificate)
	}
	for w := range maps.Values(s.Status.Webhooks) {
		texts = append(texts, w.Certificate, w.CABundle)
		if w.Incoming != nil {
			texts = append(texts, w.Incoming.Certificate, w.Incoming.CABundle)
		}
	}
	found := map[string]pki.Certificate{}
	for _, text := range texts {
		chain, _ := pki.ParseChain([]byte(text)) // what cannot be read is listed nowhere
		for _, c := range chain {
			found[c.Fingerprint()] = c
		}
	}
	return found
}

// keyOf is the kind and size of a certificate's key.
func keyOf(c pki.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Curve.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	}
	return c.PublicKeyAlgorithm.String()
}

// firstText is what an error says, without files and hints.
func firstText(err error) string { return problem.Of(err)[0].Text }
