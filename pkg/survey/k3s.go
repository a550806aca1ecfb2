package survey

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// k3sChart is a HelmChart of k3s: values in a string, single ones below `set`
// (https://docs.k3s.io/add-ons/helm).
func (s *Survey) k3sChart(c cursor) {
	spec := c.get("spec")
	s.addRelease(release{opaque: true, object: objectOf(c)}, spec.get("chart"), spec.get("version"))
	s.carriesValues(c)
}

// helmfile looks at the releases of a helmfile, whose charts have their
// repository's name before them.
func (s *Survey) helmfile(c cursor) {
	for _, r := range c.get("releases").items() {
		s.addRelease(release{opaque: true}, r.get("chart"), r.get("version"))
		if strings.Contains(r.get("chart").value(), linkerd.ChartControlPlane) {
			s.contradictions(r, "", "helmfile release")
		}
	}
}
