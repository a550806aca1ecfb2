package rotation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// NeedResult is whether a need is met, and how, or what is missing.
type NeedResult struct {
	Need Need   `json:"need"`
	Text string `json:"text"`
	Met  bool   `json:"met"`
	// How is the evidence that meets it, in words.
	How string `json:"how,omitempty"`
	// Missing is what is still to be seen.
	Missing []string `json:"missing,omitempty"`
	// Holders are the workloads that keep it from being met, where they were seen.
	Holders []Holder `json:"holders,omitempty"`
	// Ends is when an unmet need is met by time alone, Wait how long it takes otherwise.
	Ends time.Time `json:"ends,omitzero"`
	Wait string    `json:"wait,omitempty"`
}

// target is the phase to be entered, as needs look at it.
type target struct {
	scene *scene
	own   *cluster
	live  Live // of this cluster alone
	to    Material
	// changes are the kinds of objects that entering the phase changes.
	changes []delivery.Kind
}

// meters says what each need still lacks; nothing: it is met.
var meters = map[Need]func(t target) []string{
	BundleDelivered: func(t target) []string {
		return t.observed(func(o *Observation) []string { return undelivered(o, t.to.Bundle) })
	},
	IdentityLoaded: func(t target) []string {
		return t.observed(func(o *Observation) []string { return unheld(o, t.to.Bundle) })
	},
	IssuerLoaded: func(t target) []string {
		return t.observed(func(o *Observation) []string { return unloaded(o, t.to.Issuer) })
	},
	BundleLoaded:  target.withoutIncoming,
	LeavesRenewed: target.otherChains,
	RetiredGone:   target.retired,
	WaveDone:      target.wave,

	WebhookCADelivered: func(t target) []string { return t.webhooks(hookCA) },
	WebhookCertServed:  func(t target) []string { return t.webhooks(hookCert) },
	DeliveredElsewhere: target.elsewhere,
}

// meet evaluates a need: a person's word, or the evidence.
func (t target) meet(n Need) NeedResult {
	r := NeedResult{Need: n, Text: n.Text()}
	if a, ok := t.scene.evidence.assumed(n); ok {
		r.Met, r.How = true, fmt.Sprintf("assumed, because %q", a.Because)
		if a.Forced {
			r.How = fmt.Sprintf("assumed by force, against the log or the evidence, because %q", a.Because)
		}
		return r
	}
	r.Missing = meters[n](t)
	if old := t.tooOldFor(n); old != "" {
		r.Missing = slices.Insert(r.Missing, 0, old)
	}
	if kept := t.keptAgainst(n, len(r.Missing) > 0); kept != "" {
		r.Missing = slices.Insert(r.Missing, 0, kept)
	}
	r.Met = len(r.Missing) == 0
	if !r.Met {
		r.Ends, r.Wait = t.wait(n)
		r.Holders = t.holders(n)
	}
	if o := t.own.latest(); r.Met && o != nil {
		r.How = fmt.Sprintf("observed in %s at %s", t.own.label(), o.At)
		if inferred := o.inferred(); len(inferred) > 0 {
			r.How += " (inferred: " + strings.Join(inferred, ", ") + ")"
		}
	} else if o := t.own.signing(); r.Met && n == LeavesRenewed && o != nil {
		r.How = fmt.Sprintf("every leaf of another issuer has expired since the observation of %s at %s", t.own.label(), o.At)
	}
	return r
}

// observed asks the newest observation of this cluster.
func (t target) observed(ask func(*Observation) []string) []string {
	o := t.own.latest()
	if o == nil {
		return []string{"no observation of " + t.own.label() + " yet"}
	}
	return ask(o)
}

// withoutIncoming lists the live bundles that lack the incoming anchor.
func (t target) withoutIncoming() []string {
	incoming, ok := t.scene.incoming()
	if !ok {
		return []string{"the rotation has no incoming anchor"}
	}
	var missing []string
	for _, h := range t.live.Bundles {
		switch {
		case h.Unknown != "":
			missing = append(missing, h.Unknown)
		case !h.Bundle.Contains(incoming.Fingerprint()):
			missing = append(missing, "the bundle "+bundleWords(h.Bundle)+", which lacks the incoming anchor, may still be in use: "+strings.Join(h.Where, ", "))
		}
	}
	return missing
}

// otherChains lists the live chains of another issuer than the phase's.
func (t target) otherChains() []string {
	var missing []string
	for _, s := range t.live.Chains {
		switch {
		case s.Unknown != "":
			missing = append(missing, s.Unknown)
		case s.Chain[0].Fingerprint() != t.to.Issuer[0].Fingerprint():
			missing = append(missing, chainWords(s.Chain)+" is live: "+strings.Join(s.Where, ", "))
		}
	}
	return missing
}

// stillRelying says who holds one of the anchors, or serves a chain under it.
func (c *scene) stillRelying(l Live, anchors []pki.Certificate) []string {
	var found []string
	for _, r := range anchors {
		for _, h := range l.Bundles {
			if h.Bundle.Contains(r.Fingerprint()) {
				found = append(found, fmt.Sprintf("%q is still trusted: %s", r.Subject.CommonName, strings.Join(h.Where, ", ")))
			}
		}
		for _, s := range l.Chains {
			if c.reliesOn(s.Chain, r) {
				found = append(found, fmt.Sprintf("%q still has a live chain: %s", r.Subject.CommonName, strings.Join(s.Where, ", ")))
			}
		}
	}
	return found
}

// retiredKeys are the retired anchors whose key no delivered anchor has.
func (c *scene) retiredKeys() []pki.Certificate {
	var gone []pki.Certificate
	for _, r := range c.dossier.retired {
		lives := slices.ContainsFunc(c.dossier.anchors, func(a anchorEntry) bool { return sameKey(a.cert, r) })
		if !lives {
			gone = append(gone, r)
		}
	}
	return gone
}

func sameKey(a, b pki.Certificate) bool {
	return string(a.RawSubjectPublicKeyInfo) == string(b.RawSubjectPublicKeyInfo)
}

// reliesOn tells whether the anchor is in the chain or signed one of its certificates.
func (c *scene) reliesOn(chain pki.Chain, anchor pki.Certificate) bool {
	alone, err := pki.NewBundle(anchor)
	return err == nil && len(chain) > 0 && (c.verifier.structural(alone, chain) ||
		slices.ContainsFunc(chain, func(i pki.Certificate) bool { return sameKey(i, anchor) }))
}

func (t target) wave() []string {
	if on := t.scene.waveGoesOn(); on != "" {
		return []string{on}
	}
	return nil
}

// waveGoesOn says whom the wave has reached that has not reached all; "" is no such wave.
func (c *scene) waveGoesOn() string {
	if w := c.state.Status.Wave; w != nil {
		return fmt.Sprintf("so far the wave has reached %s", strings.Join(w.Namespaces, ", "))
	}
	return ""
}

// elsewhere lists what the phase changes and nothing in Git delivers. The
// commands want the path of the state file, which is not known here.
func (t target) elsewhere() []string {
	var names []string
	for _, o := range delivery.Missing(delivery.Of(t.scene.state, ""), t.changes) {
		names = append(names, o.Name+": "+o.How)
	}
	return names
}

// problem is an unmet need as a refusal.
func (r NeedResult) problem() *problem.Problem {
	p := problem.RotationUnmet.With(r.Text, strings.Join(r.Missing, "; ")).Because(&r)
	if r.Need == DeliveredElsewhere { // no observation can show it before the phase is entered
		return p.Hint("nothing in Git delivers it: apply it after the merge, and give your word for that: --assume %s --because \"applied by hand after the merge\"", r.Need)
	}
	switch {
	case !r.Ends.IsZero():
		p = p.Hint("the wait ends at %s; then give the same observation again", instantText(r.Ends))
	case r.Wait != "":
		p = p.Hint("the wait ends %s", r.Wait)
	}
	return p.Hint("bring an observation that shows it (--evidence), or vouch for it: --assume %s --because \"...\"", r.Need)
}

// Error is the need in words: it is the cause of the problem that refuses a move.
func (r *NeedResult) Error() string { return r.Text }
