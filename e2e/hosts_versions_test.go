package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// chartVersions are the releases of Linkerd in the matrix of hosts, each with the
// family of charts that it belongs to.
var chartVersions = []struct{ version, family string }{
	{"2.12", "2.12"}, {"2.14", "2.13"}, {"2.18", "2.13"}, {"2.20", "2.19"},
}

// matrixPhases are the steps of a rotation in which other objects change.
var matrixPhases = []string{"bundle/anchor-added", "bundle/issuer-switched", "bundle/anchor-dropped"}

// matrixHosts are the rows of hosts that take a chart of any version as it is.
// Getters and layout external need charts that take webhooks as values (2.19).
var matrixHosts = []string{
	"Helm 3, post-renderer", "Helm 4, post-renderer", "Argo CD, chart", "Argo CD, chart, Secrets apart",
	"kustomize, built by post-render", "kustomize, function", "kustomize, Component", "Flux, what sync committed",
}

// versionHosts are hosts of the matrix that take a second or two for each render.
var versionHosts = []host{
	{"Argo CD, source hydrator", apart, hydratorHost},
	{"Flux, kustomize-controller", stored, func(t testing.TB, in *inputs, state string) Objects {
		return fluxApplied(t, in.flux, fluxRepository(t, in, state), "out", withVariables)
	}},
}

// ofVersion is a state of the fixtures for another version of Linkerd.
func ofVersion(t testing.TB, s *Sandbox, phase, version string) string {
	t.Helper()
	text := fixture(t, "rotation/"+phase+".yaml")
	const have = `version: "edge-25.10.7"`
	if strings.Count(text, have) != 1 {
		t.Fatalf("%s is of another version than this test thinks", phase)
	}
	path := "rotation/" + version + "/" + filepath.Base(phase) + ".yaml"
	s.Write(t, path, strings.Replace(text, have, `version: "`+version+`"`, 1))
	return filepath.Join(s.Dir, path)
}

// wantedOf is what each kind of host has to yield in a phase, by our own commands.
func (in *inputs) wantedOf(t testing.TB, state string) map[yield]Objects {
	t.Helper()
	chart := func(flags ...string) Objects {
		return ParseObjects(t, in.helm3.MustRun(t, "", nil, "l5d-pki-render", append(append([]string{"chart", "-s", state}, in.chart.args()...), flags...)...))
	}
	without := chart()
	pipe := ParseObjects(t, in.helm3.MustRun(t, in.stream, nil, "l5d-pki-render", "post-render", "-s", state))
	return map[yield]Objects{
		valued: chart("--with-keys", "--layout", "embedded"), apart: without, stored: without,
		piped: pipe, keyless: pipe.Without("Secret"), bundleOnly: onlyBundle(pipe),
	}
}

// TestHostsByVersion: the matrix of hosts and releases of Linkerd, through the
// steps of a rotation: every host makes the objects that our commands make, and
// the bundle is that of the phase.
func TestHostsByVersion(t *testing.T) {
	in := &inputs{
		helm3: NewHelm(t, "3"), helm4: NewHelm(t, "4"), argo: NewCMPServer(t), kustom: NewKustomize(t),
		hydra: NewHydrator(t), flux: sharedController(t),
	}
	rows := slices.DeleteFunc(slices.Clone(hosts), func(h host) bool { return !slices.Contains(matrixHosts, h.name) })
	rows = append(rows, versionHosts...)
	in.helm3.Copy(t, "pki", "pki") // the keys, where the states have them
	for _, v := range chartVersions {
		t.Run(v.version, func(t *testing.T) {
			in.chart = controlPlaneOf(t, in.helm3.Sandbox, ofVersion(t, in.helm3.Sandbox, "bundle/stable", v.version), v.family)
			in.stream = string(in.helm3.Template(t, in.chart))
			bundles, cells := map[string]bool{}, 0
			for _, phase := range matrixPhases {
				state := ofVersion(t, in.helm3.Sandbox, phase, v.version)
				want := in.wantedOf(t, state)
				bundles[bundleOf(t, want[piped])] = true
				for _, h := range rows {
					h.check(t, v.version+", "+phase, in, state, want[h.yield])
					cells++
				}
			}
			if len(bundles) != 2 || cells != len(matrixPhases)*(len(matrixHosts)+len(versionHosts)) {
				t.Errorf("%d bundles (want both and incoming), %d cells", len(bundles), cells)
			}
		})
	}
}
