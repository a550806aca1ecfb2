package cli

import (
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// secretsBeside says what delivers the Secrets that a chart's output does not have.
// embedded: the values hold the issuer, so only webhooks are missing.
func secretsBeside(s *state.Rotation, statePath string, embedded bool) string {
	commands := delivery.CommandsOf(s, statePath)
	if embedded {
		return "the chart renders no Secrets of the webhooks with these values; apply them: `" + commands.Webhooks() + "`"
	}
	for _, o := range delivery.Changed(delivery.Of(s, statePath), delivery.Issuer, delivery.WebhookSecret) {
		if o.By == delivery.ByCustody {
			return "the Secrets of issuer and webhooks are not in this output; " + o.How
		}
	}
	return "the Secrets of issuer and webhooks are not in this output; apply them: `" + commands.Secrets() + "`"
}
