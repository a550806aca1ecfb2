package caller

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// PublishGate writes what an observation says of the gate of a state into the
// cluster that it is of; e has the rest of the evidence. An answer that cannot be
// found is published as one: the one before does not count any more.
func PublishGate(o Options, run Program, s *state.Rotation, e rotation.Evidence, seen *rotation.Observation) error {
	at, err := time.Parse(time.RFC3339, seen.At)
	if err != nil {
		return err
	}
	e.Observations = append(e.Observations, seen)
	verdict, judged := rotation.GateVerdict(s, e, at)
	if judged != nil {
		verdict.Reason, verdict.Message = gate.ReasonNotSeen, problem.Of(judged)[0].Text
	}
	request := exchange.Request{Namespace: ClusterOf(s).Namespace, Kubeconfig: o.Kubeconfig, Context: o.Context, Limit: o.Limit,
		Gate: &verdict}
	if _, err := exchange.Ask(request, run); err != nil {
		return err
	}
	return judged
}
