package nextstep

import (
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
			if again := AfterObserve(f); len(again) != 1 || again[0].Why[:13] != "observe again" {
				t.Errorf("%+v", again)
			}
		})
	}
}
