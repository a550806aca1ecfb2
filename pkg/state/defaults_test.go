package state

import "testing"

// TestDefaultScheme: a state that names no scheme takes the one that its outputs
// can deliver; one that does keeps it.
func TestDefaultScheme(t *testing.T) {
	for _, c := range []struct {
		named  string
		output Output
		want   string
	}{
		{"", Output{Kind: OutputEdit, Path: "a"}, SchemeLinkerd},
		{"", Output{Kind: OutputValues, Path: "a"}, SchemeKubernetes},
		{"", Output{Kind: OutputValues, Path: "a", Chart: ChartViz}, SchemeLinkerd},
		{"", Output{Kind: OutputHelmValues, Path: "a", Chart: ChartControlPlane}, SchemeKubernetes},
		{SchemeLinkerd, Output{Kind: OutputValues, Path: "a"}, SchemeLinkerd},
	} {
		r := &Rotation{Spec: Spec{Linkerd: Linkerd{IssuerScheme: c.named}, Outputs: []Output{c.output}}}
		if got := r.WithDefaults().Spec.Linkerd.IssuerScheme; got != c.want {
			t.Errorf("%+v: %s, want %s", c, got, c.want)
		}
	}
}
