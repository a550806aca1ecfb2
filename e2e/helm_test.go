package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// majors of Helm.
var majors = []string{"3", "4"}

// helmPhases are states below fixtures/rotation: a whole rotation of the anchor,
// and what other kinds add to it.
var helmPhases = []string{
	"bundle/stable", "bundle/anchor-added", "bundle/anchor-spread", "bundle/issuer-switched", "bundle/issuer-spread", "bundle/anchor-dropped", "bundle/stable-after",
	"cross-sign/issuer-switched", "replace/replaced",
}

// webhookPhases: linkerd-config goes on to say of webhooks what the chart was
// given, and checksum/config is taken over what is served; in these two places
// values and post-rendering differ (docs/targets.md).
var webhookPhases = []string{"webhooks/webhook-ca-added", "webhooks/webhook-cert-switched"}

// TestHelmRoutesAgree: post-renderer, getter and `chart` give the same objects
// in both majors, and each phase gives others than the one before where it should.
func TestHelmRoutesAgree(t *testing.T) {
	h3, h4 := NewHelm(t, "3"), NewHelm(t, "4")
	chart := ControlPlane(t, h3.Sandbox)
	seen := map[string]bool{}
	for _, phase := range helmPhases {
		state := peer.Fixture("rotation/" + phase + ".yaml")
		want := ChartObjects(t, h3.Sandbox, state, chart)
		if len(want) < 15 {
			t.Fatalf("%s: only %d objects", phase, len(want))
		}
		seen[bundleOf(t, want)] = true
		SameObjects(t, phase+", Helm 3, post-renderer", h3.PostRendered(t, state, chart), want)
		SameObjects(t, phase+", Helm 3, getter", h3.FromGetter(t, state, chart), want)
		SameObjects(t, phase+", Helm 4, post-renderer", h4.PostRendered(t, state, chart), want)
		SameObjects(t, phase+", Helm 4, getter", h4.FromGetter(t, state, chart), want)
	}
	if len(seen) != 3 {
		t.Errorf("%d bundles over all phases, want 3: outgoing, both, incoming", len(seen))
	}
}

// TestHelmWebhookPhases: the same for a rotation of webhooks, but for the two
// places in which the two ways differ by nature.
func TestHelmWebhookPhases(t *testing.T) {
	h3, h4 := NewHelm(t, "3"), NewHelm(t, "4")
	chart := ControlPlane(t, h3.Sandbox)
	for _, phase := range webhookPhases {
		state := peer.Fixture("rotation/" + phase + ".yaml")
		want := ChartObjects(t, h3.Sandbox, state, chart)
		SameObjects(t, phase+", Helm 3, getter", h3.FromGetter(t, state, chart), want)
		SameObjects(t, phase+", Helm 4, getter", h4.FromGetter(t, state, chart), want)
		patched := h3.PostRendered(t, state, chart)
		SameObjects(t, phase+", Helm 4 and Helm 3, post-renderer", h4.PostRendered(t, state, chart), patched)
		differences := DiffObjects(patched, want)
		for _, d := range differences {
			if !strings.HasPrefix(d, "ConfigMap linkerd/linkerd-config: .data.values ") && !strings.Contains(d, ".annotations.checksum/config ") {
				t.Errorf("%s, post-renderer: %s", phase, d)
			}
		}
		if len(differences) == 0 {
			t.Errorf("%s: no difference left; this phase belongs to helmPhases", phase)
		}
	}
}

// bundleOf is the delivered trust bundle.
func bundleOf(t testing.TB, o Objects) string {
	t.Helper()
	roots, _ := o["ConfigMap linkerd/linkerd-identity-trust-roots"].(map[string]any)
	data, _ := roots["data"].(map[string]any)
	bundle, _ := data["ca-bundle.crt"].(string)
	if bundle == "" {
		t.Fatal("no trust roots")
	}
	return bundle
}

// TestHelm3IsThePipe: what Helm 3 prints with a post-renderer is, byte for byte,
// what the same program makes of `helm template` in a pipe.
func TestHelm3IsThePipe(t *testing.T) {
	h := NewHelm(t, "3")
	chart, state := ControlPlane(t, h.Sandbox), peer.Fixture("rotation/bundle/anchor-added.yaml")
	piped := h.MustRun(t, string(h.Template(t, chart)), nil, "l5d-pki-render", "post-render", "-s", state)
	if got := h.Template(t, chart, PostRenderer(state)...); strings.TrimSpace(string(got)) != strings.TrimSpace(string(piped)) {
		t.Errorf("%d bytes, piped %d", len(got), len(piped))
	}
}

// hooked is the fixture chart with a hook, copied into the sandbox.
func hooked(t testing.TB, h *Helm) Chart {
	t.Helper()
	chart := ControlPlane(t, h.Sandbox)
	h.Copy(t, "charts/control-plane", "chart")
	h.Write(t, "chart/templates/hook.yaml", `apiVersion: batch/v1
kind: Job
metadata:
  name: before-install
  namespace: {{ .Release.Namespace }}
  annotations:
    helm.sh/hook: pre-install
spec:
  template:
    metadata:
      annotations: {}
    spec:
      restartPolicy: Never
      containers:
      - name: check
        image: images.example/check
`)
	chart.Path = filepath.Join(h.Dir, "chart")
	return chart
}

// TestHelmHooks: Helm 3 sends a post-renderer no hooks and Helm 4 does; both
// print them, and both releases are the same objects.
func TestHelmHooks(t *testing.T) {
	state := peer.Fixture("rotation/bundle/anchor-spread.yaml")
	renders := map[string]Objects{}
	for _, major := range majors {
		h := NewHelm(t, major)
		chart := hooked(t, h)
		renders[major] = h.PostRendered(t, state, chart)
		if renders[major]["Job linkerd/before-install"] == nil {
			t.Errorf("Helm %s: no hook in %v", major, renders[major].Names())
		}
	}
	SameObjects(t, "Helm 4 and Helm 3", renders["4"], renders["3"])
}

// TestHelmHookAsTarget: a hook that is a copy of a target reaches us in Helm 4
// only, and is no double of it there.
func TestHelmHookAsTarget(t *testing.T) {
	state := peer.Fixture("rotation/bundle/anchor-added.yaml")
	for _, major := range majors {
		h := NewHelm(t, major)
		chart := ControlPlane(t, h.Sandbox)
		want := bundleOf(t, h.PostRendered(t, state, chart))
		h.Copy(t, "charts/control-plane", "chart")
		h.Write(t, "chart/templates/copy.yaml", `apiVersion: v1
kind: ConfigMap
metadata:
  name: linkerd-identity-trust-roots
  namespace: {{ .Release.Namespace }}
  annotations:
    helm.sh/hook: pre-upgrade
data:
  ca-bundle.crt: kept for the upgrade
`)
		chart.Path = filepath.Join(h.Dir, "chart")
		r := h.Run(t, "", nil, "helm", append(append([]string{"template", "linkerd"}, chart.args()...), PostRenderer(state)...)...)
		if r.Code != 0 || !strings.Contains(r.Stdout, strings.ReplaceAll(want, "\n", "\n    ")) {
			t.Errorf("Helm %s: exit %d\n%s", major, r.Code, r.Stderr)
		}
	}
}

// TestHelmShowOnly: -s finds templates after post-rendering, which takes the
// comments of Helm 3 and the annotations of Helm 4 to be there.
func TestHelmShowOnly(t *testing.T) {
	state := peer.Fixture("rotation/bundle/anchor-added.yaml")
	for _, major := range majors {
		h := NewHelm(t, major)
		chart := ControlPlane(t, h.Sandbox)
		all := h.PostRendered(t, state, chart)
		got := ParseObjects(t, h.Template(t, chart, append(PostRenderer(state), "-s", "templates/identity.yaml")...))
		if bundleOf(t, got) != bundleOf(t, all) || len(got) >= len(all) {
			t.Errorf("Helm %s: %d of %d objects, or another bundle", major, len(got), len(all))
		}
	}
}

// TestHelmOutputDir: Helm 3 would write files that no post-renderer saw, so the
// call fails and says why; Helm 4 writes post-rendered ones.
func TestHelmOutputDir(t *testing.T) {
	state := peer.Fixture("rotation/bundle/anchor-added.yaml")
	h := NewHelm(t, "3")
	r := h.Run(t, "", nil, "helm", append(append([]string{"template", "linkerd", "--output-dir", "out"}, ControlPlane(t, h.Sandbox).args()...), PostRenderer(state)...)...)
	if r.Code == 0 || !strings.Contains(r.Stderr, "stdin: the stream is empty") || !strings.Contains(r.Stderr, "hint: Helm 3's --output-dir") {
		t.Errorf("Helm 3: exit %d\n%s", r.Code, r.Stderr)
	}
	h = NewHelm(t, "4")
	chart := ControlPlane(t, h.Sandbox)
	want := h.PostRendered(t, state, chart)
	h.Template(t, chart, append(PostRenderer(state), "--output-dir", "out")...)
	var all strings.Builder
	for _, file := range filesBelow(t, filepath.Join(h.Dir, "out")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("---\n" + string(text) + "\n")
	}
	SameObjects(t, "Helm 4, files", ParseObjects(t, []byte(all.String())), want)
}

func filesBelow(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readText(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
