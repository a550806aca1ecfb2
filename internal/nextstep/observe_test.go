package nextstep

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestObserve: the next observation shows what is waited for, and lies where the user
// keeps observations.
func TestObserve(t *testing.T) {
	chains := rotation.NeedResult{Need: rotation.RetiredGone, Missing: []string{`the observation does not show the chain of 2 proxies in "shop"`}}
	held := rotation.NeedResult{Need: rotation.RetiredGone, Missing: chains.Missing, Holders: []rotation.Holder{{Name: "shop/cart", Pods: 1}}}
	cross := func(f *Facts) { f.State.Status.Rotation = &state.Progress{Strategy: state.StrategyCrossSign} }
	for name, c := range map[string]struct {
		need    rotation.NeedResult
		version string
		change  func(f *Facts)
		want    string
	}{
		"identity has a metric":         {rotation.NeedResult{Need: rotation.IssuerLoaded}, "2.18", nil, "observation.yaml"},
		"identity has none":             {rotation.NeedResult{Need: rotation.IssuerLoaded}, "stable-2.14.10", nil, "observation.yaml --certify"},
		"leaves, identity has none":     {rotation.NeedResult{Need: rotation.LeavesRenewed}, "2.12", nil, "observation.yaml --certify"},
		"a cross certificate":           {rotation.NeedResult{Need: rotation.IssuerLoaded}, "2.20", cross, "observation.yaml --certify"},
		"a bundle needs no certificate": {rotation.NeedResult{Need: rotation.BundleLoaded}, "2.14.10", nil, "observation.yaml"},
		"webhooks":                      {rotation.NeedResult{Need: rotation.WebhookCertServed}, "2.18", nil, "observation.yaml --dial 1"},
		"retired, first look":           {chains, "2.18", nil, "observation.yaml"},
		"retired, chains were not seen": {chains, "2.18", func(f *Facts) { f.Evidence = []string{"../o.yaml"} }, "../o.yaml --dial all"},
		"retired, pods hold it":         {held, "2.18", func(f *Facts) { f.Evidence = []string{"../o.yaml"} }, "../o.yaml"},
		"evidence that is kept":         {rotation.NeedResult{Need: rotation.BundleLoaded}, "2.18", func(f *Facts) { f.Evidence = []string{"pki/evidence/a.yaml"} }, "observation.yaml"},
		"kept and another":              {rotation.NeedResult{Need: rotation.BundleLoaded}, "2.18", func(f *Facts) { f.Evidence = []string{"pki/evidence/a.yaml", "b c.yaml"} }, "'b c.yaml'"},
	} {
		t.Run(name, func(t *testing.T) {
			f := facts(rotation.NextMove{Verb: "advance", Needs: []rotation.NeedResult{c.need}})
			f.State.Spec.Linkerd.Version = c.version
			if c.change != nil {
				c.change(&f)
			}
			if got := Of(f).Command; got != "l5d-pki-render observe --to "+c.want {
				t.Errorf("got %q", got)
			}
			if wait := Of(f).Wait; strings.Contains(c.want, "--dial all") != strings.Contains(wait, "chain") {
				t.Errorf("wait %q", wait)
			}
			if again := AfterObserve(f); len(again) != 1 || again[0].Why[:13] != "observe again" {
				t.Errorf("%+v", again)
			}
		})
	}
}

// TestObserveAfterMove: after a move the observation is the one that the next phase
// asks for, and it overwrites none that a wait is counted from.
func TestObserveAfterMove(t *testing.T) {
	for phase, want := range map[string][2]string{
		state.PhaseAnchorAdded:    {"observe --to o.yaml", "status --evidence o.yaml"},
		state.PhaseIssuerSwitched: {"observe --to o.yaml --certify", "status --evidence o.yaml"},
		state.PhaseIssuerSpread:   {"observe --to observation.yaml --certify", "status --evidence o.yaml --evidence observation.yaml"},
	} {
		f := facts()
		f.State.Spec.Linkerd.Version, f.State.Status.Phase, f.Evidence = "2.14.10", phase, []string{"o.yaml"}
		f.State.Status.Rotation = &state.Progress{Kind: state.KindAnchor, Strategy: state.StrategyBundle}
		steps := AfterMove(f, nil)
		if n := len(steps); n < 2 || steps[n-2].Command != "l5d-pki-render "+want[0] || steps[n-1].Command != "l5d-pki-render "+want[1] {
			t.Errorf("%s: %+v", phase, steps)
		}
	}
	f := facts()
	f.State.Status.Phase, f.State.Status.Rotation = state.PhaseIssuerSpread, &state.Progress{Kind: state.KindAnchor, Strategy: state.StrategyBundle}
	f.Evidence = []string{"observation.yaml", "observation-2.yaml"}
	if got := f.observed(); got != "observation-3.yaml" {
		t.Errorf("overwrites %s", got)
	}
}
