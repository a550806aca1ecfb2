package explore

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Textbook is the walk of an anchor rotation by one strategy with the bundles and chains
// of [rotation.Textbook]; its configs are those of the strategy's table.
func Textbook(strategy string) Options {
	t, _ := state.TableOf(state.KindAnchor, strategy)
	o := Options{Name: "anchor, " + strategy, Model: rotation.Textbook(),
		Configs: []rotation.Config{{Bundle: rotation.BundleA, Chain: rotation.ChainA}}}
	for _, row := range t.Steps() {
		c := rotation.Config{Bundle: bundleOf(row.Bundle), Chain: rotation.ChainB}
		switch {
		case row.Issuer == state.RoleOutgoing:
			c.Chain = rotation.ChainA
		case strategy == state.StrategyCrossSign && row.Name != state.PhaseStable:
			c.Chain = rotation.ChainBX
		}
		if !slices.Contains(o.Configs, c) {
			o.Configs = append(o.Configs, c)
		}
	}
	return o
}

// bundleOf is the bundle with the anchors of these roles; stable has the incoming one,
// which is then the current one.
func bundleOf(roles []string) uint8 {
	switch {
	case len(roles) == 2:
		return rotation.BundleAB
	case roles[0] == state.RoleOutgoing:
		return rotation.BundleA
	}
	return rotation.BundleB
}

// Of is the walk of the rotation that a state is in, with its own certificates.
func Of(name string, m rotation.Model, order rotation.Order) Options {
	return Options{Name: name, Model: m, Configs: order.Configs}
}

// Same reports whether two walks are the same but for names: what verifies what, and the
// configs.
func (o Options) Same(p Options) bool {
	return slices.Equal(o.Model.Proxy, p.Model.Proxy) && slices.Equal(o.Model.Identity, p.Model.Identity) &&
		slices.Equal(o.Model.Contains, p.Model.Contains) && slices.Equal(o.Configs, p.Configs)
}
