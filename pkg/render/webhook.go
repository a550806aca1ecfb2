package render

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// Webhook is a row of Linkerd's table of webhooks.
type Webhook = linkerd.Webhook

var webhooks = linkerd.Webhooks

// served is the text that checksum/config of a Deployment is taken over: what
// its listed webhooks serve and what the API server trusts. The private key is
// not in it: the certificate stands for it.
func (m *Material) served(deployment string) string {
	var b strings.Builder
	for _, w := range webhooks {
		material, listed := m.Webhooks[w.Key]
		if !listed || !slices.Contains(w.Deployments, deployment) {
			continue
		}
		b.WriteString(w.Key + "\n" + material.Certificate + "\n" + material.CABundle + "\n")
	}
	return b.String()
}
