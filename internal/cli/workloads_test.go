package cli

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// tree is every file below a folder, by its path.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		below, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(below)] = string(text)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s holds %d files (%v)", dir, len(files), err)
	}
	return files
}

func sameTree(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	for path := range want {
		if got[path] != want[path] {
			t.Errorf("%s: %s is\n%q\nwant\n%q", what, path, got[path], want[path])
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			t.Errorf("%s: %s should not be there", what, path)
		}
	}
}

// repoAndState copies the worked repository into a folder of the test.
func repoAndState(t testing.TB) (repo, statePath string) {
	t.Helper()
	repo = filepath.Join(t.TempDir(), "repo")
	if err := os.CopyFS(repo, os.DirFS(filepath.Join(fixtures, "gitops-workloads", "repo"))); err != nil {
		t.Fatal(err)
	}
	statePath = filepath.Join(filepath.Dir(repo), "rotation.yaml")
	if err := os.WriteFile(statePath, []byte(readFixture(t, "workloads", "state.yaml")), 0o644); err != nil {
		t.Fatal(err)
	}
	return repo, statePath
}

// old is an instant long ago, to see which files are written.
var old = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

func ageAll(t testing.TB, repo string) {
	t.Helper()
	for path := range tree(t, repo) {
		if err := os.Chtimes(filepath.Join(repo, path), old, old); err != nil {
			t.Fatal(err)
		}
	}
}

func writtenIn(t testing.TB, repo string) (written []string) {
	t.Helper()
	for path := range tree(t, repo) {
		info, err := os.Stat(filepath.Join(repo, path))
		if err != nil {
			t.Fatal(err)
		}
		if !info.ModTime().Equal(old) {
			written = append(written, path)
		}
	}
	return written
}

// TestWorkloadsInRepository: a whole repository in place, as golden files; a
// second run writes nothing; --remove gives every byte back.
func TestWorkloadsInRepository(t *testing.T) {
	repo, statePath := repoAndState(t)
	before := tree(t, repo)
	ageAll(t, repo)
	executable := filepath.Join(repo, "apps/emojivoto/web.yaml")
	if err := os.Chmod(executable, 0o755); err != nil {
		t.Fatal(err)
	}
	got := call(t, "", nil, "workloads", "-s", statePath, repo)
	if got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	golden := filepath.Join(fixtures, "gitops-workloads", "golden")
	if *update {
		_ = os.RemoveAll(golden)
		if err := os.CopyFS(golden, os.DirFS(repo)); err != nil {
			t.Fatal(err)
		}
	}
	sameTree(t, "stamped", tree(t, repo), tree(t, golden))
	if written := writtenIn(t, repo); len(written) != 4 || strings.Count(got.out, "\n") != 4 {
		t.Errorf("written %v, told %s", written, got.out)
	}
	if info, err := os.Stat(executable); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode of a written file: %v (%v)", info.Mode(), err)
	}
	for _, part := range []string{"4 of 9 files change", "3 restarts, 1 held back, 1 will not restart, 1 unknown", "1 template, 3 files without", "templates of 1 Helm charts"} {
		if !strings.Contains(got.stderr, part) {
			t.Errorf("no %q in %s", part, got.stderr)
		}
	}

	ageAll(t, repo)
	if got := call(t, "", nil, "workloads", "-s", statePath, repo); got.code != ExitDone || got.out != "" || len(writtenIn(t, repo)) != 0 {
		t.Errorf("a second run: %+v wrote %v", got, writtenIn(t, repo))
	}
	if got := call(t, "", nil, "workloads", "-s", statePath, "--remove", repo); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	sameTree(t, "unstamped", tree(t, repo), before)
}

// TestWorkloadsWriteNothing: checks, diffs and every refusal leave each file.
func TestWorkloadsWriteNothing(t *testing.T) {
	repo, statePath := repoAndState(t)
	before := tree(t, repo)
	outside := filepath.Join(filepath.Dir(repo), "outside.yaml")
	link := filepath.Join(filepath.Dir(repo), "links", "out.yaml")
	broken := filepath.Join(filepath.Dir(repo), "broken", "x.yaml")
	for path, text := range map[string]string{outside: before["apps/emojivoto/web.yaml"], broken: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, annotations: {linkerd.io/inject: enabled}\n"} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		args        []string
		code        int
		out, stderr string
	}{
		{"check", []string{"--check", repo}, ExitWouldChange, "apps/books/store.yaml\n", "4 of 9 files change"},
		{"check and diff", []string{"--check", "--diff", repo}, ExitWouldChange, "+        l5d-pki-render/rollout: 936d4fa99583c354\n", ""},
		{"diff", []string{"--diff", repo}, ExitDone, "@@", "4 of 9"},
		{"report", []string{"--check", "--report", "text", repo}, ExitWouldChange, "Job emojivoto/migrate: no stamp restarts a Job", ""},
		{"report as data", []string{"--check", "--report", "json", repo}, ExitWouldChange, `"fate": "held back"`, ""},
		{"broken beside good", []string{repo, broken}, ExitFailed, "", "not valid YAML"},
		{"no such file", []string{repo, "nowhere"}, ExitFailed, "", "nowhere: cannot be read"},
		{"pattern without files", []string{repo, repo + "/apps/*/none*.yaml"}, ExitFailed, "", "no .yaml, .yml or .json file is there"},
		{"bad pattern", []string{repo + "/[a"}, ExitFailed, "", "is not a valid path pattern"},
		{"link", []string{repo, link}, ExitFailed, "", "symbolic link that leaves its directory"},
		{"links only", []string{filepath.Dir(link)}, ExitFailed, "", "no .yaml"},
		{"nothing meshed", []string{repo + "/charts"}, ExitFailed, "", "no meshed workload"},
		{"bad inject", []string{"--namespace-inject", "web=maybe,x", repo}, ExitFailed, "", `not "web=maybe"`},
		{"bad report", []string{"--report", "xml", repo}, ExitFailed, "", `unknown output format "xml"`},
		{"no split wave", []string{"--namespaces", "books", repo}, ExitFailed, "", "no split wave is under way"},
		{"remove and wave", []string{"--remove", "--wave-done", repo}, ExitUsage, "", "wave-done"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := call(t, "", nil, append([]string{"workloads", "-s", statePath}, c.args...)...)
			if got.code != c.code || !strings.Contains(got.out, c.out) || !strings.Contains(got.stderr, c.stderr) || c.out == "" && got.out != "" {
				t.Errorf("%+v", got)
			}
			if c.code == ExitFailed && !strings.Contains(got.stderr, "hint: ") {
				t.Errorf("no hint: %s", got.stderr)
			}
			sameTree(t, c.name, tree(t, repo), before)
		})
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != before["apps/emojivoto/web.yaml"] {
		t.Errorf("a file outside changed (%v)", err)
	}
}

// TestWorkloadPatterns: which files a pattern takes.
func TestWorkloadPatterns(t *testing.T) {
	repo, statePath := repoAndState(t)
	if err := os.MkdirAll(filepath.Join(repo, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(repo, ".git", "web.yaml"), []byte(tree(t, repo)["apps/emojivoto/web.yaml"]), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(repo))
	for pattern, want := range map[string]string{
		"repo/**/*.yaml":           "repo/apps/books/json.yaml repo/apps/books/store.yaml repo/apps/emojivoto/web.yaml",
		"repo/**":                  "repo/apps/books/json.yaml repo/apps/books/store.yaml repo/apps/emojivoto/tally.yml repo/apps/emojivoto/web.yaml",
		"**/web.yaml":              "repo/apps/emojivoto/web.yaml",
		"repo/apps/*/*.y?ml":       "repo/apps/books/json.yaml repo/apps/books/store.yaml repo/apps/emojivoto/web.yaml",
		"repo/apps/[a-b]*/**":      "repo/apps/books/json.yaml repo/apps/books/store.yaml",
		"repo/apps/**/books/**":    "repo/apps/books/json.yaml repo/apps/books/store.yaml",
		"./repo/apps/emojivoto/w*": "repo/apps/emojivoto/web.yaml",
	} {
		got := call(t, "", nil, "workloads", "-s", statePath, "--check", "--namespace-inject", "emojivoto=enabled", pattern)
		if got.code != ExitWouldChange || strings.Join(strings.Fields(got.out), " ") != want {
			t.Errorf("%s: %+v", pattern, got)
		}
	}
	// A file that several arguments lead to is one file.
	got := call(t, "", nil, "workloads", "-s", statePath, "--check", "repo", "repo/apps", "repo/apps/books/store.yaml")
	if got.code != ExitWouldChange || strings.Count(got.out, "store.yaml") != 1 {
		t.Errorf("%+v", got)
	}
}

// TestWorkloadsBeforeFirstWave: there is no stamp to write.
func TestWorkloadsBeforeFirstWave(t *testing.T) {
	repo, _ := repoAndState(t)
	statePath := stateIn(t, goodState(t))
	before := tree(t, repo)
	if got := call(t, "", nil, "workloads", "-s", statePath, repo); got.code != ExitDone || got.out != "" || !strings.Contains(got.stderr, "no wave was started yet") {
		t.Errorf("%+v", got)
	}
	sameTree(t, "no stamp", tree(t, repo), before)
	if got := call(t, before["apps/emojivoto/web.yaml"], nil, "workloads", "-s", statePath); got.code != ExitDone || got.out != before["apps/emojivoto/web.yaml"] || got.stderr != "" {
		t.Errorf("%+v", got)
	}
}

func TestWorkloadsInStream(t *testing.T) {
	stream := readFixture(t, "workloads", "input.yaml")
	statePath := filepath.Join(fixtures, "workloads", "state.yaml")
	got := call(t, stream, nil, "workloads", "-s", statePath)
	if got.code != ExitDone || got.stderr != "" || got.out != readFixture(t, "workloads", "golden.yaml") {
		t.Fatalf("%+v", got)
	}
	if got := call(t, stream, nil, "workloads", "-s", statePath, "--check"); got.code != ExitWouldChange || got.out != "stdin\n" {
		t.Errorf("%+v", got)
	}
	if got := call(t, got.out, nil, "workloads", "-s", statePath, "--check"); got.code != ExitDone || got.out != "" {
		t.Errorf("%+v", got)
	}
	if got := call(t, stream, nil, "workloads", "-s", statePath, "--report", "text"); !strings.Contains(got.stderr, "restarts         stdin: Deployment emojivoto/web") {
		t.Errorf("%+v", got)
	}
	if got := call(t, "", nil, "workloads", "-s", statePath); got.code != ExitFailed || got.out != "" || !strings.Contains(got.stderr, "stdin: the stream is empty") {
		t.Errorf("%+v", got)
	}
}

// TestWorkloadsSplitWave: namespace by namespace; the state file says how far it is.
func TestWorkloadsSplitWave(t *testing.T) {
	repo, statePath := repoAndState(t)
	text := strings.Replace(readFixture(t, "workloads", "state.yaml"), "  stamp:", "  wave:\n    previous: \"\"\n    namespaces: [emojivoto]\n  stamp:", 1)
	if err := os.WriteFile(statePath, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	stampedFiles := func() (n int) {
		for _, text := range tree(t, repo) {
			n += strings.Count(text, "l5d-pki-render/rollout")
		}
		return n
	}
	do := func(wantStamps int, wantWave string, args ...string) {
		t.Helper()
		if got := call(t, "", nil, append([]string{"workloads", "-s", statePath, repo}, args...)...); got.code != ExitDone {
			t.Fatal(got.stderr)
		}
		data, _ := os.ReadFile(statePath)
		s, err := state.Parse(statePath, data)
		if err != nil {
			t.Fatal(err)
		}
		wave := "none"
		if s.Status.Wave != nil {
			wave = strings.Join(s.Status.Wave.Namespaces, " ")
		}
		if stampedFiles() != wantStamps || wave != wantWave {
			t.Errorf("%v: %d stamps, wave %s", args, stampedFiles(), wave)
		}
	}
	do(2, "emojivoto")
	do(2, "emojivoto", "--namespaces", "books", "--diff")
	do(4, "books emojivoto", "--namespaces", "books")
	do(4, "none", "--wave-done")

	// Files that cannot be rendered leave the state as it is.
	if err := os.WriteFile(statePath, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(repo, "apps", "broken.yaml"), []byte("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, linkerd.io/inject: [\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := call(t, "", nil, "workloads", "-s", statePath, "--namespaces", "books", repo)
	if after, _ := os.ReadFile(statePath); got.code != ExitFailed || string(after) != text {
		t.Errorf("%+v", got)
	}
}

// TestWorkloadsDiskFails: what the disk refuses is said with how far it came.
func TestWorkloadsDiskFails(t *testing.T) {
	repo, statePath := repoAndState(t)
	before := tree(t, repo)
	renames := 0
	var out, stderr bytes.Buffer
	code := Main([]string{"workloads", "-s", statePath, repo}, World{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr, Getenv: func(string) string { return "" }, Now: time.Now,
		Step: func(name string) {
			if !strings.HasPrefix(name, "rename ") {
				return
			}
			if renames++; renames == 3 { // its temporary file is gone
				temporary, _ := filepath.Glob(filepath.Join(repo, "apps", "emojivoto", ".tally*.tmp"))
				for _, file := range temporary {
					_ = os.Remove(file)
				}
			}
		},
	})
	if code != ExitFailed || out.Len() > 0 || !strings.Contains(stderr.String(), "tally.yml: cannot be written: ") || !strings.Contains(stderr.String(), "; 2 of 4 files were written") {
		t.Errorf("code %d, %s%s", code, out.String(), stderr.String())
	}
	after := tree(t, repo)
	for path := range before {
		if wasWritten := strings.HasPrefix(path, "apps/books/"); (after[path] != before[path]) != wasWritten {
			t.Errorf("%s: changed %v", path, after[path] != before[path])
		}
	}
}

// TestWorkloadsNamesWhatStays: without a report too, each workload is named that
// the stamp does not restart.
func TestWorkloadsNamesWhatStays(t *testing.T) {
	const template = "  template:\n    metadata:\n      annotations: {linkerd.io/inject: enabled}\n    spec: {containers: []}\n"
	state := stateIn(t, strings.Replace(goodState(t), "  anchors:", "  stamp: \"0123456789abcdef\"\n  anchors:", 1))
	for name, object := range map[string]string{
		"part":   "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: part, namespace: shop}\nspec:\n  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}\n" + template,
		"asked":  "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: asked, namespace: shop}\nspec:\n  updateStrategy: {type: OnDelete}\n" + template,
		"paused": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: paused, namespace: shop}\nspec:\n  paused: true\n" + template,
		"clone":  "apiVersion: apps.kruise.io/v1alpha1\nkind: CloneSet\nmetadata: {name: clone, namespace: shop}\nspec:\n" + template,
		"prom":   "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: prom, namespace: shop}\nspec:\n  podMetadata:\n    annotations: {linkerd.io/inject: enabled}\n",
	} {
		file := filepath.Join(t.TempDir(), "a.yaml")
		if err := os.WriteFile(file, []byte(object), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := call(t, "", nil, "workloads", "-s", state, file, "--allow-nothing"); !strings.Contains(got.stderr, "shop/"+name+": ") {
			t.Errorf("%s is not named: code %d: %s", name, got.code, got.stderr)
		}
	}
}
