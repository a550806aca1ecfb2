package rotation

import (
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// First mints the first PKI of a mesh: anchor, issuer and the named webhooks.
// s has the spec (and metadata) to mint for; its status is replaced.
func First(s *state.Rotation, webhooks []string, keyPath func(name string) string, at time.Time,
	random io.Reader) (*state.Rotation, []Minted, error) {
	next := s.Clone()
	next.Status = state.Status{Phase: state.PhaseStable}
	b := &beginning{next: next, spec: s.WithDefaults().Spec, dossier: &dossier{state: next}, at: at, random: random,
		options: StartOptions{KeyPath: keyPath}}
	name, err := b.anchorName()
	if err != nil {
		return nil, nil, err
	}
	anchor, key, err := b.incomingAnchor(name)
	if err != nil {
		return nil, nil, err
	}
	issuer, err := b.incomingIssuer(name+"-1", anchor.cert, key)
	if err != nil {
		return nil, nil, err
	}
	next.Status.Anchors = []state.Anchor{{Name: anchor.name, Role: state.RoleCurrent, Certificate: text(anchor.cert.PEM()),
		Key: anchor.keyPath}}
	next.Status.Issuers = []state.Issuer{{Name: issuer.name, Role: state.RoleCurrent, Certificate: text(issuer.chain.Marshal()),
		Key: issuer.keyPath}}
	next.Status.Webhooks = map[string]state.Webhook{}
	for _, w := range webhooks {
		if linkerd.ServiceOf(w) == "" {
			return nil, nil, problem.RotationNoWebhook.With(w)
		}
		m, hookKey, err := mintWebhook(b.spec, w, b.period(b.spec.Validity.Webhook), random)
		if err != nil {
			return nil, nil, err
		}
		next.Status.Webhooks[w] = state.Webhook{Certificate: m.Certificate, CABundle: m.CABundle, Key: b.keep(linkerd.ServiceOf(w), hookKey)}
	}
	record(next, at, state.LogEntry{Move: state.MoveInit})
	return next, b.minted, nil
}

// mintWebhook makes a CA and the serving certificate under it.
func mintWebhook(spec state.Spec, webhook string, period pki.Period, random io.Reader) (state.WebhookMaterial, pki.Key, error) {
	host := hookHost(spec, webhook)
	caKey, err := pki.MintKey(pki.FormPKCS8, random)
	if err != nil {
		return state.WebhookMaterial{}, pki.Key{}, err
	}
	defer caKey.Wipe()
	ca, err := pki.MintWebhookCA(caKey, host+" CA", period, random)
	if err != nil {
		return state.WebhookMaterial{}, pki.Key{}, err
	}
	key, err := pki.MintKey(pki.FormPKCS8, random)
	if err != nil {
		return state.WebhookMaterial{}, pki.Key{}, err
	}
	cert, err := pki.MintWebhook(key.Signer().Public(), host, ca, caKey, period, random)
	if err != nil {
		return state.WebhookMaterial{}, pki.Key{}, err
	}
	return state.WebhookMaterial{Certificate: text(cert.PEM()), CABundle: text(ca.PEM())}, key, nil
}
