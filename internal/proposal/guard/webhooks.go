package guard

import (
	"crypto/x509"
	"fmt"
	"maps"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeWebhooks names the CAs that a start brings for webhooks, by which the API server
// trusts who may change every pod, and refuses those that the new certificate does not
// need: nothing explains them.
func (g *judgement) judgeWebhooks(next *state.Rotation) {
	for _, key := range slices.Sorted(maps.Keys(next.Status.Webhooks)) {
		now := next.Status.Webhooks[key].Incoming
		if was := g.Now.Status.Webhooks[key].Incoming; now == nil || was != nil && *was == *now {
			continue
		}
		bundle, err := pki.ParseBundle([]byte(now.CABundle))
		if err != nil {
			continue // said where the state is judged
		}
		chain, err := pki.ParseChain([]byte(now.Certificate))
		all := bundle.Certificates()
		for i, ca := range all {
			name := sink.Code(sink.Name(ca.Subject.String())) + " (SHA-256 " + sink.Code(ca.Fingerprint()) + ")"
			g.r.notes = append(g.r.notes, fmt.Sprintf("webhook %s gets the CA %s", sink.Code(sink.Name(key)), name))
			if err == nil && len(all) > 1 && !isRootOf(ca, chain, slices.Delete(slices.Clone(all), i, i+1)) {
				g.r.fail(problem.PRGuardWebhookCA.With(sink.Name(key), name).In(g.State).On("status.webhooks"))
			}
		}
	}
}

// isRootOf reports whether a chain ends at a CA, by way of others where it has to.
func isRootOf(ca pki.Certificate, chain pki.Chain, others []pki.Certificate) bool {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(ca.Certificate)
	for _, c := range slices.Concat(chain[1:], others) {
		between.AddCert(c.Certificate)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: chain[0].NotBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil
}
