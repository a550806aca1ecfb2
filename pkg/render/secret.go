package render

import (
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// secretField is one key of a Secret and the text that it shall hold.
type secretField struct {
	key, text, what string
}

// setSecret edits the keys of a Secret, in `data` (base64) or `stringData`,
// where they stand. It reports whether anything changed.
func (p *plan) setSecret(o object, fields []secretField) bool {
	changed := false
	for _, f := range fields {
		if node := o.get("stringData", f.key); node != nil {
			changed = p.setRequired(o, inStyleOf(node, f.text), f.what, "stringData", f.key) || changed
			continue
		}
		if holds(o.get("data", f.key), f.text) {
			p.report.add(o.String(), manifest.At("data", f.key).String(), Right, f.what)
			continue
		}
		changed = p.setRequired(o, b64(f.text), f.what, "data", f.key) || changed
	}
	return changed
}

// holds reports whether a base64 scalar holds the text, but for white space
// around it: a Secret that was not made by the chart may end with a newline,
// and that is no reason to write it anew.
func holds(node *manifest.Node, text string) bool {
	plain, err := base64.StdEncoding.DecodeString(node.Value())
	return err == nil && node != nil && trim(string(plain)) == text
}

// editIssuer writes the issuer chain and its key. The scheme decides the keys:
// crt.pem and key.pem, or tls.crt, tls.key and ca.crt (controller/cmd/identity/main.go).
func (p *plan) editIssuer(o object) {
	switch {
	case p.keyless:
		p.keepIssuer(o)
		return
	case p.putApart(o, p.issuerSummary()):
		return
	}
	key, err := p.key(p.issuerPath(), p.State.Issuing().Key)
	if err != nil {
		p.fail(err)
		return
	}
	fields := []secretField{
		{linkerd.FieldCert, p.issuerText(), p.issuerSummary()},
		{linkerd.FieldKey, key, "the issuer's key"},
	}
	if p.State.Spec.Linkerd.IssuerScheme == state.SchemeKubernetes {
		fields = []secretField{
			{"ca.crt", p.issuingAnchors(p.Issuer, p.Bundle), "the issuer's trust anchor"},
			{"tls.crt", p.issuerText(), p.issuerSummary()},
			{"tls.key", key, "the issuer's key"},
		}
	}
	p.setSecret(o, fields)
	p.setPresent(o, p.issuerExpiry(), p.issuerExpiry(), "metadata", "annotations", issuerExpiryHint)
}

// editWebhookSecret writes what a webhook serves.
func (p *plan) editWebhookSecret(w Webhook, o object) {
	material, listed := p.Webhooks[w.Key]
	if !listed {
		return
	}
	where := "status.webhooks." + w.Key
	if material.Certificate == "" && p.isElsewheres(w, o) {
		p.report.add(o.String(), "", Left, "someone else delivers it")
		return
	}
	if material.Certificate == "" {
		p.fail(problem.RenderForeignSecret.With(w.Key).On(o.String()).At(p.docs[o.doc].Line, 0))
		return
	}
	switch {
	case p.keyless:
		p.keepSecret(o, "tls.crt", "tls.key", material.Certificate, "the webhook's certificate")
		return
	case p.putApart(o, "the webhook's certificate"):
		_, p.webhookEdited[w.Key] = p.replaced[o.doc]
		return
	}
	key, err := p.key(where, material.KeyPath)
	if err != nil {
		p.fail(err)
		return
	}
	if p.setSecret(o, []secretField{
		{"tls.crt", material.Certificate, "the webhook's certificate"},
		{"tls.key", key, "the webhook's key"},
	}) {
		p.webhookEdited[w.Key] = true
	}
}

// isElsewheres reports whether a webhook's Secret in the stream is the one that
// someone else delivers, not one that the chart made: a dump of a cluster has it.
func (p *plan) isElsewheres(w Webhook, secret object) bool {
	external := w.Group == ControlPlane && p.config.values.Lookup(manifest.At(w.Values, "externalSecret")).Value() == "true"
	return external || secret.get("metadata", "annotations", certManagerHint) != nil
}

// editCABundle writes what the API server trusts. A configuration that
// cert-manager's cainjector fills has no caBundle and is left alone.
func (p *plan) editCABundle(w Webhook, o object) {
	material, listed := p.Webhooks[w.Key]
	if !listed {
		return
	}
	for _, injected := range []string{injectCAFrom, injectCASecret} {
		if o.get("metadata", "annotations", injected) != nil {
			p.report.add(o.String(), "", Left, injected+" fills it")
			return
		}
	}
	for _, steps := range caBundlePaths(o) {
		if holds(o.get(steps...), material.CABundle) {
			p.report.add(o.String(), manifest.At(steps...).String(), Right, "the webhook's caBundle")
			continue
		}
		if p.setRequired(o, b64(material.CABundle), "the webhook's caBundle", steps...) {
			p.webhookEdited[w.Key] = true
		}
	}
}

// caBundlePaths: every webhook of a configuration, or the APIService's own field.
func caBundlePaths(o object) [][]any {
	if o.kind == linkerd.APIService {
		return [][]any{{"spec", "caBundle"}}
	}
	var paths [][]any
	list := o.get("webhooks")
	if list == nil || list.Kind() != manifest.Sequence || list.Len() == 0 {
		return [][]any{{"webhooks", 0, "clientConfig", "caBundle"}} // reported as missing
	}
	for i := range list.Len() {
		paths = append(paths, []any{"webhooks", i, "clientConfig", "caBundle"})
	}
	return paths
}

// checksums rewrites checksum/config of the Deployments whose webhooks were
// edited: the chart's own hash was taken over a certificate that is gone.
func (p *plan) checksums(found []finding) {
	for _, f := range found {
		if f.object.kind != "Deployment" || !p.servesEdited(f.object.name) {
			continue
		}
		p.setPresent(f.object, sha256Hex(p.served(f.object.name)), "sha256 of what the webhooks serve",
			"spec", "template", "metadata", "annotations", checksumHint)
	}
}

func (p *plan) servesEdited(deployment string) bool {
	for _, w := range webhooks {
		if p.webhookEdited[w.Key] && slices.Contains(w.Deployments, deployment) {
			return true
		}
	}
	return false
}

// noteForeignWebhooks reports the webhooks in the stream that the state does not list.
func (p *plan) noteForeignWebhooks() {
	for _, o := range p.objects {
		for _, w := range webhooks {
			if _, listed := p.Webhooks[w.Key]; !listed && o.kind == w.ConfigKind && o.name == w.Config {
				p.report.add(o.String(), "", Left, fmt.Sprintf("status.webhooks has no %s", w.Key))
			}
		}
	}
}

// bundleSummary and issuerSummary name material by fingerprints.
func (m *Material) bundleSummary() string { return summary("trust bundle", m.Bundle.Certificates()) }

func (m *Material) issuerSummary() string { return summary("issuer chain", m.Issuer) }

func summary(what string, certificates []pki.Certificate) string {
	for i, c := range certificates {
		separator := " "
		if i > 0 {
			separator = ", "
		}
		what += separator + c.Fingerprint()[:16]
	}
	return what
}
