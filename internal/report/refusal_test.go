package report

import (
	"errors"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestBrief: a refusal says each cause once, with who holds it, and keeps problems that
// are not of the gate.
func TestBrief(t *testing.T) {
	pair := func(rule rotation.Rule, by string, where ...string) *problem.Problem {
		r := &rotation.Reason{Rule: rule, Bundle: []string{"A"}, Chain: []string{"b"}, Verifier: by, Where: where, Text: "bundle A does not verify chain b (" + by + ")", Cause: "long"}
		return problem.RotationG1.With(r.Text, "", r.Cause).In("s.yaml").Because(r)
	}
	unmet := func(n rotation.Need) *problem.Problem {
		r := &rotation.NeedResult{Need: n, Text: "x", Missing: []string{"shop/cart"}}
		return problem.RotationUnmet.With(r.Text, "shop/cart").In("s.yaml").Because(r)
	}
	other := problem.RotationNone.With().In("s.yaml")
	dated := pair(rotation.G1, rotation.ByProxy, "east")
	why, _ := errors.AsType[*rotation.Reason](dated.Cause)
	why.Dated = true
	for name, c := range map[string]struct {
		refused problem.List
		want    []string
	}{
		"two verifiers": {problem.List{pair(rotation.G1, rotation.ByProxy, "east"), pair(rotation.G1, rotation.ByIdentity, "east", "west")},
			[]string{"s.yaml: bundle A does not verify chain b; the bundle is held by east, west"}},
		"two rules": {problem.List{pair(rotation.G1, rotation.ByProxy, "east"), pair(rotation.G2, rotation.ByProxy, "west")},
			[]string{"s.yaml: bundle A does not verify chain b; the bundle is held by east", "s.yaml: bundle A does not verify chain b; the chain is served by west"}},
		"pairs that follow from a need": {problem.List{pair(rotation.G1, rotation.ByProxy, "east"), unmet(rotation.BundleLoaded)},
			[]string{"s.yaml: waiting for every pod to load the incoming anchor: shop/cart"}},
		"pairs that do not": {problem.List{pair(rotation.G1, rotation.ByProxy, "east"), unmet(rotation.LeavesRenewed)},
			[]string{"s.yaml: bundle A does not verify chain b; the bundle is held by east", "s.yaml: waiting for every pod to get a leaf of the new issuer: shop/cart"}},
		"dates":  {problem.List{dated}, []string{"s.yaml: bundle A does not verify chain b: long; the bundle is held by east"}},
		"others": {problem.List{other, pair(rotation.G3, rotation.ByIdentity)}, []string{"s.yaml: no rotation is under way", "s.yaml: bundle A does not verify chain b: long"}},
	} {
		var got []string
		for _, p := range Brief(c.refused) {
			got = append(got, p.Error())
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %q, want %q", name, got[i], c.want[i])
			}
		}
	}
}
