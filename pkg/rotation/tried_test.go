package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestReviewAdvanceKeeps: a move that brings anything of its author's beside it is none.
func TestReviewAdvanceKeeps(t *testing.T) {
	foreign := newMesh(t, "other", now).state.Status
	for _, phase := range []string{"anchor-added", "anchor-spread", "issuer-switched", "issuer-spread", "anchor-dropped"} {
		m, instant := at(t, "anchor", "bundle", phase)
		base := m.state.Clone()
		e := seen(m.sight(instant))
		m.advance(t, Options{}, e, instant)
		if _, err := Review(base, m.state, e, instant); err != nil {
			t.Fatalf("%s: %s", phase, explain(err))
		}
		for name, edit := range map[string]func(*state.Status){
			"another stamp":             func(s *state.Status) { s.Stamp = "0123456789abcdef" },
			"a retired anchor":          func(s *state.Status) { s.Retired = append(s.Retired, foreign.Anchors[0]) },
			"an adopted bundle":         func(s *state.Status) { s.AdoptedBundle = foreign.Anchors[0].Certificate },
			"an extra anchor":           func(s *state.Status) { s.Anchors = append(s.Anchors, extra(foreign.Anchors[0])) },
			"another anchor":            func(s *state.Status) { s.Anchors[0].Certificate = foreign.Anchors[0].Certificate },
			"another name of an anchor": func(s *state.Status) { s.Anchors[0].Name = "approved" },
			"a webhook's CA": func(s *state.Status) {
				editHook(s, func(w *state.Webhook) { w.CABundle = foreign.Webhooks[state.WebhookProxyInjector].CABundle })
			},
			"a webhook less": func(s *state.Status) { delete(s.Webhooks, state.WebhookProxyInjector) },
			"what a webhook serves": func(s *state.Status) {
				editHook(s, func(w *state.Webhook) { w.Certificate = foreign.Webhooks[state.WebhookProxyInjector].Certificate })
			},
			"another issuer":  func(s *state.Status) { s.Issuers[0].Certificate = foreign.Issuers[0].Certificate },
			"one more issuer": func(s *state.Status) { s.Issuers = append(s.Issuers, foreign.Issuers[0]) },
			"a retired issuer": func(s *state.Status) {
				s.RetiredIssuers = append(s.RetiredIssuers, state.RetiredIssuer{Name: "x", Certificate: foreign.Issuers[0].Certificate})
			},
			"a wave":                     func(s *state.Status) { s.Wave = &state.Wave{Previous: "0123456789abcdef", Namespaces: []string{"x"}} },
			"downtime that it has not":   func(s *state.Status) { s.Log[len(s.Log)-1].DowntimeAccepted = true },
			"a log entry of another one": func(s *state.Status) { s.Log[len(s.Log)-1].Move = state.MoveAbandon },
		} {
			next := m.state.Clone()
			edit(&next.Status)
			if _, err := Review(base, next, e, instant); err == nil {
				t.Errorf("%s with %s passes", phase, name)
			}
		}
		if len(m.state.Status.Anchors) > 1 {
			next := m.state.Clone()
			slices.Reverse(next.Status.Anchors)
			if _, err := Review(base, next, e, instant); err == nil {
				t.Errorf("%s: anchors in another order pass", phase)
			}
		}
		renamed := m.state.Clone()
		renamed.Metadata.Name = "other"
		if _, err := Review(base, renamed, e, instant); !slices.Contains(codes(err), string(problem.RotationOtherMesh.Code)) {
			t.Errorf("%s: another mesh: %v", phase, err)
		}
	}
}

func editHook(s *state.Status, f func(*state.Webhook)) {
	w := s.Webhooks[state.WebhookProxyInjector]
	f(&w)
	s.Webhooks[state.WebhookProxyInjector] = w
}

// TestSpecOpensNoGate: a change that also says that the mesh is another one, with
// another version, scheme or CA, meets no fewer needs.
func TestSpecOpensNoGate(t *testing.T) {
	for _, phase := range []string{"anchor-added", "anchor-spread", "issuer-switched", "issuer-spread", "anchor-dropped"} {
		m, at := at(t, "anchor", "bundle", phase)
		at = at.Add(time.Minute)
		_, err := Advance(m.state, Options{}, Evidence{}, at)
		before := strings.Join(codes(err), " ")
		if before == "" {
			t.Fatalf("%s: open without evidence", phase)
		}
		for name, edit := range map[string]func(*state.Linkerd){
			"version":          func(l *state.Linkerd) { l.Version = "2.12" },
			"edge":             func(l *state.Linkerd) { l.Version = "edge-25.4.4" },
			"externalCA":       func(l *state.Linkerd) { l.ExternalCA = !l.ExternalCA },
			"issuerScheme":     func(l *state.Linkerd) { l.IssuerScheme = state.SchemeKubernetes },
			"rollControlPlane": func(l *state.Linkerd) { l.RollControlPlane = !l.RollControlPlane },
		} {
			other := m.state.Clone()
			edit(&other.Spec.Linkerd)
			if _, err := Advance(other, Options{}, Evidence{}, at); err == nil {
				t.Errorf("%s with another %s: open, and was shut by %s", phase, name, before)
			}
		}
	}
}
