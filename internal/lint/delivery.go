package lint

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// undelivered finds objects of the phase that do not reach the cluster: outputs
// that cannot be written, and what the phase changed, nothing delivers, and nobody
// vouched for.
func undelivered(s *state.Rotation, statePath string) (findings []render.Finding) {
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
