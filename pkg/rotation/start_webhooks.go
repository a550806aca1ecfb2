package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// hookOf is a webhook without its certificates.
func hookOf(spec state.Spec, webhook string) pki.Webhook {
	w := pki.Webhook{Service: linkerd.ServiceOf(webhook), Namespace: spec.Linkerd.Namespace}
	switch webhook {
	case state.WebhookTap, state.WebhookTapInjector:
		w.Namespace = spec.Linkerd.VizNamespace
	case state.WebhookJaeger:
		w.Namespace = spec.Linkerd.JaegerNamespace
	}
	return w
}

// hookHost is the DNS name that a webhook's certificate has to carry.
func hookHost(spec state.Spec, webhook string) string { return hookOf(spec, webhook).Host() }

// webhooks refuses incoming certificates of webhooks that the API server would not
// accept when they are served, or would not any more when the rotation can end.
func (w *way) webhooks() problem.List {
	var problems problem.List
	spec := w.scene.state.WithDefaults().Spec
	end := schedule(w.path, w.to, w.at, w.options.Leaves, w.scene.leafLife(), w.options.Pace).end()
	for _, name := range state.WebhookKeys {
		material := w.scene.state.Status.Webhooks[name].Incoming
		if material == nil || material.Certificate == "" {
			continue
		}
		hook, err := hookOf(spec, name), error(nil)
		if hook.Serving, err = pki.ParseChain([]byte(material.Certificate)); err == nil {
			hook.CABundle, err = pki.ParseChain([]byte(material.CABundle))
		}
		if err == nil {
			err = hook.Serves(end)
		}
		if err == nil && w.from >= 0 { // a start does not serve it yet
			err = hook.Serves(w.at)
		}
		if err != nil {
			problems = append(problems, problem.RotationUnfitHook.With(name, problem.Of(err)[0].Text).Because(err))
		}
	}
	return problems
}

// webhooks brings or mints incoming material for every listed webhook that has
// a certificate of its own, in a fixed order.
func (b *beginning) webhooks() error {
	var problems problem.List
	for name := range b.options.Webhooks {
		if _, listed := b.next.Status.Webhooks[name]; !listed {
			problems = append(problems, problem.RotationNoWebhook.With(name))
		}
	}
	if len(problems) > 0 {
		return problems.Err()
	}
	changed := 0
	for _, name := range state.WebhookKeys {
		w, listed := b.next.Status.Webhooks[name]
		brought, isBrought := b.options.Webhooks[name]
		if !listed || w.Certificate == "" && !isBrought {
			continue
		}
		incoming, err := b.incomingWebhook(name, brought, isBrought)
		if err != nil {
			return err
		}
		w.Incoming = &incoming
		b.next.Status.Webhooks[name] = w
		changed++
	}
	if changed == 0 {
		return problem.RotationNoWebhooks.With()
	}
	return nil
}

// incomingWebhook mints a CA of its own for one webhook, as the charts do; the
// CA's key signs once and is thrown away.
func (b *beginning) incomingWebhook(name string, brought BroughtWebhook, isBrought bool) (state.WebhookMaterial, error) {
	if isBrought {
		m := state.WebhookMaterial{CABundle: text(brought.CABundle.Marshal()), Key: brought.KeyPath}
		if len(brought.Certificate) > 0 {
			m.Certificate = text(brought.Certificate.Marshal())
		}
		return m, nil
	}
	m, key, err := mintWebhook(b.spec, name, b.period(b.spec.Validity.Webhook), b.random)
	if err != nil {
		return state.WebhookMaterial{}, err
	}
	// A new path: the current certificate's key has to stay until the end.
	m.Key = b.keep(b.hookKeyName(name), key)
	return m, nil
}

// hookKeyName is the webhook's service name, with the year behind it, and a
// letter when that path is the current key's.
func (b *beginning) hookKeyName(webhook string) string {
	var taken []string
	for _, w := range b.next.Status.Webhooks {
		taken = append(taken, w.Key)
	}
	year := b.at.UTC().Format("-2006")
	name := linkerd.ServiceOf(webhook) + year
	for letter := 'b'; slices.Contains(taken, b.path(name)); letter++ {
		name = linkerd.ServiceOf(webhook) + year + string(letter)
	}
	return name
}
