package chartphase

import (
	"cmp"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const (
	// KubeVersion is what templates see unless a user says otherwise. It is a
	// constant of this tool and not of the libraries of the day (Helm's SDK says
	// v1.20, which Linkerd's charts refuse), so that an update of either changes no
	// output.
	KubeVersion = "1.34.0"
	// MaxValues is the largest values file, in bytes: Helm keeps values in the
	// release, which a cluster stores in 1 MiB.
	MaxValues = 4 << 20
)

// Name is a chart as errors name it: an address without its login.
func Name(chart string) string {
	if strings.Contains(chart, "://") {
		return address.Redact(chart)
	}
	return chart
}

// chartsOf names the charts that each group's values are for.
var chartsOf = map[render.Group][]string{
	render.ControlPlane: {linkerd.ChartControlPlane, linkerd.ChartLinkerd2}, // linkerd2 up to 2.11
	render.Viz:          {linkerd.ChartViz},
	render.Jaeger:       {linkerd.ChartJaeger},
}

// Namespaces gives each chart the namespace that the state has for it.
func Namespaces(s *state.Rotation) map[string]string {
	l := s.WithDefaults().Spec.Linkerd
	of := map[render.Group]string{render.ControlPlane: l.Namespace, render.Viz: l.VizNamespace, render.Jaeger: l.JaegerNamespace}
	namespaces := map[string]string{"": l.Namespace, linkerd.ChartMulticluster: l.MulticlusterNamespace}
	for group, charts := range chartsOf {
		for _, name := range charts {
			namespaces[name] = of[group]
		}
	}
	return namespaces
}

// Engine is the one that the outputs of a state name, if they agree; else Helm 3,
// which rendered before there was a choice.
func Engine(s *state.Rotation) string {
	engines := map[string]bool{}
	for _, o := range s.Spec.Outputs {
		if o.Kind == state.OutputChart {
			engines[cmp.Or(o.Engine, state.EngineHelm3)] = true
		}
	}
	if len(engines) == 1 && engines[state.EngineHelm4] {
		return state.EngineHelm4
	}
	return state.EngineHelm3
}
