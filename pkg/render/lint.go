package render

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Finding is one hazard in a state, with its place in the file.
type Finding struct {
	// Path in the state file, like "status.issuers[0]".
	Path string `json:"path"`
	pki.Finding
}

// Lint finds hazards in everything that the state's phase delivers, at an
// instant: the bundle, every issuer of the file, the webhooks, and settings
// that make a rotation hang. Keys may be empty; rules about keys are then left
// out. A state that cannot be rendered is an error, not a finding.
func Lint(s *state.Rotation, keys Keys, at time.Time) ([]Finding, error) {
	m, err := NewMaterial(s, keys)
	if err != nil {
		return nil, err
	}
	l := linter{Material: m, at: at}
	l.id = pki.Identity{Namespace: m.namespace(ControlPlane), TrustDomain: m.State.Spec.Linkerd.TrustDomain}
	l.add("status.anchors", pki.LintBundle(m.Bundle, l.id, at))
	l.issuers()
	l.webhookMaterial()
	l.settings()
	return l.findings, nil
}

type linter struct {
	*Material
	id       pki.Identity
	at       time.Time
	findings []Finding
}

func (l *linter) add(path string, found []pki.Finding) {
	for _, f := range found {
		l.findings = append(l.findings, Finding{path, f})
	}
}

// issuers: the signing one under the delivered bundle, the others under every
// anchor of the file.
func (l *linter) issuers() {
	signing := l.State.Issuing().Name
	for i, is := range l.State.Status.Issuers {
		chain, _ := pki.ParseChain([]byte(is.Certificate))
		bundle := l.anchors
		if is.Name == signing {
			bundle = l.Bundle
		}
		l.add(statusItem("issuers", i), pki.LintIssuer(bundle, chain, l.id, l.at))
	}
}

func (l *linter) webhookMaterial() {
	for _, w := range webhooks {
		material, listed := l.Webhooks[w.Key]
		if !listed || material.Certificate == "" {
			continue
		}
		serving, _ := pki.ParseChain([]byte(material.Certificate))
		caBundle, _ := pki.ParseChain([]byte(material.CABundle))
		look := pki.Webhook{Service: w.Service, Namespace: l.namespace(w.Group), Serving: serving, CABundle: caBundle}
		if read, ok := l.keys[material.KeyPath]; ok && read.Err == nil {
			look.Key, _ = pki.ParseKey(read.PEM) // NewMaterial has parsed it
		}
		l.add("status.webhooks."+w.Key, pki.LintWebhook(look, l.at))
	}
}

// settings of spec.linkerd that make a rotation hang or a render restless.
func (l *linter) settings() {
	linkerd := l.State.Spec.Linkerd
	if (l.traits.NeedsRoll() || linkerd.ExternalCA) && !linkerd.RollControlPlane {
		l.say("spec.linkerd.rollControlPlane", pki.Warning, problem.RenderNoRoll)
	}
	for _, w := range webhooks {
		_, listed := l.Webhooks[w.Key]
		if listed || w.Group != ControlPlane || !l.traits.Has(w.Key) {
			continue
		}
		l.say("status.webhooks."+w.Key, pki.Info, problem.RenderUnpinned)
	}
}

func (l *linter) say(path string, severity pki.Severity, s problem.Sentence) {
	l.add(path, []pki.Finding{{Code: s.Code, Severity: severity, Text: s.Text, Hint: s.Hint}})
}
