package rotation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// contrary lists, for each need, what an observation shows to be otherwise. What
// it does not show is left out: unknown is no contradiction.
var contrary = map[Need]func(t target, o *Observation) []string{
	BundleDelivered: func(t target, o *Observation) []string { return shownDelivery(o, t.to.Bundle) },
	IdentityLoaded: func(t target, o *Observation) (found []string) {
		for _, r := range o.Identity {
			if r.Bundle != nil && !sameSet(r.Bundle, t.to.Bundle) {
				found = append(found, fmt.Sprintf("identity replica %q has loaded %s", r.Pod, shortened(r.Bundle)))
			}
		}
		return found
	},
	IssuerLoaded: func(t target, o *Observation) (found []string) {
		for _, r := range o.Identity {
			if r.Issuer != nil && !slices.Equal(r.Issuer, fingerprints(t.to.Issuer)) {
				found = append(found, fmt.Sprintf("identity replica %q signs with %s", r.Pod, shortened(r.Issuer)))
			}
		}
		return found
	},
	BundleLoaded:       target.shownWithoutIncoming,
	LeavesRenewed:      target.shownOtherChains,
	RetiredGone:        target.shownRetired,
	WebhookCADelivered: target.shownWebhookCA,
	WebhookCertServed:  target.shownWebhookCert,
	DeliveredElsewhere: target.shownUndelivered,
}

// seenOtherwise is what the newest observation that speaks about a word shows against
// it, if it was taken after the change that the word is about; "" is nothing.
func (t target) seenOtherwise(n Need) string {
	o, found := t.shown(n)
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("the observation of %s shows that %s. Take a new one, if that has changed", o.At, strings.Join(found, "; "))
}

// shownDelivery says which other bundle the control plane was seen to deliver.
func shownDelivery(o *Observation, b pki.Bundle) (found []string) {
	if roots := o.ControlPlane.TrustRoots; roots != nil && !sameSet(roots, b) {
		found = append(found, "ConfigMap linkerd-identity-trust-roots has "+shortened(roots))
	}
	for _, in := range o.ControlPlane.Injectors {
		if in.Bundle != nil && !sameSet(in.Bundle, b) {
			found = append(found, fmt.Sprintf("injector %q mounts %s", in.Pod, shortened(in.Bundle)))
		}
	}
	return found
}

func (t target) shownWithoutIncoming(o *Observation) (found []string) {
	incoming := t.scene.incomingID()
	for _, e := range o.Endpoints {
		if e.Bundle != nil && !slices.Contains(e.Bundle, incoming) {
			found = append(found, e.words()+" have "+shortened(e.Bundle))
		}
	}
	for _, r := range o.Identity {
		if r.Bundle != nil && !slices.Contains(r.Bundle, incoming) {
			found = append(found, fmt.Sprintf("identity replica %q has %s", r.Pod, shortened(r.Bundle)))
		}
	}
	return found
}

// shownOtherChains: a leaf that was seen is gone once its life is over.
func (t target) shownOtherChains(o *Observation) (found []string) {
	for _, r := range o.Identity {
		if len(r.Issuer) > 0 && r.Issuer[0] != t.to.Issuer[0].Fingerprint() {
			found = append(found, fmt.Sprintf("identity replica %q signs with %s", r.Pod, shortened(r.Issuer)))
		}
	}
	if t.own.at.After(o.at().Add(t.own.leafLife)) {
		return found
	}
	for _, e := range o.Endpoints {
		if len(e.Chain) > 0 && e.Chain[0] != t.to.Issuer[0].Fingerprint() {
			found = append(found, e.words()+" have leaves of "+shortened(e.Chain[:1]))
		}
	}
	return found
}

// shownRetired is what was seen to rely on a retired anchor.
func (t target) shownRetired(o *Observation) []string {
	if o.at().Before(t.own.past.ended) {
		return nil
	}
	seen := *t.own
	seen.past, seen.seen, seen.earlier = nil, []*Observation{o}, nil
	live := seen.live()
	return append(t.scene.stillRelying(live, t.scene.retiredKeys()), t.scene.abandonedLeaves(live)...)
}

func (t target) shownWebhookCA(o *Observation) []string {
	return t.shownHooks(o, func(w state.Webhook, h Hook) string {
		if h.CABundle == nil {
			return ""
		}
		return hookCA(w, h)
	})
}

func (t target) shownWebhookCert(o *Observation) []string {
	return t.shownHooks(o, func(w state.Webhook, h Hook) string {
		if len(h.Served) > 0 {
			return hookCert(w, h)
		}
		chain, err := pki.ParseChain([]byte(w.Incoming.Certificate))
		for _, s := range h.Serving {
			if err == nil && len(s.Chain) > 0 && s.Chain[0] != chain[0].Fingerprint() {
				return hookPods(chain[0].Fingerprint(), h)
			}
		}
		return ""
	})
}

// shownHooks asks about each webhook under rotation that was seen.
func (t target) shownHooks(o *Observation, ask func(state.Webhook, Hook) string) (found []string) {
	for _, h := range o.Webhooks {
		w, listed := t.scene.state.Status.Webhooks[h.Name]
		if !listed || w.Incoming == nil {
			continue
		}
		if otherwise := ask(w, h); otherwise != "" {
			found = append(found, fmt.Sprintf("webhook %q: %s", h.Name, otherwise))
		}
	}
	return found
}

// shownUndelivered: what is said to be delivered by other means has not brought
// the phase in force.
func (t target) shownUndelivered(o *Observation) (found []string) {
	now := t.own.past.now
	for _, object := range delivery.Missing(delivery.Of(t.scene.state, ""), t.changes) {
		switch roots, issuer := o.ControlPlane.TrustRoots, o.ControlPlane.Issuer; {
		case object.Kind == delivery.TrustRoots && roots != nil && !o.at().Before(t.own.past.bundleChanged()) && !sameSet(roots, now.Bundle):
			found = append(found, fmt.Sprintf("%s has %s, and the phase in force %s", object.Name, shortened(roots),
				shortened(fingerprints(now.Bundle.Certificates()))))
		case object.Kind == delivery.Issuer && issuer != nil && !o.at().Before(t.own.past.issuerChanged()) &&
			!slices.Equal(issuer, fingerprints(now.Issuer)):
			found = append(found, fmt.Sprintf("%s has %s, and the phase in force %s", object.Name, shortened(issuer),
				shortened(fingerprints(now.Issuer))))
		}
	}
	return found
}

// otherBundleInForce says that no phase so far delivers the bundle that is to
// have been delivered.
func (w *way) otherBundleInForce() string {
	if bundleID(w.now.Bundle) == bundleID(w.due.Bundle) {
		return ""
	}
	return fmt.Sprintf("phase %s delivers %s, and %s needs %s", w.scene.state.Status.Phase, bundleWords(w.now.Bundle), w.phase(),
		bundleWords(w.due.Bundle))
}

func (w *way) otherIssuerInForce() string {
	if chainID(w.now.Issuer[:1]) == chainID(w.due.Issuer[:1]) {
		return ""
	}
	return fmt.Sprintf("phase %s signs with %s, and %s needs %s", w.scene.state.Status.Phase, chainWords(w.now.Issuer), w.phase(),
		chainWords(w.due.Issuer))
}

// webhooksNotSwitched says that no phase so far serves the incoming certificates.
func (w *way) webhooksNotSwitched() string {
	if w.from >= w.to-1 {
		return ""
	}
	return fmt.Sprintf("phase %s serves the certificates of before", w.scene.state.Status.Phase)
}

// justRetired says that pods cannot have restarted since the last rotation ended: nothing
// had the time to, or the wave in force has not reached all long enough.
func (w *way) justRetired() string {
	p := w.own.past
	last, _ := p.lastWave()
	if p.began.IsZero() || p.canBeOver(p.began, w.at) && (last == nil || p.rolledOutSince(p.ended, w.at, allStale)) {
		return ""
	}
	return fmt.Sprintf("the last rotation ended at %s, and pods cannot all have restarted since", instantText(p.ended))
}
