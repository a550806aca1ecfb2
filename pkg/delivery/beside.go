package delivery

import (
	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

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

// beside are the objects that the state asks for beside those that Linkerd reads.
func (l router) beside() (list []Object) {
	for _, b := range l.TrustBundles {
		list = append(list, l.public(TrustBundle, b.Kind+" "+b.Name))
	}
	if l.Spec.Gate {
		list = append(list, l.public(Gate, gate.Kind+" "+l.Linkerd.Namespace+"/"+gate.Name))
	}
	return list
}

// public is an object that only manifests have.
func (l router) public(k Kind, name string) Object {
	if i := l.manifests(); i >= 0 {
		return route(k, name, ByOutput, l.named(i), "")
	}
	return route(k, name, ByPerson, "no output of kind manifests has it", l.commands.Public())
}
