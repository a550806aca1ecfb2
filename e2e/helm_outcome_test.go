package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// helmFailure is a call that has to fail, and the words that the user must meet.
type helmFailure struct {
	name string
	args []string
	env  []string
	says string
}

// postRenderFailures are calls of the post-renderer. None of them names a flag of
// ours but the last two: the environment alone is enough.
func postRenderFailures(h *Helm) []helmFailure {
	post := []string{"--post-renderer", "l5d-pki-render", "--post-renderer-args", "post-render"}
	state := "L5D_PKI_STATE=" + peer.Fixture("rotation/bundle/anchor-added.yaml")
	return []helmFailure{
		{"missing state file", post, nil, "error: rotation.yaml: no state file here"},
		{"missing state file, named", post, []string{"L5D_PKI_STATE=nowhere/prod.yaml"}, "error: nowhere/prod.yaml: no state file here"},
		{"nothing of Linkerd", append([]string{"other"}, post...), []string{state}, "error: stdin: "},
		{"a required group", post, []string{state, "L5D_PKI_REQUIRE=viz"}, "viz"},
		{"a damaged state file", post, []string{"L5D_PKI_STATE=damaged.yaml"}, "error: damaged.yaml"},
		{"unknown flag", append(post, "--post-renderer-args", "--nonsense"), []string{state}, "unknown flag: --nonsense"},
		{"unknown word", append(post, "--post-renderer-args", "nonsense"), []string{state}, "nonsense"},
	}
}

// TestHelmPostRenderFails: Helm 3 shows what went wrong. Helm 4 hides it
// altogether, so the log file has it. Neither prints a manifest.
func TestHelmPostRenderFails(t *testing.T) {
	for _, major := range majors {
		h := NewHelm(t, major)
		chart := ControlPlane(t, h.Sandbox)
		h.Write(t, "damaged.yaml", "apiVersion: l5d-pki-render/v1alpha1\nkind: Rotation\nspec: [\n")
		h.Write(t, "other/Chart.yaml", "apiVersion: v2\nname: other\nversion: 0.0.0\n")
		h.Write(t, "other/templates/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n")
		for _, tt := range postRenderFailures(h) {
			t.Run("Helm "+major+", "+tt.name, func(t *testing.T) {
				log := filepath.Join(t.TempDir(), "pki.log")
				args := append(append([]string{"template", "linkerd"}, chart.args()...), tt.args...)
				if tt.args[0] == "other" {
					args = append([]string{"template", "linkerd"}, tt.args...)
				}
				r := h.Run(t, "", append(tt.env, "L5D_PKI_LOG="+log), "helm", args...)
				if r.Code == 0 || strings.Contains(r.Stdout, "kind:") {
					t.Fatalf("exit %d, %d bytes on stdout", r.Code, len(r.Stdout))
				}
				if text := readText(t, log); !strings.Contains(text, "l5d-pki-render: error: ") || !strings.Contains(text, tt.says) {
					t.Errorf("the log file lacks %q:\n%s", tt.says, text)
				}
				if shown := strings.Contains(r.Stderr, tt.says); shown != (major == "3") {
					t.Errorf("shown: %v\n%s", shown, r.Stderr)
				}
			})
		}
	}
}

// TestHelmEnvironmentAlone: no flag of ours, and in the folder of the state file
// not even a variable.
func TestHelmEnvironmentAlone(t *testing.T) {
	post := []string{"--post-renderer", "l5d-pki-render", "--post-renderer-args", "post-render"}
	for _, major := range majors {
		h := NewHelm(t, major)
		chart := ControlPlane(t, h.Sandbox)
		want := h.PostRendered(t, peer.Fixture("rotation/bundle/anchor-added.yaml"), chart)
		args := append(append([]string{"template", "linkerd"}, chart.args()...), post...)
		h.Copy(t, "rotation/bundle/anchor-added.yaml", "repo/clusters/prod/rotation.yaml")
		h.Copy(t, "pki", "pki")
		h.Copy(t, "pki", "repo/pki")
		env := h.MustRun(t, "", []string{"L5D_PKI_STATE=repo/clusters/prod/rotation.yaml"}, "helm", args...)
		SameObjects(t, "Helm "+major+", L5D_PKI_STATE", ParseObjects(t, env), want)
		if major == "4" { // its plugin says post-render itself
			args = args[:len(args)-2]
		}
		h.Dir = filepath.Join(h.Dir, "repo", "clusters", "prod")
		SameObjects(t, "Helm "+major+", rotation.yaml", ParseObjects(t, h.MustRun(t, "", nil, "helm", args...)), want)
	}
}

// TestHelmGetter: URLs and what comes of them. An error is one readable line on
// stderr in both majors, and no chart is rendered with its defaults.
func TestHelmGetter(t *testing.T) {
	absolute := peer.Fixture("rotation/bundle/anchor-added.yaml")
	tests := []struct{ name, url, says string }{
		{"absolute", "l5d-pki://" + absolute + "?layout=embedded", ""},
		{"relative, escaped", "l5d-pki://./a%20folder/rotation.yaml?layout=embedded", ""},
		{"by the environment", "l5d-pki://?layout=embedded&chart=control-plane", ""},
		{"missing", "l5d-pki://nowhere.yaml", "error: nowhere.yaml: no state file here"},
		{"fragment", "l5d-pki://" + absolute + "#stable", "a fragment (#…) means nothing here"},
		{"unknown key", "l5d-pki://" + absolute + "?cluster=east", `the URL asks for "cluster", which nobody knows`},
		{"twice", "l5d-pki://" + absolute + "?chart=viz&chart=jaeger", "chart needs one value"},
		{"no value", "l5d-pki://" + absolute + "?layout=", "layout needs one value"},
		{"unknown layout", "l5d-pki://" + absolute + "?layout=inside", `"inside"`},
		{"unknown chart", "l5d-pki://" + absolute + "?chart=mesh", `"mesh"`},
		{"nothing for this chart", "l5d-pki://" + absolute + "?chart=viz", "error: "},
	}
	for _, major := range majors {
		h := NewHelm(t, major)
		chart := ControlPlane(t, h.Sandbox)
		want := h.FromGetter(t, absolute, chart)
		h.Copy(t, "rotation/bundle/anchor-added.yaml", "a folder/rotation.yaml")
		h.Copy(t, "pki", "../pki")
		for _, tt := range tests {
			t.Run("Helm "+major+", "+tt.name, func(t *testing.T) {
				args := append(append([]string{"template", "linkerd"}, chart.args()...), "-f", tt.url)
				r := h.Run(t, "", []string{"L5D_PKI_STATE=" + absolute, withKeys}, "helm", args...)
				if tt.says == "" {
					if r.Code != 0 {
						t.Fatal(r.Stderr)
					}
					SameObjects(t, tt.name, ParseObjects(t, []byte(r.Stdout)), want)
					return
				}
				if r.Code == 0 || r.Stdout != "" {
					t.Fatalf("exit %d, %d bytes on stdout", r.Code, len(r.Stdout))
				}
				first, _, _ := strings.Cut(r.Stderr, "\n")
				if !strings.HasPrefix(first, "l5d-pki-render: error: ") || !strings.Contains(first, tt.says) {
					t.Errorf("want a first line with %q:\n%s", tt.says, r.Stderr)
				}
			})
		}
	}
}

// TestHelmHostileIndex: Helm asks our getter for a chart that the index of a repository
// gives a URL of ours, and writes no key anywhere.
func TestHelmHostileIndex(t *testing.T) {
	for _, major := range majors {
		h := NewHelm(t, major)
		h.Copy(t, "rotation/bundle/anchor-added.yaml", "repo/clusters/prod/rotation.yaml")
		h.Copy(t, "pki", "repo/pki")
		h.Write(t, "served/index.yaml", "apiVersion: v1\nentries: {evil: [{name: evil, version: 1.0.0, urls: ['l5d-pki://./rotation.yaml']}]}\n")
		server := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(h.Dir, "served"))))
		t.Cleanup(server.Close)
		home := filepath.Join(filepath.Dir(h.Dir), "home")
		h.Dir = filepath.Join(h.Dir, "repo", "clusters", "prod")
		for _, command := range []string{"pull evil", "template evil", "show all evil"} {
			r := h.Run(t, "", nil, "helm", append(strings.Fields(command), "--repo", server.URL)...)
			if r.Code == 0 || !strings.Contains(r.Stderr, "a chart repository asked for the keys") {
				t.Errorf("Helm %s, %s: exit %d\n%s", major, command, r.Code, r.Stderr)
			}
		}
		if found := h.Run(t, "", nil, "grep", "-rl", "PRIVATE KEY", h.Dir, home); found.Code != 1 || found.Stdout != "" {
			t.Errorf("Helm %s wrote keys to %s%s", major, found.Stdout, found.Stderr)
		}
	}
}

// TestHelmSharedFolder: with --helm both, one HELM_PLUGINS serves both majors, and
// Helm 3 does not say a word about the plugins of Helm 4.
func TestHelmSharedFolder(t *testing.T) {
	h3, h4 := NewHelm(t, "3"), NewHelm(t, "4")
	h3.MustRun(t, "", nil, "l5d-pki-render", "helm-plugin", "install", "--helm", "both", "--dir", h3.Plugins)
	chart, state := ControlPlane(t, h3.Sandbox), peer.Fixture("rotation/bundle/anchor-added.yaml")
	want := h4.PostRendered(t, state, chart)

	silent := h3.Run(t, "", nil, "helm", "version", "--short")
	if silent.Code != 0 || silent.Stderr != "" {
		t.Errorf("Helm 3 says %q", silent.Stderr)
	}
	SameObjects(t, "Helm 3, shared", h3.FromGetter(t, state, chart), want)
	h4.Env = append(h4.Env, "HELM_PLUGINS="+h3.Plugins)
	SameObjects(t, "Helm 4, shared folder, getter", h4.FromGetter(t, state, chart), want)
	h4.Env = append(h4.Env, "HELM_PLUGINS="+filepath.Join(h3.Plugins, "l5d-pki", "helm4"))
	SameObjects(t, "Helm 4, folder below, getter", h4.FromGetter(t, state, chart), want)
	SameObjects(t, "Helm 4, folder below, post-renderer", h4.PostRendered(t, state, chart), want)

	// A list of folders is no way out.
	list := []string{withKeys, "HELM_PLUGINS=" + h3.Plugins + ":" + filepath.Join(h3.Plugins, "l5d-pki", "helm4")}
	template := append([]string{"template", "linkerd"}, chart.args()...)
	SameObjects(t, "Helm 4, list, post-renderer", ParseObjects(t, h4.MustRun(t, "", list, "helm", append(template, PostRenderer(state)...)...)), want)
	if r := h4.Run(t, "", list, "helm", append(template, "-f", "l5d-pki://"+state)...); r.Code == 0 {
		t.Error("Helm 4 finds getters in a list of folders now; docs/hosts/helm.md says it does not")
	}

	// What this saves people from: plugins of Helm 4 in the folder of Helm 3.
	h3.MustRun(t, "", nil, "l5d-pki-render", "helm-plugin", "install", "--helm", "4", "--dir", h3.Plugins)
	if loud := h3.Run(t, "", nil, "helm", "version", "--short"); !strings.Contains(loud.Stderr, "failed to load plugins") {
		t.Errorf("Helm 3 no longer minds plugins of Helm 4; docs/hosts/helm.md says it does: %q", loud.Stderr)
	}
}

// TestHelmCommand: `helm l5d-pki` is this program, and completes its command line.
func TestHelmCommand(t *testing.T) {
	for _, major := range majors {
		h := NewHelm(t, major)
		r := h.Run(t, "", nil, "helm", "l5d-pki", "status", "-s", peer.Fixture("rotation/bundle/anchor-added.yaml"))
		if r.Code != 0 || !strings.Contains(r.Stdout, "anchor-added") || r.Stderr != "" {
			t.Errorf("Helm %s: exit %d\n%s%s", major, r.Code, r.Stdout, r.Stderr)
		}
		if r := h.Run(t, "", nil, "helm", "__complete", "l5d-pki", "post-r"); !strings.Contains(r.Stdout, "post-render\t") {
			t.Errorf("Helm %s completes post-r with %q (%s)", major, r.Stdout, r.Stderr)
		}
		if r := h.Run(t, "", nil, "helm", "plugin", "list"); r.Code != 0 || !strings.Contains(r.Stdout, "l5d-pki") || r.Stderr != "" {
			t.Errorf("Helm %s: plugin list: %s%s", major, r.Stdout, r.Stderr)
		}
	}
}

// TestHelmPluginOutlivesProgram: a plugin holds a copy.
func TestHelmPluginOutlivesProgram(t *testing.T) {
	h := NewHelm(t, "4")
	chart, state := ControlPlane(t, h.Sandbox), peer.Fixture("rotation/bundle/anchor-added.yaml")
	if err := os.Remove(filepath.Join(h.Bin, "l5d-pki-render")); err != nil {
		t.Fatal(err)
	}
	if len(h.PostRendered(t, state, chart)) < 15 {
		t.Error("objects are missing")
	}
}
