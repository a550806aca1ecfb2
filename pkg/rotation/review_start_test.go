package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestReviewStartKeeps: a start of any kind that changes anything of what was
// there before, or brings more than its kind does, is no start.
func TestReviewStartKeeps(t *testing.T) {
	foreign := newMesh(t, "other", now).state.Status
	strange := state.Webhook{Certificate: foreign.Webhooks[state.WebhookProxyInjector].Certificate, CABundle: foreign.Webhooks[state.WebhookProxyInjector].CABundle}
	hook := func(f func(*state.Webhook)) func(*state.Status) {
		return func(s *state.Status) {
			w := s.Webhooks[state.WebhookProxyInjector]
			f(&w)
			s.Webhooks[state.WebhookProxyInjector] = w
		}
	}
	more := func(name string) func(*state.Status) {
		return func(s *state.Status) {
			w := strange
			w.Incoming = s.Webhooks[state.WebhookProxyInjector].Incoming
			s.Webhooks[name] = w
		}
	}
	edits := map[string]func(*state.Status){
		"a tap of somebody":            more(state.WebhookTap),
		"an injector of taps":          more(state.WebhookTapInjector),
		"a webhook of traces":          more(state.WebhookJaeger),
		"a webhook less":               func(s *state.Status) { delete(s.Webhooks, state.WebhookProxyInjector) },
		"another CA bundle":            hook(func(w *state.Webhook) { w.CABundle += strange.CABundle }),
		"another served certificate":   hook(func(w *state.Webhook) { w.Certificate = strange.Certificate }),
		"another key of a webhook":     hook(func(w *state.Webhook) { w.Key = "keys/mine.key" }),
		"an anchor with another name":  func(s *state.Status) { s.Anchors[0].Name = "approved" },
		"an anchor with another key":   func(s *state.Status) { s.Anchors[0].Key = "keys/mine.key" },
		"an extra anchor":              func(s *state.Status) { s.Anchors = append(s.Anchors, extra(foreign.Anchors[0])) },
		"another anchor in force":      func(s *state.Status) { s.Anchors[0].Certificate = foreign.Anchors[0].Certificate },
		"an issuer with another name":  func(s *state.Status) { s.Issuers[0].Name = "approved" },
		"an issuer with another key":   func(s *state.Status) { s.Issuers[0].Key = "keys/mine.key" },
		"another issuer in force":      func(s *state.Status) { s.Issuers[0].Certificate = foreign.Issuers[0].Certificate },
		"one more issuer of no phase":  func(s *state.Status) { s.Issuers = append(s.Issuers, foreign.Issuers[0]) },
		"a retired anchor of somebody": func(s *state.Status) { s.Retired = append(s.Retired, foreign.Anchors[0]) },
		"an adopted bundle":            func(s *state.Status) { s.AdoptedBundle = foreign.Anchors[0].Certificate },
	}
	for _, path := range Paths {
		m := newMesh(t, "prod", now)
		base, at := m.state, now.Add(time.Hour)
		m.start(t, StartOptions{Kind: path.Kind, Strategy: path.Strategy, Options: Options{AcceptDowntime: path.Kind == state.KindReplace}}, Evidence{}, at)
		if _, err := Review(base, m.state, Evidence{}, at); err != nil {
			t.Fatalf("%s: %s", path.label(), explain(err))
		}
		for name, edit := range edits {
			next := m.state.Clone()
			edit(&next.Status)
			if _, err := Review(base, next, Evidence{}, at); !slices.Contains(codes(err), string(problem.RotationNoMove.Code)) {
				t.Errorf("%s with %s: %v", path.label(), name, err)
			}
		}
	}
}

func extra(a state.Anchor) state.Anchor {
	a.Role, a.Name, a.Key = state.RoleExtra, "theirs", ""
	return a
}

// TestIncomingIsRoot: an intermediate, as some meshes have in their bundle, is
// not what a rotation brings; neither by start nor by an edit of the state.
func TestIncomingIsRoot(t *testing.T) {
	m := newMesh(t, "prod", now)
	base, at := m.state, now.Add(time.Hour)
	sub := must(pki.ParseChain([]byte(base.Status.Issuers[0].Certificate)))[0]
	for _, kind := range []string{state.KindAnchor, state.KindReplace, state.KindRenew} {
		o := StartOptions{Kind: kind, Anchor: sub, AnchorKey: m.keys[base.Status.Issuers[0].Key], Options: Options{AcceptDowntime: true}}
		if _, err := Start(base, o, Evidence{}, at, random(kind)); !slices.ContainsFunc(codes(err), isOfAnchor) {
			t.Errorf("start %s with an intermediate: %v", kind, err)
		}
		next := newMesh(t, "prod", now)
		next.state = base
		next.keys = m.keys
		next.start(t, StartOptions{Kind: kind, Options: Options{AcceptDowntime: true}}, Evidence{}, at)
		edited := next.state.Clone()
		for i := range edited.Status.Anchors {
			if edited.Status.Anchors[i].Role == state.RoleIncoming {
				edited.Status.Anchors[i].Certificate = base.Status.Issuers[0].Certificate
			}
		}
		if _, err := Review(base, edited, Evidence{}, at); !slices.ContainsFunc(codes(err), isOfAnchor) {
			t.Errorf("%s, edited to an intermediate: %v", kind, err)
		}
	}
}

func isOfAnchor(code string) bool {
	return code == string(problem.PKIAnchorNotSelfSigned.Code) || code == string(problem.RotationForeignAnchor.Code)
}

// TestForgedDowntime: a log entry accepts downtime only where the move has some.
func TestForgedDowntime(t *testing.T) {
	for _, path := range Paths {
		m := newMesh(t, "prod", now)
		instant := now.Add(time.Hour)
		for i := range path.Steps {
			base := m.state
			var e Evidence
			if i == 0 {
				m.start(t, StartOptions{Kind: path.Kind, Strategy: path.Strategy, Options: Options{AcceptDowntime: path.Kind == state.KindReplace}}, e, instant)
			} else {
				sight := m.sight(instant)
				showHooks(m.state, sight)
				e = seen(sight)
				m.advance(t, Options{}, e, instant)
			}
			forged := m.state.Clone()
			last := &forged.Status.Log[len(forged.Status.Log)-1]
			if last.DowntimeAccepted {
				continue // a person's word that was asked for
			}
			last.DowntimeAccepted = true
			if _, err := Review(base, forged, e, instant); err == nil || !strings.Contains(err.Error(), "accepts downtime") {
				t.Errorf("%s, %s: %v", path.label(), m.state.Status.Phase, err)
			}
			instant = instant.Add(36 * time.Hour)
		}
	}
}
