package cli

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
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

// deliveryLines say what of a change a person must deliver, or mend.
func deliveryLines(before, after *state.Rotation, statePath string) []string {
	return delivery.Lines(delivery.Changed(delivery.Of(after, statePath), delivery.Between(before, after)...))
}

// lintDelivery finds objects of the phase that do not reach the cluster: outputs
// that cannot be written, and what the phase changed, nothing delivers, and nobody
// vouched for.
func lintDelivery(s *state.Rotation, statePath string) (findings []render.Finding) {
	say := func(severity pki.Severity, p *problem.Problem) {
		f := pki.Finding{Code: p.Code, Severity: severity, Subject: s.Metadata.Name, Text: p.Text, Hint: strings.Join(p.Hints, "; ")}
		findings = append(findings, render.Finding{Path: "spec.outputs", Finding: f})
	}
	seen := map[string]bool{}
	for _, o := range delivery.Of(s, statePath) {
		if o.By == delivery.Refused && !seen[o.How] {
			seen[o.How] = true
			say(pki.Error, problem.DeliveryRefused.With(o.How))
		}
	}
	for _, o := range delivery.Unvouched(s, statePath) {
		if o.By == delivery.ByPerson {
			say(pki.Error, problem.DeliveryNoRoute.With(o.Name, s.Status.Phase, o.How).Hint("deliver it: `%s`; or add an output that has it (docs/delivery.md)", o.Command))
		}
	}
	return findings
}
