package walk

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"
)

// rotationState is what the tests read of a state file.
type rotationState struct {
	Spec struct {
		Linkerd struct {
			IssuerScheme string
			ExternalCA   bool
		}
	}
	Status struct {
		Phase    string
		Stamp    string
		Rotation *struct{ Kind, Strategy string }
		Anchors  []material
		Issuers  []material
		Webhooks map[string]struct {
			hook
			Incoming *hook
		}
	}
}

type material struct{ Name, Role, Certificate, Key string }

type hook struct{ Certificate, CABundle, Key string }

func parseState(t *testing.T, text string) *rotationState {
	t.Helper()
	s := &rotationState{}
	if err := yaml.Unmarshal([]byte(text), s); err != nil {
		t.Fatal(err)
	}
	if len(s.Status.Anchors) == 0 || len(s.Status.Issuers) == 0 {
		t.Fatal("a state without certificates")
	}
	return s
}

// roles of anchors in the bundle, and of the issuer in force, as the tables of
// docs/phases.md have them. Written out here and not taken from the program.
func (s *rotationState) roles() (anchors []string, issuer string) {
	outgoing, incoming, both := []string{"outgoing"}, []string{"incoming"}, []string{"outgoing", "incoming"}
	current := []string{"current"}
	if s.Status.Phase == "stable" {
		return current, "current"
	}
	switch kind := s.Status.Rotation.Kind + " " + s.Status.Rotation.Strategy + " " + s.Status.Phase; kind {
	case "anchor bundle anchor-added", "anchor bundle anchor-spread":
		return both, "outgoing"
	case "anchor bundle issuer-switched", "anchor bundle issuer-spread":
		return both, "incoming"
	case "anchor bundle anchor-dropped", "anchor cross-sign anchor-swapped", "anchor cross-sign anchor-spread":
		return incoming, "incoming"
	case "anchor cross-sign issuer-switched", "anchor cross-sign issuer-spread":
		return outgoing, "incoming"
	case "issuer  issuer-switched":
		return current, "incoming"
	case "renew  renewed":
		return incoming, "current"
	case "webhooks  webhook-ca-added", "webhooks  webhook-cert-switched":
		return current, "current"
	}
	return nil, ""
}

// bundle is the PEM text of the trust bundle, in the order of the state.
func (s *rotationState) bundle() string {
	roles, _ := s.roles()
	text := ""
	for _, a := range s.Status.Anchors {
		if slices.Contains(roles, a.Role) {
			text += a.Certificate
		}
	}
	return text
}

// issuer is the PEM text of the chain that identity signs with.
func (s *rotationState) issuer() string {
	_, role := s.roles()
	for _, i := range s.Status.Issuers {
		if i.Role == role {
			return i.Certificate
		}
	}
	return ""
}

// hooks are the webhooks' certificates and caBundles in the phase, by name.
func (s *rotationState) hooks() map[string]hook {
	all := map[string]hook{}
	for name, w := range s.Status.Webhooks {
		h := w.hook
		if w.Incoming != nil {
			h.CABundle += w.Incoming.CABundle
			if s.Status.Phase == "webhook-cert-switched" {
				h.Certificate = w.Incoming.Certificate
			}
		}
		all[name] = h
	}
	return all
}

// certificates are the DER bytes of all certificates of a PEM text, in order.
func certificates(text string) (all []string) {
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return all
		}
		if _, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, string(block.Bytes))
		}
	}
}
