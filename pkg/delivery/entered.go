package delivery

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Entered are the kinds of objects that entering the phase in force changed.
func Entered(s *state.Rotation) []Kind {
	r := s.Status.Rotation
	if r == nil {
		return nil
	}
	t, ok := state.TableOf(r.Kind, r.Strategy)
	i := slices.IndexFunc(t.Phases, func(p state.Phase) bool { return p.Name == s.Status.Phase })
	if !ok || i < 0 {
		return nil
	}
	now, before := t.Phases[i], state.Phase{Bundle: []string{state.RoleOutgoing}}
	if i > 0 {
		before = t.Phases[i-1]
	}
	holds := func(p state.Phase) string {
		return strings.ReplaceAll(strings.Join(p.Bundle, "+"), state.RoleCurrent, state.RoleOutgoing)
	}
	return Kinds(holds(now) != holds(before), (now.Issuer == state.RoleIncoming) != (before.Issuer == state.RoleIncoming),
		now.WebhookCert != before.WebhookCert, now.WebhookCA != before.WebhookCA)
}

// Kinds are those of the objects that a change of the bundle, the issuer, the
// webhooks' certificates and their caBundles touches.
func Kinds(bundle, issuer, webhookCert, webhookCA bool) (kinds []Kind) {
	if bundle {
		kinds = append(kinds, TrustRoots, Config, ControlPlane, TrustBundle)
	}
	if issuer {
		kinds = append(kinds, Issuer, Config)
	}
	if webhookCert {
		kinds = append(kinds, WebhookSecret)
	}
	if webhookCA {
		kinds = append(kinds, CABundle)
	}
	return kinds
}

// Between are the kinds that differ between two states of one mesh.
func Between(before, after *state.Rotation) []Kind {
	cert, ca := false, false
	for key := range after.Status.Webhooks {
		c0, a0, _ := before.WebhookMaterial(key)
		c1, a1, _ := after.WebhookMaterial(key)
		cert, ca = cert || c0 != c1, ca || a0 != a1
	}
	return Kinds(bundleOf(before) != bundleOf(after), before.Issuing().Certificate != after.Issuing().Certificate, cert, ca)
}

func bundleOf(s *state.Rotation) (text string) {
	for _, a := range s.Bundle() {
		text += strings.TrimSpace(a.Certificate) + "\n"
	}
	return text
}

// Unvouched are the objects that the phase in force changed, that nothing delivers
// by itself, and that nobody vouched for when it was entered.
func Unvouched(s *state.Rotation, statePath string) []Object {
	if log := s.Status.Log; len(log) > 0 && slices.ContainsFunc(log[len(log)-1].Assumed,
		func(a state.Assumed) bool { return a.Code == string(state.DeliveredElsewhere) }) {
		return nil
	}
	return Missing(Of(s, statePath), Entered(s))
}

// Missing are the objects of the kinds without a route of their own. The restart of
// the control plane is not among them: a later gate looks at what pods have loaded.
func Missing(all []Object, kinds []Kind) []Object {
	kinds = slices.DeleteFunc(slices.Clone(kinds), func(k Kind) bool { return k == ControlPlane })
	return slices.DeleteFunc(Changed(all, kinds...), Object.Automatic)
}
