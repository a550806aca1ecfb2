package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/fluxcd"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// hostPhases are the states that every host renders: a whole rotation of the
// anchor, and what other kinds of rotation add to it.
var hostPhases = []string{
	"bundle/stable", "bundle/anchor-added", "bundle/anchor-spread", "bundle/issuer-switched", "bundle/issuer-spread", "bundle/anchor-dropped", "bundle/stable-after",
	"cross-sign/issuer-switched", "webhooks/webhook-ca-added", "webhooks/webhook-cert-switched",
}

// inputs is what the hosts have in common.
type inputs struct {
	chart  Chart
	stream string // what Helm makes of the chart, with the PKI of the base state
	helm3  *Helm
	helm4  *Helm
	argo   *CMPServer
	kustom *Kustomize
	// For versionHosts alone.
	hydra *Hydrator
	flux  *fluxcd.Controller
	// committed says what the repository for Flux holds: a state and a chart.
	committed string
}

// yield says what a host's objects are compared with.
type yield int

const (
	// valued is what `chart --with-keys` renders: the host feeds the chart with values.
	valued yield = iota
	// piped is what `post-render` makes of Helm's render of the base state.
	piped
	// keyless is the same without Secrets: the host has no keys.
	keyless
	// apart is what `chart` renders without keys: it tells the chart that the
	// Secrets come from elsewhere, which shows in linkerd-config and checksums.
	apart
	// beside is a chart of layout external, and the Secrets that it leaves to others.
	beside
	// bundleOnly is what a control plane's Component speaks for, in the phases of anchors.
	bundleOnly
	// stored is what an API server stores of apart: with defaults.
	stored
)

// host is one row: how a host makes objects of a state file.
type host struct {
	name   string
	yield  yield
	render func(t testing.TB, in *inputs, state string) Objects
}

// check compares what a host made with what it has to make.
func (h host) check(t testing.TB, what string, in *inputs, state string, want Objects) {
	t.Helper()
	got := h.render(t, in, state)
	if h.yield == bundleOnly {
		got = onlyBundle(got)
	}
	if h.yield == stored {
		want = maps.Clone(want)
		for name, object := range want {
			want[name] = in.flux.Stored(t, object.(map[string]any))
		}
	}
	SameObjects(t, what+", "+h.name, got, want)
}

// hosts is the table. A host more is a row more.
var hosts = []host{
	{"Helm 3, post-renderer", piped, func(t testing.TB, in *inputs, state string) Objects { return in.helm3.PostRendered(t, state, in.chart) }},
	{"Helm 3, getter", valued, func(t testing.TB, in *inputs, state string) Objects { return in.helm3.FromGetter(t, state, in.chart) }},
	{"Helm 4, post-renderer", piped, func(t testing.TB, in *inputs, state string) Objects { return in.helm4.PostRendered(t, state, in.chart) }},
	{"Helm 4, getter", valued, func(t testing.TB, in *inputs, state string) Objects { return in.helm4.FromGetter(t, state, in.chart) }},
	{"Argo CD, chart", valued, argoHost("chart", "with-keys")},
	{"Argo CD, kustomization", piped, argoHost("kustomization", "with-keys")},
	{"Argo CD, manifests", piped, argoHost("manifests", "with-keys")},
	{"Argo CD, chart, layout external", beside, func(t testing.TB, in *inputs, state string) Objects {
		return argoHost("chart", "with-keys", "layout", "external")(t, in, appliedApart(t, in, state))
	}},
	{"Argo CD, chart, Secrets apart", apart, argoHost("chart", "secrets-apart")},
	{"Argo CD, kustomization, Secrets apart", keyless, argoHost("kustomization", "secrets-apart")},
	{"Argo CD, manifests, Secrets apart", keyless, argoHost("manifests", "secrets-apart")},
	{"kustomize, built by post-render", piped, func(t testing.TB, in *inputs, state string) Objects {
		in.kustom.Write(t, "whole/all.yaml", in.stream)
		in.kustom.Write(t, "whole/kustomization.yaml", "resources: [all.yaml]\n")
		return ParseObjects(t, in.kustom.MustRun(t, "", nil, "l5d-pki-render", "post-render", "-s", state, "--kustomize", "whole"))
	}},
	{"kustomize, function", keyless, func(t testing.TB, in *inputs, state string) Objects {
		built := in.kustom.Build(t, in.kustom.Overlay(t, in.stream, readText(t, state)), functions...)
		if built.Code != 0 {
			t.Fatal(built.Stderr)
		}
		return ParseObjects(t, []byte(built.Stdout))
	}},
	{"kustomize, Component", bundleOnly, func(t testing.TB, in *inputs, state string) Objects {
		in.kustom.Overlay(t, in.stream, readText(t, state))
		in.kustom.MustRun(t, "", nil, "l5d-pki-render", "component", "-s", state, "--control-plane", "--to", "bundle")
		in.kustom.Write(t, "above/kustomization.yaml", "resources: [../base]\ncomponents: [../bundle]\n")
		return ParseObjects(t, in.kustom.MustRun(t, "", nil, "kustomize", "build", "above"))
	}},
	{"Flux, what sync committed", apart, func(t testing.TB, in *inputs, state string) Objects {
		return MustFluxBuild(t, fluxRepository(t, in, state), "out", withVariables)
	}},
}

// wanted is what each kind of host has to yield in a phase, without a host.
func (in *inputs) wanted(t testing.TB, state string) map[yield]Objects {
	t.Helper()
	pipe := ParseObjects(t, in.helm3.MustRun(t, in.stream, nil, "l5d-pki-render", "post-render", "-s", state))
	want := map[yield]Objects{
		valued: ChartObjects(t, in.helm3.Sandbox, state, in.chart), piped: pipe, keyless: pipe.Without("Secret"), bundleOnly: onlyBundle(pipe),
		apart: ParseObjects(t, in.helm3.MustRun(t, "", nil, "l5d-pki-render", append([]string{"chart", "-s", state}, in.chart.args()...)...)),
	}
	external := []string{"--with-keys", "--layout", "external", "-s", appliedApart(t, in, state)}
	want[beside] = ParseObjects(t, in.helm3.MustRun(t, "", nil, "l5d-pki-render", append(append([]string{"chart"}, external...), in.chart.args()...)...))
	maps.Copy(want[beside], ParseObjects(t, in.helm3.MustRun(t, "", nil, "l5d-pki-render", append([]string{"manifests"}, external...)...)))
	if len(want[beside]) != len(want[valued]) {
		t.Fatalf("%d objects of layout external", len(want[beside]))
	}
	if len(want[valued]) < 20 || len(want[bundleOnly]) != 4 || len(want[keyless]) != len(want[apart]) {
		t.Fatalf("%d, %d, %d and %d objects", len(want[valued]), len(want[bundleOnly]), len(want[keyless]), len(want[apart]))
	}
	return want
}

// checkPiped: post-rendering and values give the same, but for the two places in
// which they differ by nature when webhooks rotate: what linkerd-config says of
// them is as the chart was given it, and so is checksum/config (docs/targets.md).
func checkPiped(t testing.TB, phase string, piped, valued Objects, webhooks bool) {
	t.Helper()
	for _, d := range DiffObjects(piped, valued) {
		if !webhooks || !strings.HasPrefix(d, "ConfigMap linkerd/linkerd-config: .data.values ") && !strings.Contains(d, ".annotations.checksum/config ") {
			t.Errorf("%s, piped and valued: %s", phase, d)
		}
	}
}

// TestHosts: for one rotation walked through all its phases, every host yields
// the same objects.
func TestHosts(t *testing.T) {
	in := &inputs{helm3: NewHelm(t, "3"), helm4: NewHelm(t, "4"), argo: NewCMPServer(t), kustom: NewKustomize(t)}
	in.chart = ControlPlane(t, in.helm3.Sandbox)
	in.stream = string(in.helm3.Template(t, in.chart))
	bundles := map[string]bool{}
	for _, phase := range hostPhases {
		state, webhooks := peer.Fixture("rotation/"+phase+".yaml"), strings.HasPrefix(phase, "webhooks/")
		want := in.wanted(t, state)
		bundles[bundleOf(t, want[valued])] = true
		checkPiped(t, phase, want[piped], want[valued], webhooks)
		for _, h := range hosts {
			if h.yield == bundleOnly && webhooks {
				continue
			}
			h.check(t, phase, in, state, want[h.yield])
		}
	}
	if len(bundles) != 3 {
		t.Errorf("%d bundles over all phases, want 3: outgoing, both, incoming", len(bundles))
	}
}

// onlyBundle are the objects that a control plane's Component patches.
func onlyBundle(o Objects) Objects {
	patched := []string{"ConfigMap linkerd/linkerd-identity-trust-roots", "Deployment linkerd/linkerd-identity", "Deployment linkerd/linkerd-destination", "Deployment linkerd/linkerd-proxy-injector"}
	only := Objects{}
	for name, object := range o {
		if slices.Contains(patched, name) {
			only[name] = object
		}
	}
	return only
}
