package render

import (
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// webhookFound is what the input says of one webhook.
type webhookFound struct {
	Webhook
	where                         string
	certificate, caBundle, keyPEM string
}

// readWebhooks adopts the webhooks whose configuration stands in the stream: a
// certificate where the chart makes its Secret, the caBundle alone where someone
// else delivers it.
func (a *adoption) readWebhooks() {
	for _, w := range webhooks {
		if config, ok := a.find(w.ConfigKind, w.Config, ""); ok {
			a.readWebhook(w, config)
		}
	}
}

func (a *adoption) readWebhook(w Webhook, config object) {
	for _, injected := range []string{injectCAFrom, injectCASecret} {
		if config.get("metadata", "annotations", injected) != nil {
			a.note("webhook " + w.Key + " is not listed: " + injected + " fills its caBundle")
			return
		}
	}
	look := webhookFound{Webhook: w, where: config.String()}
	look.caBundle = a.caBundle(config)
	if look.caBundle == "" {
		a.note("webhook " + w.Key + " is not listed: its configuration has no caBundle")
		return
	}
	space := a.webhookNamespace(w, config)
	switch secret, ok := a.find("Secret", w.Secret, space); {
	case ok && !a.elsewhere(w, secret):
		look.certificate, look.keyPEM = a.secretText(secret, "tls.crt"), a.secretText(secret, "tls.key")
		look.where = secret.String()
	case !ok && a.leftOut(w):
		a.adopted.Missing = append(a.adopted.Missing, space+"/"+w.Secret)
		a.note("webhook " + w.Key + " is not listed: its certificate is in Secret " + w.Secret + ", which the stream does not have")
		return
	}
	a.addWebhook(look)
}

// leftOut reports whether a Secret is absent because the stream has none, not
// because someone else delivers it. Of extensions no values say so: they follow
// the control plane's Secrets.
func (a *adoption) leftOut(w Webhook) bool {
	if w.Group == ControlPlane {
		return a.value(w.Values+".externalSecret") != "true" && a.value(w.Values+"."+injectFromValue) == "" &&
			a.value(w.Values+"."+injectFromValue+"Secret") == ""
	}
	return len(a.adopted.Missing) > 0
}

// injectFromValue is the chart's value by which cert-manager fills a caBundle.
const injectFromValue = "injectCaFrom"

// caBundle of a configuration: that of its first webhook, which the charts give
// to all of them.
func (a *adoption) caBundle(config object) string {
	steps := caBundlePaths(config)[0]
	text, err := unbase64(config.get(steps...).Value())
	if err != nil {
		a.fail(problem.AdoptNoBase64.With("caBundle").On(config.String()).At(a.stream.docs[config.doc].Line, 0))
	}
	return text
}

// webhookNamespace is the namespace of the Service that the API server calls;
// an extension's own is noted in the state.
func (a *adoption) webhookNamespace(w Webhook, config object) string {
	l := &a.state.Spec.Linkerd
	service := config.get("spec", "service", "namespace")
	if w.ConfigKind != linkerd.APIService {
		service = config.get("webhooks", 0, "clientConfig", "service", "namespace")
	}
	space := service.Value()
	to := map[Group]*string{Viz: &l.VizNamespace, Jaeger: &l.JaegerNamespace}[w.Group]
	if to == nil {
		return a.state.WithDefaults().Spec.Linkerd.Namespace
	}
	*to = space
	m := Material{State: a.state.WithDefaults()}
	return m.namespace(w.Group)
}

// elsewhere: the webhook's Secret is not the chart's. The control plane's values
// say so; a Secret that cert-manager wrote says so itself.
func (a *adoption) elsewhere(w Webhook, secret object) bool {
	external := w.Group == ControlPlane && a.value(w.Values+".externalSecret") == "true"
	return external || secret.get("metadata", "annotations", certManagerHint) != nil
}

// addWebhook lists a webhook in the state.
func (a *adoption) addWebhook(look webhookFound) {
	var listed state.Webhook
	var err error
	listed.CABundle, _, err = readWebhookPEM(look.caBundle)
	a.fail(problem.Of(err).Under(look.where + " caBundle").Err())
	if look.certificate != "" {
		var chain pki.Chain
		listed.Certificate, chain, err = readWebhookPEM(look.certificate)
		a.fail(problem.Of(err).Under(look.where).Err())
		a.keys = append(a.keys, keyFound{look.Key, look.where + " " + "tls.key", look.keyPEM, chain})
	} else {
		a.note("webhook " + look.Key + " is listed by its caBundle alone: someone else delivers Secret " + look.Secret)
	}
	if a.state.Status.Webhooks == nil {
		a.state.Status.Webhooks = map[string]state.Webhook{}
	}
	a.state.Status.Webhooks[look.Key] = listed
}

// readWebhookPEM reads certificates that a webhook runs with. The text stays what it
// is, unless a state file cannot have it: with other text between the blocks.
func readWebhookPEM(text string) (kept string, chain pki.Chain, err error) {
	kept = trim(text) + "\n"
	if chain, err = pki.ParseChain([]byte(text)); err == nil {
		return kept, chain, nil
	}
	if chain, err = pki.ReadChain([]byte(text)); err == nil {
		kept = string(chain.Marshal()) + "\n"
	}
	return kept, chain, err
}
