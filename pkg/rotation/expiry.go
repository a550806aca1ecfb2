package rotation

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Expiry is one certificate of the state and its validity.
type Expiry struct {
	// Kind: anchor, issuer, cross, webhook, webhook-ca, retired (an anchor) or
	// retired-issuer.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Role as in the state; webhooks have current and incoming.
	Role        string `json:"role,omitempty"`
	Subject     string `json:"subject"`
	Fingerprint string `json:"fingerprint"`
	// KeyID is the subject key identifier, hex with colons; empty if there is none.
	KeyID     string    `json:"keyId,omitempty"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	// DaysLeft are whole days, rounded down; negative after the end.
	DaysLeft int  `json:"daysLeft"`
	Expired  bool `json:"expired"`
	NotYet   bool `json:"notYetValid,omitempty"`
	// InUse: the phase delivers it, signs with it or serves it.
	InUse bool `json:"inUse"`
	// Certificate is for what people ask beside it: serial number, kinds of key and signature.
	Certificate pki.Certificate `json:"-"`
}

// newExpiry measures a certificate at an instant.
func newExpiry(kind, name, role string, c pki.Certificate, inUse bool, at time.Time) Expiry {
	left := c.NotAfter.Sub(at)
	return Expiry{
		Kind: kind, Name: name, Role: role, Subject: c.Subject.CommonName, Fingerprint: c.Fingerprint(), KeyID: c.SKI(), Certificate: c,
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), InUse: inUse,
		DaysLeft: int(math.Floor(left.Hours() / 24)), Expired: left < 0, NotYet: at.Before(c.NotBefore),
	}
}

// certificates are the certificates of the state as it is.
func (c *scene) certificates() ([]Expiry, error) {
	now, err := c.dossier.current()
	if err != nil {
		return nil, err
	}
	return c.expiries(now), nil
}

// CertificatesOf are all certificates of a state. Of an Expiry only what does not depend
// on an instant counts.
func CertificatesOf(s *state.Rotation) ([]Expiry, error) {
	c, err := openScene(s, Evidence{}, time.Time{})
	if err != nil {
		return nil, err
	}
	return c.certificates()
}

// InUse are the certificates that the state's phase delivers, signs with or
// serves. Of an Expiry only what does not depend on an instant is set.
func InUse(s *state.Rotation) ([]Expiry, error) {
	all, err := CertificatesOf(s)
	var list []Expiry
	for _, x := range all {
		if x.InUse {
			x.DaysLeft, x.Expired, x.NotYet = 0, false, false
			list = append(list, x)
		}
	}
	return list, err
}

// expiries lists every certificate of the state, in the order of the file.
func (c *scene) expiries(now Material) []Expiry {
	var list []Expiry
	for _, a := range c.dossier.anchors {
		list = append(list, newExpiry("anchor", a.name, a.role, a.cert, now.Bundle.Contains(a.cert.Fingerprint()), c.at))
	}
	for _, i := range c.dossier.issuers {
		inUse := i.chain[0].Fingerprint() == now.Issuer[0].Fingerprint()
		list = append(list, newExpiry("issuer", i.name, i.role, i.chain[0], inUse, c.at))
		for n, x := range i.chain[1:] {
			list = append(list, newExpiry("cross", fmt.Sprintf("%s[%d]", i.name, n+1), i.role, x, inUse, c.at))
		}
	}
	for _, name := range state.WebhookKeys {
		list = append(list, c.hookExpiries(name)...)
	}
	for i, r := range c.dossier.retired {
		list = append(list, newExpiry("retired", c.state.Status.Retired[i].Name, "", r, false, c.at))
	}
	for _, a := range c.dossier.abandoned {
		list = append(list, newExpiry("retired-issuer", a.name, "", a.chain[0], false, c.at))
	}
	return list
}

func (c *scene) hookExpiries(name string) []Expiry {
	w, listed := c.state.Status.Webhooks[name]
	if !listed {
		return nil
	}
	served, trusted, _ := c.state.WebhookMaterial(name)
	list := slices.Concat(
		c.hookExpiry("webhook", name, state.RoleCurrent, w.Certificate, served),
		c.hookExpiry("webhook-ca", name, state.RoleCurrent, w.CABundle, trusted))
	if in := w.Incoming; in != nil {
		list = slices.Concat(list,
			c.hookExpiry("webhook", name, state.RoleIncoming, in.Certificate, served),
			c.hookExpiry("webhook-ca", name, state.RoleIncoming, in.CABundle, trusted))
	}
	return list
}

// hookExpiry reads PEM; what cannot be read is lint's affair.
func (c *scene) hookExpiry(kind, name, role, text, inForce string) []Expiry {
	chain, err := pki.ParseChain([]byte(text))
	if err != nil {
		return nil
	}
	force, _ := pki.ParseChain([]byte(inForce))
	var list []Expiry
	for _, cert := range chain {
		inUse := slices.ContainsFunc(force, func(f pki.Certificate) bool { return f.Fingerprint() == cert.Fingerprint() })
		list = append(list, newExpiry(kind, name, role, cert, inUse, c.at))
	}
	return list
}
