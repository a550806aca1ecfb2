package state

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// castOf says which roles a kind of rotation needs, one anchor and one issuer
// for each; "" is the phase stable. Extra anchors may always stand beside them.
//
//	kind      anchors             issuers
//	(stable)  current             current
//	anchor    outgoing, incoming  outgoing, incoming
//	issuer    current             outgoing, incoming
//	webhooks  current             current
//	replace   outgoing, incoming  outgoing, incoming
//	renew     outgoing, incoming  current, or outgoing and incoming where the issuer had expired too
var castOf = map[string]struct{ anchors, issuers []string }{
	"":           {current, current},
	KindAnchor:   {both, both},
	KindIssuer:   {current, both},
	KindWebhooks: {current, current},
	KindReplace:  {both, both},
	KindRenew:    {both, current},
}

func (f *findings) rolesInPhase(r *Rotation) {
	kind := ""
	if r.Status.Rotation != nil {
		kind = r.Status.Rotation.Kind
	}
	cast, ok := castOf[kind]
	if !ok || r.Current().Name == "" {
		return // the phase itself is refused
	}
	if kind == KindRenew && r.hasIssuer(RoleIncoming) {
		cast.issuers = both
	}
	anchors := make([]string, len(r.Status.Anchors))
	for i, a := range r.Status.Anchors {
		anchors[i] = a.Role
	}
	issuers := make([]string, len(r.Status.Issuers))
	for i, issuer := range r.Status.Issuers {
		issuers[i] = issuer.Role
	}
	f.cast(r.Status.Phase, "anchor", cast.anchors, anchors, AnchorRoles, atAnchors)
	f.cast(r.Status.Phase, "issuer", cast.issuers, issuers, IssuerRoles, atIssuers)
	out, in := slices.Index(anchors, RoleOutgoing), slices.Index(anchors, RoleIncoming)
	if in >= 0 && in < out {
		f.add(problem.StateOrder.With("anchor"), atAnchors.With(in, "role"), atAnchors)
	}
}

// cast compares the roles that a phase needs with those that are there.
func (f *findings) cast(phase, noun string, needed, found, known []string, at manifest.Path) {
	count := map[string]int{}
	for _, role := range found {
		if !slices.Contains(known, role) {
			return // the role itself is refused
		}
		if role != RoleExtra {
			count[role]++
		}
	}
	want := map[string]int{}
	for _, role := range needed {
		want[role] = 1
	}
	if !maps.Equal(count, want) {
		f.add(problem.StateRoles.With(phase, "one "+strings.Join(needed, " and one ")+" "+noun, counted(count)), atPhase, at, atRotation)
	}
}

// counted is "1 outgoing and 2 current", or "none".
func counted(count map[string]int) string {
	var parts []string
	for _, role := range IssuerRoles {
		if n := count[role]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, role))
		}
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, " and ")
}

// webhook checks one entry by itself.
func (f *findings) webhook(key string, w Webhook, keyPath rule) {
	at := atWebhooks.With(key)
	f.add(oneOf(WebhookKeys)(key), at)
	f.webhookMaterial(at, WebhookMaterial{w.Certificate, w.CABundle, w.Key}, keyPath)
	if w.Incoming == nil {
		return
	}
	in := at.With("incoming")
	f.webhookMaterial(in, *w.Incoming, keyPath)
	if (w.Certificate == "") != (w.Incoming.Certificate == "") {
		f.add(problem.StateWebhookPair.With("only one of the current and the incoming side has a certificate"), in, at)
	}
}

func (f *findings) webhookMaterial(at manifest.Path, m WebhookMaterial, keyPath rule) {
	f.add(chain(m.CABundle), at.With("caBundle"))
	f.add(optional(chain)(m.Certificate), at.With("certificate"))
	f.add(optional(keyPath)(m.Key), at.With("key"))
	if m.Certificate == "" && m.Key != "" {
		f.add(problem.StateWebhookPair.With("a key without its certificate"), at.With("key"), at)
	}
}

// webhooks checks that incoming material stands where a rotation has it.
func (f *findings) webhooks(r *Rotation) {
	rotating := r.Status.Rotation != nil && r.Status.Rotation.Kind == KindWebhooks
	incoming := 0
	for _, key := range slices.Sorted(maps.Keys(r.Status.Webhooks)) {
		if r.Status.Webhooks[key].Incoming == nil {
			continue
		}
		incoming++
		if !rotating {
			what := fmt.Sprintf("incoming material in phase %s, outside of a rotation of webhooks", shown(r.Status.Phase))
			f.add(problem.StateWebhookIncoming.With(what), atWebhooks.With(key, "incoming"), atPhase, atRotation)
		}
	}
	if rotating && incoming == 0 {
		f.add(problem.StateWebhookIncoming.With("a rotation of webhooks needs one with incoming material, found none"), atPhase, atWebhooks, atRotation)
	}
}
