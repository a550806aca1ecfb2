package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// webhooks checks what the pods of each webhook serve under what the API server
// trusts. Linkerd compares with the Secret; a pod may serve an older one.
func (r *run) webhooks() {
	if len(r.o.Webhooks) == 0 {
		r.warn("the webhooks were seen", problem.CheckNotSeen, []string{"no webhook is in the observation"})
	}
	for _, h := range r.o.Webhooks {
		r.webhook(h)
	}
}

func (r *run) webhook(h rotation.Hook) {
	service := linkerd.ServiceOf(h.Name)
	host := pki.Webhook{Service: service, Namespace: r.namespaceOf(h.Name)}.Host()
	trusted, unknown := r.certs.chain(h.CABundle)
	var all pki.Chain
	var wrong []string
	seen, verified := 0, false
	for _, s := range served(h) {
		chain, missing := r.certs.chain(s.Chain)
		unknown = append(unknown, missing...)
		all = append(all, chain...)
		seen += s.Count
		if len(chain) == 0 || len(missing) > 0 || len(trusted) == 0 {
			continue
		}
		verified = true
		if err := pki.VerifyServing(trusted, chain, host, r.At); err != nil {
			why := problem.Of(err)[0].Text
			if over := invalid(distinct(append(chain, trusted...)), r.At); len(over) > 0 {
				why = strings.Join(over, ", ")
			}
			wrong = append(wrong, fmt.Sprintf("%d of %d pods: %s", s.Count, max(h.Pods, s.Count), why))
		}
	}
	switch {
	case h.CABundle == nil:
		unknown = append(unknown, "the caBundle of the API server was not seen")
	case seen == 0:
		unknown = append(unknown, "what its pods serve was not seen")
	case seen < h.Pods:
		unknown = append(unknown, fmt.Sprintf("%d of %d pods were seen", seen, h.Pods))
	}
	if verified {
		r.fail(service+" webhook has a valid certificate", problem.CheckWebhook, wrong)
	}
	if len(all)+len(trusted) > 0 {
		r.warn(service+" certificate is valid for at least 60 days", problem.CheckWebhookExpiring, expiring(distinct(append(all, trusted...)), r.At))
	}
	if len(unknown) > 0 {
		r.warn(service+" webhook was seen", problem.CheckNotSeen, sorted(unknown))
	}
}

// distinct is each certificate once: a self-signed one is its own caBundle.
func distinct(chain pki.Chain) (once pki.Chain) {
	for _, c := range chain {
		if !slices.ContainsFunc(once, func(o pki.Certificate) bool { return o.Fingerprint() == c.Fingerprint() }) {
			once = append(once, c)
		}
	}
	return once
}

// served is what the pods of a webhook serve; the first form of observations
// has one chain for all.
func served(h rotation.Hook) []rotation.Serving {
	if h.Served != nil {
		return []rotation.Serving{{Chain: h.Served, Count: 1}}
	}
	return h.Serving
}

// namespaceOf is the namespace of a webhook's Service.
func (r *run) namespaceOf(webhook string) string {
	spec := (&state.Rotation{}).WithDefaults().Spec.Linkerd
	if r.State != nil {
		spec = r.State.WithDefaults().Spec.Linkerd
	} else if r.o.Mesh.Namespace != "" {
		spec.Namespace = r.o.Mesh.Namespace
	}
	switch w, _ := linkerd.WebhookOf(webhook); w.Group {
	case linkerd.Viz:
		return spec.VizNamespace
	case linkerd.Jaeger:
		return spec.JaegerNamespace
	default:
		return spec.Namespace
	}
}
