package state

import (
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const someDigest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// TestOutputs: each kind with the fields that it takes, and what is refused,
// by the codes of all problems.
func TestOutputs(t *testing.T) {
	full := Output{
		Kind: OutputHelmValues, Path: "a.yaml", Chart: ChartViz, Name: "linkerd-pki", Namespace: "flux-system",
		Object: ObjectSecret, Key: "pki.yaml", HelmRelease: &HelmRelease{"linkerd", "b.yaml"},
	}
	chart := Output{Kind: OutputChart, Path: "a.yaml", Chart: "../charts/cp", Release: "l5d", Namespace: "linkerd", ValuesFiles: []string{"values.yaml", "../v.yaml"}}
	remote := Output{Kind: OutputChart, Path: "a.yaml", Chart: "linkerd-control-plane", Repo: "https://helm.example/edge", Version: "2026.8.3", Digest: someDigest}
	with := func(o Output, change func(*Output)) []Output { change(&o); return []Output{o} }
	for _, c := range []struct {
		name    string
		outputs []Output
		codes   []string
	}{
		{"none", nil, nil},
		{"helm-values, all fields", []Output{full}, nil},
		{"chart in the repository", []Output{chart}, nil},
		{"chart beside the state", with(chart, func(o *Output) { o.Chart = "./cp" }), nil},
		{"chart from a repository", []Output{remote}, nil},
		{"chart by Helm 4", with(chart, func(o *Output) { o.Engine = EngineHelm4 }), nil},
		{"chart by Helm 5", with(chart, func(o *Output) { o.Engine = "helm5" }), []string{"state-choice"}},
		{"engine of a Component", []Output{{Kind: OutputComponent, Path: "a", Engine: EngineHelm4}}, []string{"state-output-field"}},
		{"chart without digest", with(remote, func(o *Output) { o.Digest = "" }), []string{"state-output-unpinned"}},
		{"short digest", with(remote, func(o *Output) { o.Digest = "sha256:0123" }), []string{"state-output-digest"}},
		{"no chart", with(chart, func(o *Output) { o.Chart = "" }), []string{"state-output-needs"}},
		{"flag for a chart", with(remote, func(o *Output) { o.Chart = "--post-renderer" }), []string{"state-output-text"}},
		{"values file elsewhere", with(chart, func(o *Output) { o.ValuesFiles = []string{"v.yaml", "/etc/v.yaml"} }), []string{"state-path"}},
		{"helm-values without name", with(full, func(o *Output) { o.Name = "" }), []string{"state-output-needs"}},
		{"another object", with(full, func(o *Output) { o.Object = "Service" }), []string{"state-choice"}},
		{"another chart", with(full, func(o *Output) { o.Chart = "multicluster" }), []string{"state-choice"}},
		{"the bundle's key", with(full, func(o *Output) { o.Key = "identityTrustAnchorsPEM" }), []string{"state-output-key"}},
		{"patch over the values", with(full, func(o *Output) { o.HelmRelease = &HelmRelease{"linkerd", "a.yaml"} }), []string{"state-path-twice"}},
		{"patch elsewhere", with(full, func(o *Output) { o.HelmRelease = &HelmRelease{"linkerd", "/a.yaml"} }), []string{"state-path"}},
		{"fields of others", []Output{{Kind: OutputManifests, Path: "a.yaml", Name: "x", Chart: "viz", HelmRelease: &HelmRelease{"x", "c.yaml"}}},
			[]string{"state-output-field", "state-output-field", "state-output-field"}},
		{"layout of a chart", with(chart, func(o *Output) { o.Layout = LayoutExternal }), []string{"state-layout"}},
		{"embedded", []Output{{Kind: OutputValues, Path: "a.yaml", Layout: LayoutEmbedded}}, []string{"state-layout"}},
		{"components", []Output{{Kind: OutputComponent, Path: "a"}, {Kind: OutputComponent, Path: "b", For: "../apps"}, {Kind: OutputComponent, Path: "c", Select: "label=a in (b,c)"}}, nil},
		{"both ways to choose", []Output{{Kind: OutputComponent, Path: "a", For: "x", Select: "all"}}, []string{"state-output-select"}},
		{"no such choice", []Output{{Kind: OutputComponent, Path: "a", Select: "label="}}, []string{"state-output-select"}},
		{"unknown kind", []Output{{Kind: "vaules", Path: "a.yaml", Name: "x"}}, []string{"state-choice"}},
		{"one path twice", []Output{{Kind: OutputValues, Path: "a"}, {Kind: OutputManifests, Path: "a"}}, []string{"state-path-twice"}},
		{"two globs alike", []Output{{Kind: OutputEdit, Path: "a/*"}, {Kind: OutputEdit, Path: "a/*"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := at("", "", PhaseStable)
			r.Spec.Outputs = deepOutputs(c.outputs)
			var codes []string
			for _, p := range problem.Of(r.Validate()) {
				codes = append(codes, string(p.Code))
				if !strings.HasPrefix(p.Path, "spec.outputs[") || len(p.Hints) == 0 {
					t.Errorf("at %q, hints %q", p.Path, p.Hints)
				}
			}
			if !slices.Equal(codes, c.codes) {
				t.Errorf("problems %q, want %q", codes, c.codes)
			}
		})
	}
}

// deepOutputs keeps the cases of a table from sharing what they point to.
func deepOutputs(outputs []Output) []Output {
	return (&Rotation{Spec: Spec{Outputs: outputs}}).Clone().Spec.Outputs
}
