package rotation

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// strategy decides how the anchor is rotated, and for cross-sign puts X behind
// the incoming issuer:
//
//	A's path length   A's key or X at hand   default      asked for cross-sign
//	0                 any                    bundle       refused
//	any               no                     bundle       refused
//	1                 yes                    bundle       cross-sign (Go clients refuse leaves under {A})
//	none, 2 and more  yes                    cross-sign   cross-sign
func (b *beginning) strategy(outgoing, incoming pki.Certificate, chain pki.Chain) (pki.Chain, error) {
	limit, limited := outgoing.PathLen()
	brought := len(chain) > 1
	var obstacle string
	switch {
	case limited && limit == 0:
		obstacle = fmt.Sprintf("anchor %q has path length 0", outgoing.Subject.CommonName)
	case !brought && b.options.OutgoingKey.Signer() == nil:
		obstacle = fmt.Sprintf("the key of anchor %q is not at hand, and no cross certificate was brought", outgoing.Subject.CommonName)
	}
	chosen := b.options.Strategy
	if chosen == "" {
		chosen = state.StrategyBundle
		if obstacle == "" && (!limited || limit > 1) {
			chosen = state.StrategyCrossSign
		}
	}
	b.next.Status.Rotation.Strategy = chosen
	b.chose = b.whyStrategy(chosen, obstacle, outgoing)
	switch {
	case chosen == state.StrategyCrossSign && obstacle != "":
		return nil, problem.RotationStrategy.With(obstacle)
	case chosen != state.StrategyCrossSign || brought:
		return chain, nil
	}
	cross, err := pki.CrossSign(incoming, outgoing, b.options.OutgoingKey, b.period(b.spec.Validity.Anchor), b.random)
	if err != nil {
		return nil, err
	}
	return append(chain, cross), nil
}

// whyStrategy says which strategy a start takes and why.
func (b *beginning) whyStrategy(chosen, obstacle string, outgoing pki.Certificate) string {
	switch {
	case b.options.Strategy != "":
		return chosen + ", as you asked"
	case chosen == state.StrategyCrossSign:
		return "cross-sign (one restart of the workloads instead of two), because the outgoing anchor's key or a cross certificate is at hand"
	case obstacle != "":
		return "bundle, because " + obstacle
	}
	return fmt.Sprintf("bundle, because anchor %q has path length 1: Go clients of the mesh would refuse cross-signed leaves", outgoing.Subject.CommonName)
}
