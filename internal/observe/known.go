package observe

import (
	"cmp"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Known is what the state says that readings are interpreted by.
type Known struct {
	// Issuers are chains that identity may sign with.
	Issuers []Issuer `json:"issuers,omitempty"`
	// Certificates (PEM) that the state has: an observation need not bring them.
	Certificates []string `json:"certificates,omitempty"`
	// Lifetime and Skew of leaves, where the control plane does not say.
	Lifetime time.Duration `json:"lifetime"`
	Skew     time.Duration `json:"skew"`
	// Moved is when the state's last move was made; zero if its log does not tell.
	Moved time.Time `json:"moved,omitzero"`
}

// Issuer is a chain that identity may sign with.
type Issuer struct {
	// Chain is PEM, the issuer first.
	Chain string `json:"chain"`
	// Crossed: identity may have it with or without a cross certificate behind it,
	// which nothing but its own answer can tell.
	Crossed bool `json:"crossed,omitempty"`
}

// TrustDomain is the one that the chart's values have, or the default.
func TrustDomain(config *ConfigMap) string {
	b := &builder{Reading: Reading{Config: config}}
	return cmp.Or(b.values().Lookup(manifest.At(linkerd.TrustDomainValue)).Value(), linkerd.DefaultTrustDomain)
}

// clocksDiffer is how far a certificate's beginning may be from the log's clock.
const clocksDiffer = 24 * time.Hour

// KnownOf is what a state knows.
func KnownOf(s *state.Rotation) Known {
	if s == nil { // nothing is known, and the defaults hold
		s = &state.Rotation{}
	}
	spec := s.WithDefaults().Spec
	k := Known{Lifetime: time.Duration(spec.Leaf.Lifetime), Skew: time.Duration(spec.Leaf.ClockSkew)}
	if last, ok := s.LastEntry(); ok {
		k.Moved, _ = time.Parse(time.RFC3339, last.At) // zero: unknown
	}
	for _, a := range append(s.Status.Anchors, s.Status.Retired...) {
		k.Certificates = append(k.Certificates, a.Certificate)
	}
	crossed := crossSigned(s)
	add := func(text string) {
		chain, err := pki.ParseChain([]byte(text))
		if err != nil {
			return // the state is validated; nothing is concluded from what cannot be read
		}
		k.Certificates = append(k.Certificates, text)
		k.Issuers = append(k.Issuers, Issuer{text, len(chain) > 1 || chain[0].NotBefore.Before(crossed.Add(clocksDiffer))})
	}
	for _, i := range s.Status.Issuers {
		add(i.Certificate)
	}
	for _, i := range s.Status.RetiredIssuers {
		add(i.Certificate)
	}
	return k
}

// crossSigned is when the log last moved a rotation by cross-signing; zero if it
// never did. Issuers from before may have been in force with the cross certificate.
func crossSigned(s *state.Rotation) (last time.Time) {
	for _, e := range s.Status.Log {
		if at, err := time.Parse(time.RFC3339, e.At); err == nil && e.Strategy == state.StrategyCrossSign && at.After(last) {
			last = at
		}
	}
	return last
}
