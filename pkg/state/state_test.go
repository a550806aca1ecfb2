package state

import (
	"encoding/pem"
	"fmt"
	"slices"
)

// fakePEM is a CERTIFICATE block around a few words: certificates are opaque here.
func fakePEM(words string) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("not a real certificate: " + words)}))
}

// at is a valid state that rests in the given phase; kind is empty for stable.
func at(kind, strategy, phase string) *Rotation {
	r := &Rotation{APIVersion: APIVersion, Kind: Kind, Metadata: Metadata{Name: "test"}}
	r.Spec.Linkerd.Version = "2.18"
	r.Status.Phase = phase
	if kind != "" {
		r.Status.Rotation = &Progress{Kind: kind, Strategy: strategy}
	}
	for _, role := range castOf[kind].anchors {
		r.Status.Anchors = append(r.Status.Anchors, Anchor{Name: "anchor-" + role, Role: role, Certificate: fakePEM("anchor " + role)})
	}
	for _, role := range castOf[kind].issuers {
		r.Status.Issuers = append(r.Status.Issuers, Issuer{Name: "issuer-" + role, Role: role, Certificate: fakePEM("issuer " + role), Key: "keys/" + role + ".age"})
	}
	r.Status.Webhooks = map[string]Webhook{
		WebhookProxyInjector:    {Certificate: fakePEM("injector"), CABundle: fakePEM("injector CA"), Key: "keys/injector.age"},
		WebhookProfileValidator: {CABundle: fakePEM("validator CA")},
	}
	if kind == KindWebhooks {
		w := r.Status.Webhooks[WebhookProxyInjector]
		w.Incoming = &WebhookMaterial{fakePEM("incoming injector"), fakePEM("incoming injector CA"), "keys/injector-2.age"}
		r.Status.Webhooks[WebhookProxyInjector] = w
	}
	return r
}

// everyPhase lists one valid state per row of the tables, and stable.
func everyPhase() []*Rotation {
	states := []*Rotation{at("", "", PhaseStable)}
	for _, t := range Tables {
		for _, p := range t.Phases {
			states = append(states, at(t.Kind, t.Strategy, p.Name))
		}
	}
	return states
}

// label says in which phase of which rotation a state rests.
func label(r *Rotation) string {
	if r.Status.Rotation == nil {
		return r.Status.Phase
	}
	return fmt.Sprintf("%s %s %s", r.Status.Rotation.Kind, r.Status.Rotation.Strategy, r.Status.Phase)
}

// logOf chains entries that lead to the state's phase and epoch.
func logOf(r *Rotation, n int) []LogEntry {
	var log []LogEntry
	for i := range n {
		log = Append(log, LogEntry{Epoch: int64(i), Phase: PhaseStable, At: fmt.Sprintf("2026-11-%02dT00:00:00Z", i+1), Move: MoveAbandon, Kind: KindIssuer, Why: "a reason: \"<&>\" # \\"})
	}
	last := entryOf(r, "here")
	last.At = "2026-12-01T00:00:00Z"
	return append(slices.Clip(log[:n-1]), Append(log[:n-1], last)[n-1])
}

// entryOf is a log entry of a move that led to the state's phase.
func entryOf(r *Rotation, why string) LogEntry {
	e := LogEntry{Epoch: r.Status.Epoch, Phase: r.Status.Phase, At: "2026-11-04T00:00:00Z", Move: MoveAdvance, Kind: KindIssuer, Why: why}
	if p := r.Status.Rotation; p != nil {
		e.Kind, e.Strategy = p.Kind, p.Strategy
	}
	return e
}
