package render

import (
	"encoding/base64"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// keepIssuer lets the issuer Secret stand if it is the phase's already; its
// anchor (ca.crt) is no secret and follows the phase.
func (p *plan) keepIssuer(o object) {
	certificate, key := linkerd.FieldCert, linkerd.FieldKey
	if p.State.Spec.Linkerd.IssuerScheme == state.SchemeKubernetes {
		certificate, key = "tls.crt", "tls.key"
	}
	if p.keepSecret(o, certificate, key, p.issuerText(), p.issuerSummary()) && certificate == "tls.crt" {
		p.setSecret(o, []secretField{{"ca.crt", p.issuingAnchors(p.Issuer, p.Bundle), "the issuer's trust anchor"}})
	}
}

// keepSecret checks that a Secret holds this certificate and the key that
// belongs to it. Without keys it cannot be set right, and a Secret that
// contradicts the rest of the stream would stop identity or a webhook.
func (p *plan) keepSecret(o object, certificate, key, text, what string) bool {
	chain, err := pki.ParseChain([]byte(text))
	if err != nil {
		p.fail(err)
		return false
	}
	read, err := pki.ParseKey([]byte(o.secretText(key)))
	if trim(o.secretText(certificate)) != trim(text) || err != nil || !read.Matches(chain[0]) {
		if p.comparing {
			p.report.add(o.String(), certificate, Changed, what)
			return false
		}
		p.fail(problem.RenderStaleSecret.With(what).On(o.String()).At(p.docs[o.doc].Line, 0))
		return false
	}
	p.report.add(o.String(), certificate, Right, what)
	return true
}

// secretText is what a key of a Secret holds, wherever it stands; "" if nothing.
func (o object) secretText(key string) string {
	if node := o.get("stringData", key); node != nil {
		return node.Value()
	}
	plain, _ := base64.StdEncoding.DecodeString(o.get("data", key).Value())
	return string(plain)
}
