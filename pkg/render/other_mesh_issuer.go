package render

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// refuseForeignIssuers refuses issuer Secrets of another mesh: of another
// namespace, or with a certificate that names another namespace or trust domain.
// A Secret with a certificate of the state is a copy; one that names the state's
// mesh, however old, is what the phase replaces.
func (p *plan) refuseForeignIssuers() {
	for _, o := range p.objects {
		if o.kind != "Secret" || o.name != issuerName {
			continue
		}
		chain, err := pki.ReadChain([]byte(o.secretText(linkerd.FieldCert) + o.secretText(linkerd.FieldTLSCert)))
		if err == nil && !p.knowsIssuer(chain[0]) {
			p.refuseForeignIssuer(o, chain[0])
		}
	}
}

func (p *plan) refuseForeignIssuer(o object, issuer pki.Certificate) {
	l, line := p.State.Spec.Linkerd, p.docs[o.doc].Line
	namespace, domain := meshOfIssuer(issuer, l.Namespace, l.TrustDomain)
	if o.namespace != "" && o.namespace != l.Namespace {
		namespace = o.namespace
	}
	said := slices.ContainsFunc(p.problems, func(b *problem.Problem) bool { return b.Code == problem.RenderOtherNamespace.Code })
	switch {
	case namespace != l.Namespace && said:
	case namespace != l.Namespace:
		p.fail(problem.RenderOtherNamespace.With(string(ControlPlane), namespace, o.String(), namespaceFields[ControlPlane],
			l.Namespace).At(line, 0))
	case domain != l.TrustDomain:
		p.fail(problem.RenderOtherTrustDomain.With(domain, l.TrustDomain).On(o.String()).At(line, 0))
	}
}

// meshOfIssuer reads namespace and trust domain from the DNS name that identity
// demands of its issuer. Without such a name, or with that of this mesh among
// others, it is this mesh.
func meshOfIssuer(issuer pki.Certificate, namespace, domain string) (string, string) {
	other := ""
	for _, name := range issuer.DNSNames {
		rest, named := strings.CutPrefix(name, linkerd.IssuerNamePrefix)
		if rest == namespace+"."+domain {
			return namespace, domain
		}
		if named && other == "" {
			other = rest
		}
	}
	if ns, td, whole := strings.Cut(other, "."); whole {
		return ns, td
	}
	return namespace, domain
}

// knowsIssuer reports whether the state has the certificate, in whatever role.
func (p *plan) knowsIssuer(c pki.Certificate) bool {
	var texts []string
	for _, i := range p.State.Status.Issuers {
		texts = append(texts, i.Certificate)
	}
	for _, i := range p.State.Status.RetiredIssuers {
		texts = append(texts, i.Certificate)
	}
	return slices.ContainsFunc(texts, func(text string) bool {
		chain, err := pki.ReadChain([]byte(text))
		return err == nil && chain[0].Fingerprint() == c.Fingerprint()
	})
}
