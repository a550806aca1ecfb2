package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/helmplugin"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// helmFolders are the folders below dir that hold a plugin.yaml.
func helmFolders(t *testing.T, dir string) []string {
	t.Helper()
	var folders []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "plugin.yaml" {
			below, _ := filepath.Rel(dir, filepath.Dir(path))
			folders = append(folders, filepath.ToSlash(below))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(folders)
	return folders
}

// smallProgram stands for this program: tests copy it often.
const smallProgram = "testdata/helm-program"

// callHelm is call with the small program.
func callHelm(args ...string) result {
	var out, stderr bytes.Buffer
	code := Main(append([]string{"helm-plugin"}, args...), World{Stdout: &out, Stderr: &stderr, Getenv: func(string) string { return "" }, Program: smallProgram})
	return result{code, out.String(), stderr.String()}
}

func helmInstall(t *testing.T, dir, major string) result {
	t.Helper()
	r := callHelm("install", "--helm", major, "--dir", dir)
	if r.code != ExitDone {
		t.Fatal(r.stderr)
	}
	return r
}

// TestHelmInstall: the folder holds what the last install laid out, and nothing
// else of ours; what others put there stays.
func TestHelmInstall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "yet")
	laidOut := map[string][]string{
		helmplugin.Helm3: {"l5d-pki"},
		helmplugin.Helm4: {"l5d-pki", "l5d-pki-render", "l5d-pki-values"},
		helmplugin.Both:  {"l5d-pki", "l5d-pki/helm4/l5d-pki", "l5d-pki/helm4/l5d-pki-render", "l5d-pki/helm4/l5d-pki-values"},
	}
	helmInstall(t, dir, helmplugin.Helm3)
	other := filepath.Join(dir, "l5d-pki", "notes.txt")
	if err := os.WriteFile(other, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, major := range []string{helmplugin.Both, helmplugin.Helm4, helmplugin.Helm3, helmplugin.Helm4, helmplugin.Both, helmplugin.Helm3, helmplugin.Both} {
		first := helmInstall(t, dir, major)
		if got := helmFolders(t, dir); !slices.Equal(got, laidOut[major]) {
			t.Errorf("--helm %s: %v, want %v", major, got, laidOut[major])
		}
		if strings.Count(first.out, "of this program") != len(laidOut[major]) {
			t.Errorf("--helm %s says\n%s", major, first.out)
		}
		if again := helmInstall(t, dir, major); again.out != first.out || !strings.Contains(again.stderr, "in place already") {
			t.Errorf("--helm %s again: %q, and says %q", major, again.out, again.stderr)
		}
		left, err := filepath.Glob(filepath.Join(dir, "*", ".*.tmp"))
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
	program := filepath.Join(dir, "l5d-pki", "l5d-pki-render")
	if err := os.WriteFile(program, []byte("an older one"), 0o755); err != nil {
		t.Fatal(err)
	}
	if r := callHelm("show", "--dir", dir, "-o", "json"); r.code != ExitDone || strings.Count(r.out, `"current": true`) != 3 || strings.Count(r.out, `"current": false`) != 1 {
		t.Errorf("show of an older program: %s%s", r.out, r.stderr)
	}
	if r := callHelm("uninstall", "--dir", dir); r.code != ExitDone {
		t.Fatal(r.stderr)
	}
	if got := helmFolders(t, dir); len(got) > 0 {
		t.Errorf("uninstall leaves %v", got)
	}
	if text, err := os.ReadFile(other); err != nil || string(text) != "mine" {
		t.Errorf("someone else's file: %q %v", text, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("uninstall leaves %v (%v)", entries, err)
	}
}

// TestHelmForeign: what someone else put where a plugin goes is not touched, and
// nothing is written beside it.
func TestHelmForeign(t *testing.T) {
	tests := map[string]func(folder string) error{
		"another's plugin.yaml": func(folder string) error {
			return os.WriteFile(filepath.Join(folder, "plugin.yaml"), []byte("name: l5d-pki-values\n"), 0o600)
		},
		"no plugin.yaml": func(folder string) error {
			return os.WriteFile(filepath.Join(folder, "get.sh"), []byte("#!/bin/sh\n"), 0o700)
		},
		"a link": func(folder string) error {
			if err := os.Remove(folder); err != nil {
				return err
			}
			return os.Symlink(os.TempDir(), folder)
		},
	}
	for name, put := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			folder := filepath.Join(dir, "l5d-pki-values")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := put(folder); err != nil {
				t.Fatal(err)
			}
			for _, verb := range []string{"install", "uninstall"} {
				r := callHelm(verb, "--dir", dir)
				if r.code != ExitFailed || r.out != "" || !strings.Contains(r.stderr, folder+": was not laid out by") {
					t.Errorf("%s: exit %d\n%s", verb, r.code, r.stderr)
				}
			}
			entries, err := os.ReadDir(dir)
			if err != nil || len(entries) != 1 {
				t.Errorf("wrote %v (%v)", entries, err)
			}
		})
	}
}

// TestHelmInstallCut cuts the power at every step: a folder with a plugin.yaml
// always holds the program that it calls, and the next install does the rest.
func TestHelmInstallCut(t *testing.T) {
	for _, from := range []string{"", helmplugin.Helm3, helmplugin.Helm4, helmplugin.Both} {
		for cut := 1; ; cut++ {
			dir := t.TempDir()
			if from != "" {
				helmInstall(t, dir, from)
			}
			finished := cutInstall(dir, cut)
			for _, folder := range helmFolders(t, dir) {
				if !files.IsFile(filepath.Join(dir, filepath.FromSlash(folder), "l5d-pki-render")) {
					t.Errorf("from %q, cut at step %d: %s has no program", from, cut, folder)
				}
			}
			helmInstall(t, dir, helmplugin.Helm4)
			if got := helmFolders(t, dir); len(got) != 3 {
				t.Errorf("from %q, cut at step %d, then again: %v", from, cut, got)
			}
			if finished {
				break
			}
		}
	}
}

// TestHelmInstallAfterKill: what a killed install staged is no one else's, and goes.
func TestHelmInstallAfterKill(t *testing.T) {
	dir := t.TempDir()
	staged := filepath.Join(dir, "l5d-pki-render", ".l5d-pki-render.123456.tmp")
	if err := os.Mkdir(filepath.Dir(staged), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(staged, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	helmInstall(t, dir, helmplugin.Helm4)
	if _, err := os.Stat(staged); err == nil {
		t.Error("the staged file is still there")
	}
	if got := helmFolders(t, dir); len(got) != 3 {
		t.Errorf("laid out %v", got)
	}
}

// cutInstall ends an install at its n-th step, as a panic that nobody is told of.
func cutInstall(dir string, n int) (finished bool) {
	defer func() { finished = recover() == nil }()
	steps := 0
	a := &app{World: World{Program: smallProgram, Getenv: func(string) string { return "" }, Step: func(string) {
		if steps++; steps == n {
			panic("cut")
		}
	}}}
	if _, err := a.helmPlugins(dir).Install(helmplugin.Helm4); err != nil {
		panic(err)
	}
	return true
}

// TestHelmGetURL: what a URL says, and what is refused. The same as `values`.
func TestHelmGetURL(t *testing.T) {
	path := stateIn(t, goodState(t))
	want := call(t, "", nil, "values", "-s", path, "--layout", "embedded")
	if want.code != ExitDone {
		t.Fatal(want.stderr)
	}
	env := map[string]string{"L5D_PKI_STATE": path, "L5D_PKI_WITH_KEYS": "true"}
	for _, url := range []string{
		"l5d-pki://" + path + "?layout=embedded", "l5d-pki://" + path + "?layout=embedded&chart=control-plane&",
		"l5d-pki://?layout=embedded", "l5d-pki://" + strings.ReplaceAll(path, "r", "%72") + "?layout=embedded",
	} {
		r := call(t, "", env, "helm-plugin", "get", "", "", "", url)
		if r.code != ExitDone || r.out != want.out {
			t.Errorf("%s: exit %d, %d bytes, want %d\n%s", url, r.code, len(r.out), len(want.out), r.stderr)
		}
		if !strings.Contains(r.stderr, "note: these values hold private keys") {
			t.Errorf("%s: gives keys and does not say so: %s", url, r.stderr)
		}
	}
	refused := map[string]string{
		"": "helm-url", "rotation.yaml": "helm-url", "l5d-pki:" + path: "helm-url", "L5D-PKI://" + path: "helm-url", "https://" + path: "helm-url",
		"l5d-pki://" + path + "#": "helm-url", "l5d-pki://" + path + "?layout=embedded#x": "helm-url",
		"l5d-pki://%zz": "helm-url", "l5d-pki://" + path + "?layout=%zz": "helm-url",
		"l5d-pki://" + path + "?Chart=viz": "helm-query", "l5d-pki://" + path + "?cluster=east": "helm-query",
		"l5d-pki://" + path + "?chart=viz&chart=viz": "helm-url", "l5d-pki://" + path + "?chart": "helm-url",
		"l5d-pki://" + path + "?layout=embedded?chart=viz": "render-unknown-layout", "l5d-pki://" + path + "?chart=mesh": "render-unknown-chart",
	}
	for url, code := range refused {
		r := call(t, "", env, "helm-plugin", "get", "", "", "", url)
		if r.code != ExitFailed || r.out != "" || !strings.HasPrefix(r.stderr, "l5d-pki-render: error: ") || !strings.Contains(r.stderr, "explain "+code+"`") {
			t.Errorf("%q: exit %d, %q, want %s:\n%s", url, r.code, r.out, code, r.stderr)
		}
	}
}

// TestUsageErrorsAreLogged: hosts swallow stderr of a wrong command line too.
func TestUsageErrorsAreLogged(t *testing.T) {
	for i, args := range [][]string{{"post-render", "--nonsense"}, {"post-render", "nonsense"}, {"nonsense"}} {
		log := filepath.Join(t.TempDir(), fmt.Sprint("log", i))
		r := call(t, "", map[string]string{"L5D_PKI_LOG": log}, args...)
		text, err := os.ReadFile(log)
		if r.code != ExitUsage || err != nil || !strings.Contains(string(text), "nonsense") {
			t.Errorf("%v: exit %d, log %q (%v)", args, r.code, text, err)
		}
	}
}

// TestPostRenderNamedTwice: one line of flags serves both majors of Helm.
func TestPostRenderNamedTwice(t *testing.T) {
	path := stateIn(t, goodState(t))
	once := call(t, goodStream(t), nil, "post-render", "-s", path)
	twice := call(t, goodStream(t), nil, "post-render", "post-render", "-s", path)
	if once.code != ExitDone || twice.out != once.out || twice.code != ExitDone {
		t.Errorf("exit %d and %d\n%s%s", once.code, twice.code, once.stderr, twice.stderr)
	}
	if r := call(t, goodStream(t), nil, "post-render", "post-render", "post-render", "-s", path); r.code != ExitUsage || r.out != "" {
		t.Errorf("three times: exit %d", r.code)
	}
}

// TestHelmGetAskedByAChart: the index of a chart repository can name a URL of ours, and
// Helm asks for a chart as it asks for a values file. So no URL gives keys: only a
// variable does, which no index can set, and then they are announced.
func TestHelmGetAskedByAChart(t *testing.T) {
	path := stateIn(t, goodState(t))
	for _, url := range []string{"l5d-pki://", "l5d-pki://" + path, "l5d-pki://" + path + "?layout=embedded", "l5d-pki://" + path + "?with-keys=true"} {
		r := call(t, "", map[string]string{"L5D_PKI_STATE": path}, "helm-plugin", "get", "", "", "", url)
		if r.code != ExitFailed || r.out != "" || strings.Contains(r.stderr, "PRIVATE KEY") {
			t.Errorf("%s: exit %d, %d bytes\n%s", url, r.code, len(r.out), r.stderr)
		}
	}
	refusedWith(t, "a getter without --with-keys", call(t, "", nil, "helm-plugin", "get", "", "", "", "l5d-pki://"+path), problem.HelmKeys)
}

// TestHelmGetCustody: the getter opens keys in custody only where the environment
// says so, and tells what delivers Secrets that the values leave to others.
func TestHelmGetCustody(t *testing.T) {
	state, opens := sealedMesh(t)
	get := []string{"helm-plugin", "get", "", "", "", "l5d-pki://" + state}
	refusedWith(t, "a getter without --with-keys", call(t, "", opens, get...), problem.RenderNoKeys)
	opens["L5D_PKI_WITH_KEYS"] = "true"
	if r := done(t, call(t, "", opens, get...)); !strings.Contains(r.out, "PRIVATE KEY") {
		t.Error("values without keys")
	}
	if r := done(t, call(t, "", opens, get...)); strings.Contains(r.out, "externalSecret: true") && !strings.Contains(r.stderr, "manifests --with-keys --layout embedded") {
		t.Error(r.stderr)
	}
	get[5] += "?layout=external"
	refusedWith(t, "a getter of another scheme", call(t, "", nil, get...), problem.RenderLayoutScheme)
	get[5] = "l5d-pki://" + referring(t, "{kind: external-secret, store: vault}", "kubernetes.io/tls")
	if r := done(t, call(t, "", nil, get...)); !strings.Contains(r.stderr, "has the object of custody external-secret") {
		t.Error(r.stderr)
	}
}
