package state

import "github.com/l5d-pki/l5d-pki-render/pkg/linkerd"

// LeafSettings are the chart's values that say how long leaves live
// (charts/linkerd-control-plane/values.yaml), and the fields that say the same here.
var LeafSettings = map[string]LeafSetting{
	linkerd.LifetimeValue:  {"spec.leaf.lifetime", DefaultLeafLifetime, func(l Leaf) Duration { return l.Lifetime }},
	linkerd.ClockSkewValue: {"spec.leaf.clockSkew", DefaultClockSkew, func(l Leaf) Duration { return l.ClockSkew }},
}

// LeafSetting is one of them: its field in the state file, its default, which identity
// also takes for what it cannot read (controller/cmd/identity/main.go), and its value.
type LeafSetting struct {
	Field   string
	Default Duration
	Of      func(Leaf) Duration
}
