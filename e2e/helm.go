package e2e

import (
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// Helm is a real Helm of one major, as `helm` in the sandbox's PATH, with the
// plugins that `helm-plugin install` lays out for it.
type Helm struct {
	*Sandbox
	// Major is "3" or "4".
	Major string
	// Plugins is its plugins folder.
	Plugins string
}

// NewHelm makes one.
func NewHelm(t testing.TB, major string) *Helm {
	t.Helper()
	s := NewSandbox(t, map[string]string{"helm": "helm" + major})
	h := &Helm{Sandbox: s, Major: major, Plugins: filepath.Join(filepath.Dir(s.Dir), "plugins")}
	s.MustRun(t, "", nil, "l5d-pki-render", "helm-plugin", "install", "--helm", major, "--dir", h.Plugins)
	s.Env = append(s.Env, "HELM_PLUGINS="+h.Plugins)
	return h
}

// Chart is a chart and the values files that it is rendered with, all paths absolute.
type Chart struct {
	Path   string
	Values []string
}

// ControlPlane is the fixture chart of the control plane, complete with the
// issuer and the webhooks of a base state, as a release that is there already:
// what a host makes of it has to be the phase's own.
func ControlPlane(t testing.TB, s *Sandbox) Chart {
	t.Helper()
	return controlPlaneOf(t, s, peer.Fixture("rotation/bundle/stable.yaml"), "2.19")
}

// controlPlaneOf is ControlPlane with the values of another base state, by the
// charts of a family.
func controlPlaneOf(t testing.TB, s *Sandbox, state, family string) Chart {
	t.Helper()
	base := s.MustRun(t, "", nil, "l5d-pki-render", "values", "--layout", "embedded", "-s", state)
	s.Write(t, "base-values.yaml", string(base))
	// Helm 3 hands null on to linkerd-config and Helm 4 drops it; so none stands here.
	s.Write(t, "cores-values.yaml", "proxy: {cores: 1}\n")
	return Chart{Path: peer.Fixture("charts/control-plane"), Values: []string{
		peer.Fixture("charts/families/" + family + ".yaml"), filepath.Join(s.Dir, "base-values.yaml"), filepath.Join(s.Dir, "cores-values.yaml"),
	}}
}

// args are those of `helm template` and of `l5d-pki-render chart` alike.
func (c Chart) args() []string {
	args := []string{c.Path, "--namespace", "linkerd", "--kube-version", "1.34.0"}
	for _, file := range c.Values {
		args = append(args, "-f", file)
	}
	return args
}

// template is `helm template` with the chart.
func (c Chart) template(more ...string) []string {
	return append(append([]string{"template", "linkerd"}, c.args()...), more...)
}

// Template runs `helm template`.
func (h *Helm) Template(t testing.TB, c Chart, more ...string) []byte {
	t.Helper()
	return h.MustRun(t, "", nil, "helm", c.template(more...)...)
}

// PostRenderer are the flags of our post-renderer, the same for both majors.
func PostRenderer(state string) []string {
	return []string{"--post-renderer", "l5d-pki-render", "--post-renderer-args", "post-render", "--post-renderer-args", "--state=" + state}
}

// PostRendered gives the objects of a chart through our post-renderer.
func (h *Helm) PostRendered(t testing.TB, state string, c Chart) Objects {
	t.Helper()
	return ParseObjects(t, h.Template(t, c, PostRenderer(state)...))
}

// withKeys lets our getter give keys: the index of a chart repository can name a URL of
// ours as well, but not set a variable.
const withKeys = "L5D_PKI_WITH_KEYS=true"

// FromGetter gives the objects of a chart with the values that our getter delivers.
func (h *Helm) FromGetter(t testing.TB, state string, c Chart) Objects {
	t.Helper()
	return ParseObjects(t, h.MustRun(t, "", []string{withKeys}, "helm", c.template("-f", "l5d-pki://"+state+"?layout=embedded")...))
}

// ChartObjects gives the objects of a chart by `l5d-pki-render chart`, keys included.
func ChartObjects(t testing.TB, s *Sandbox, state string, c Chart) Objects {
	t.Helper()
	return ParseObjects(t, s.MustRun(t, "", nil, "l5d-pki-render",
		append([]string{"chart", "--with-keys", "--layout", "embedded", "-s", state}, c.args()...)...))
}
