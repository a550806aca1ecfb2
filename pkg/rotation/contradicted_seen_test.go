package rotation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// hooks are rows for every webhook under rotation: what the API server trusts and
// what is served, of the side that is named.
func (m *mesh) hooks(ca, served string) (rows []Hook) {
	for _, name := range state.WebhookKeys {
		w, ok := m.state.Status.Webhooks[name]
		if !ok || w.Incoming == nil {
			continue
		}
		texts := map[string][2]string{"current": {w.CABundle, w.Certificate}, "incoming": {w.CABundle + w.Incoming.CABundle, w.Incoming.Certificate}}
		rows = append(rows, Hook{Name: name, CABundle: chainFPs(texts[ca][0]), Served: chainFPs(texts[served][1])})
	}
	return rows
}

// against has a word, what contradicts it, and what the refusal says.
var against = []struct {
	name, kind, strategy, phase, to string
	code                            Need
	spoil                           func(*mesh, *Observation) // nil: no observation
	says                            string                    // "": the word stands
}{
	{"an injector has the bundle of before", state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded, "", BundleDelivered, func(m *mesh, o *Observation) {
		o.ControlPlane.Injectors[0].Bundle = m.anchors(state.RoleOutgoing)
	}, `injector "injector-0" mounts`},
	{"the ConfigMap has the bundle of before", state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded, "", BundleDelivered, func(m *mesh, o *Observation) {
		o.ControlPlane.TrustRoots = m.anchors(state.RoleOutgoing)
	}, "ConfigMap linkerd-identity-trust-roots has"},
	{"the injectors were not seen", state.KindAnchor, state.StrategyBundle, state.PhaseAnchorAdded, "", BundleDelivered, func(_ *mesh, o *Observation) { o.ControlPlane.Injectors = nil }, ""},
	{"no phase so far delivers the last bundle", state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSpread, state.PhaseStable, BundleDelivered, nil, "phase issuer-spread delivers {"},
	{"a replica signs with the issuer of before", state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSwitched, "", IssuerLoaded, func(m *mesh, o *Observation) {
		o.Identity[1].Issuer = m.chain(state.RoleOutgoing)
	}, `identity replica "identity-1" signs with`},
	{"one replica was not seen", state.KindAnchor, state.StrategyBundle, state.PhaseIssuerSwitched, "", IssuerLoaded, func(_ *mesh, o *Observation) { o.Identity[1].Issuer = nil }, ""},
	{"no phase so far signs with the incoming issuer", state.KindAnchor, state.StrategyBundle, state.PhaseAnchorSpread, state.PhaseIssuerSpread, IssuerLoaded, nil, "phase anchor-spread signs with ["},
	{"a replica has not loaded the renewed anchor", state.KindRenew, "", state.PhaseRenewed, "", IdentityLoaded, func(m *mesh, o *Observation) {
		o.Identity[0].Bundle = m.anchors(state.RoleOutgoing)
	}, `identity replica "identity-0" has loaded`},
	{"pods hold the bundle of before", state.KindAnchor, state.StrategyCrossSign, state.PhaseAnchorSpread, "", BundleLoaded, func(m *mesh, o *Observation) {
		o.Endpoints[1].Bundle = m.anchors(state.RoleOutgoing)
	}, `12 proxies in "emojivoto" have [`},
	{"leaves of before were seen", state.KindIssuer, "", state.PhaseIssuerSwitched, "", LeavesRenewed, func(m *mesh, o *Observation) {
		o.Endpoints[1].Chain = m.chain(state.RoleOutgoing)
	}, `12 proxies in "emojivoto" have leaves of [`},
	{"a webhook's caBundle lacks the incoming CA", state.KindWebhooks, "", state.PhaseWebhookCAAdded, "", WebhookCADelivered, func(m *mesh, o *Observation) {
		o.Webhooks = m.hooks("current", "current")
	}, `webhook "proxyInjector": the API server's caBundle has`},
	{"the webhooks' CAs are there", state.KindWebhooks, "", state.PhaseWebhookCAAdded, "", WebhookCADelivered, func(m *mesh, o *Observation) {
		o.Webhooks = m.hooks("incoming", "current")[:1] // the others were not seen
	}, ""},
	{"a webhook serves the certificate of before", state.KindWebhooks, "", state.PhaseWebhookCertSwitched, "", WebhookCertServed, func(m *mesh, o *Observation) {
		o.Webhooks = m.hooks("incoming", "current")
	}, `webhook "proxyInjector": it serves`},
	{"one of two pods does", state.KindWebhooks, "", state.PhaseWebhookCertSwitched, "", WebhookCertServed, func(m *mesh, o *Observation) {
		o.Webhooks = m.hooks("incoming", "current")[:1]
		h := &o.Webhooks[0]
		h.Serving, h.Served, h.Pods = []Serving{{m.hooks("incoming", "incoming")[0].Served, 1}, {h.Served, 1}}, nil, 2
	}, `webhook "proxyInjector": 1 of 2 pods serve`},
	{"no phase so far serves the incoming certificates", state.KindWebhooks, "", state.PhaseWebhookCAAdded, state.PhaseStable, WebhookCertServed, nil, "phase webhook-ca-added serves the certificates of before"},
}

// TestWordsAgainstWhatIsKnown: a word against the evidence, or against what no
// phase has brought yet, is refused; forced, it passes and the log shows it.
func TestWordsAgainstWhatIsKnown(t *testing.T) {
	for _, c := range against {
		t.Run(c.name, func(t *testing.T) {
			m, instant := at(t, c.kind, c.strategy, c.phase)
			instant = instant.Add(time.Hour)
			e := assume(c.code)
			if c.spoil != nil {
				o := m.sight(instant)
				c.spoil(m, o)
				e.Observations = []*Observation{o}
			}
			move := func(o Options) (*Move, error) {
				if c.to != "" {
					return To(m.state, c.to, o, e, instant)
				}
				return Advance(m.state, o, e, instant)
			}
			_, err := move(Options{})
			if got := slices.Contains(codes(err), "rotation-contradicted"); got != (c.says != "") || !strings.Contains(explain(err), c.says) {
				t.Fatalf("contradicted: %v: %s", got, explain(err))
			}
			forced, err := move(Options{Force: true, Ahead: true})
			if err != nil {
				t.Fatal(explain(err))
			}
			if log := forced.State.Status.Log; log[len(log)-1].Assumed[0].Forced != (c.says != "") {
				t.Errorf("the log: %+v", log[len(log)-1])
			}
			if c.spoil == nil || c.says == "" {
				return
			}
			e.Observations[0].At = instantText(now) // before the change that it would speak of
			if _, err := move(Options{}); strings.Contains(explain(err), " shows that ") {
				t.Errorf("an observation from before: %s", explain(err))
			}
		})
	}
}

// TestRetiredWordsAreChecked: what was seen, or that nothing had time to change.
func TestRetiredWordsAreChecked(t *testing.T) {
	m, chain := abandoned(t, crossSign)
	ended := now.Add(2 * time.Minute)
	try := func(spoil func(*Observation), at time.Time) error {
		e := assume(RetiredGone)
		if spoil != nil {
			o := m.sight(at)
			spoil(o)
			e.Observations = []*Observation{o}
		}
		_, err := m.startAgain(crossSign, e, at)
		return err
	}
	if err := try(nil, ended.Add(time.Second)); !slices.Contains(codes(err), "rotation-contradicted") {
		t.Errorf("a second after the rotation ended: %s", explain(err))
	}
	if err := try(nil, ended.Add(time.Hour)); err != nil {
		t.Errorf("an hour later: %s", explain(err))
	}
	if err := try(func(o *Observation) { o.Endpoints[1].Chain = chain }, ended.Add(time.Hour)); !slices.Contains(codes(err), "rotation-contradicted") {
		t.Errorf("a live chain: %s", explain(err))
	}
	if err := try(func(o *Observation) { o.Endpoints[1].Chain = nil }, ended.Add(time.Hour)); err != nil {
		t.Errorf("a chain that was not seen: %s", explain(err))
	}
}

// TestDeliveredElsewhereIsChecked: what is said to deliver the issuer has not
// brought the one in force.
func TestDeliveredElsewhereIsChecked(t *testing.T) {
	m, instant := at(t, state.KindIssuer, "", state.PhaseIssuerSwitched)
	instant = instant.Add(2 * day)
	m.advance(t, Options{}, assume(LeavesRenewed), instant)
	m.state.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes // nothing in Git has the Secret
	instant = instant.Add(time.Hour)
	try := func(issuer []string) error {
		o := m.sight(instant)
		o.APIVersion, o.ControlPlane.Issuer = ObservationVersion, issuer
		e := assume(DeliveredElsewhere)
		e.Observations = []*Observation{o}
		_, err := m.startAgain(StartOptions{Kind: state.KindIssuer}, e, instant)
		return err
	}
	if err := try(chainFPs(m.state.Status.Issuers[0].Certificate)); err != nil {
		t.Errorf("the Secret has the issuer in force: %s", explain(err))
	}
	if err := try(nil); err != nil {
		t.Errorf("the Secret was not seen: %s", explain(err))
	}
	if err := try([]string{strings.Repeat("ab", 32)}); !slices.Contains(codes(err), "rotation-contradicted") || !strings.Contains(explain(err), "Secret linkerd/linkerd-identity-issuer has") {
		t.Errorf("the Secret has another issuer: %s", explain(err))
	}
}
