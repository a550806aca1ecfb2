package delivery

import "github.com/l5d-pki/l5d-pki-render/pkg/state"

// BesideChart says what delivers the Secrets that a chart's output does not have.
// embedded: the values hold the issuer, so only webhooks are missing.
func BesideChart(s *state.Rotation, statePath string, embedded bool) string {
	commands := CommandsOf(s, statePath)
	if embedded {
		return "the chart renders no Secrets of the webhooks with these values; apply them: `" + commands.Webhooks() + "`"
	}
	for _, o := range Changed(Of(s, statePath), Issuer, WebhookSecret) {
		if o.By == ByCustody {
			return "the Secrets of issuer and webhooks are not in this output; " + o.How
		}
	}
	return "the Secrets of issuer and webhooks are not in this output; apply them: `" + commands.Secrets() + "`"
}
