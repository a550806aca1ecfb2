package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/kustomize"
)

// gitopsStep is one move of a rotation and the files that its commit changes
// beside the state file.
type gitopsStep struct {
	args  string
	files []string
}

// bundleWalk is an anchor rotation where bundle and wave are delivered by these files.
func bundleWalk(bundle, wave []string) []gitopsStep {
	return []gitopsStep{
		{"start anchor", bundle},
		{"advance --assume BUNDLE-DELIVERED", wave},
		{"advance --assume BUNDLE-LOADED", nil}, // the issuer is delivered apart
		{"advance --assume ISSUER-LOADED", nil},
		{"advance --assume LEAVES-RENEWED", bundle},
		{"advance --assume BUNDLE-DELIVERED", wave},
	}
}

// gitopsLayouts are the folders of fixtures/gitops.
var gitopsLayouts = []struct {
	name, state string
	steps       []gitopsStep
}{
	{"argocd", "linkerd/pki/rotation.yaml", bundleWalk([]string{"linkerd/values/pki.yaml"}, []string{"apps/shop/store.yaml", "apps/shop/web.yaml"})},
	{"flux", "pki/rotation.yaml", bundleWalk([]string{"infrastructure/linkerd/pki-values.yaml"}, []string{"apps/wave/kustomization.yaml"})},
	{"rendered", "pki/rotation.yaml", bundleWalk([]string{"manifests/linkerd/control-plane.yaml"}, []string{"manifests/shop/store.yaml", "manifests/shop/web.yaml"})},
}

// TestGitops walks a whole rotation in each layout, one commit per step: the
// commit holds the state file and what the phase needs, line by line as the
// golden transcript has it; and right after it there is nothing left to do.
func TestGitops(t *testing.T) {
	env := map[string]string{"L5D_PKI_CHART_PROGRAM": chartProgramForTests(t)}
	for _, layout := range gitopsLayouts {
		t.Run(layout.name, func(t *testing.T) {
			repository := gitopsRepository(t, layout.name)
			path := filepath.Join(repository, filepath.FromSlash(layout.state))
			if first := call(t, "", env, "sync", "--check", "-s", path); first.code != ExitDone || first.out != "" {
				t.Fatalf("the layout is not as its state says: %s%s", first.out, first.stderr)
			}
			var transcript strings.Builder
			at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
			for _, step := range layout.steps {
				at = at.Add(25 * time.Hour)
				args := append(strings.Fields(step.args), "-s", path, "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
				if moved := callAt(t, at, "", nil, args...); moved.code != ExitDone {
					t.Fatalf("%s: %s", step.args, moved.stderr)
				}
				diff := syncStep(t, env, path, len(step.files) > 0)
				transcript.WriteString("=== " + step.args + "\n" + masked(diff))
				want := slices.Sorted(slices.Values(append(slices.Clone(step.files), layout.state)))
				if got := commit(t, repository, step.args); !slices.Equal(got, want) {
					t.Errorf("%s: the commit changes %q, want %q", step.args, got, want)
				}
				if layout.name == "flux" {
					checkFluxBuild(t, repository)
				}
			}
			compareTranscript(t, filepath.Join(fixtures, "gitops", layout.name+".diff"), transcript.String())
		})
	}
}

// syncStep checks, writes and checks again; it gives the first check's difference.
func syncStep(t *testing.T, env map[string]string, path string, changes bool) string {
	t.Helper()
	before := call(t, "", env, "sync", "--check", "-s", path)
	code := ExitDone
	if changes {
		code = ExitWouldChange
	}
	if before.code != code || strings.Contains(before.out, "-----") || strings.Contains(before.out, "LS0tLS1") {
		t.Fatalf("check: code %d, want %d: %s%s", before.code, code, before.out, before.stderr)
	}
	wrote := call(t, "", env, "sync", "-s", path)
	after := call(t, "", env, "sync", "--check", "-s", path)
	if wrote.code != ExitDone || after.code != ExitDone || after.out != "" {
		t.Fatalf("sync: %s%s; then check: code %d: %s", wrote.out, wrote.stderr, after.code, after.out)
	}
	checkNoSecret(t, strings.ReplaceAll(before.stderr+wrote.stderr+wrote.out, path, "rotation.yaml"))
	return before.out
}

// made are the parts of a transcript that follow from fresh keys.
var made = regexp.MustCompile(`\b([0-9a-f]{64}|[0-9a-f]{16})\b`)

func masked(diff string) string {
	return made.ReplaceAllStringFunc(diff, func(hex string) string { return strings.Repeat("#", len(hex)) })
}

// gitopsRepository copies a layout into a Git repository of its own, beside the
// small chart that stands for Linkerd's.
func gitopsRepository(t *testing.T, layout string) string {
	t.Helper()
	repository := t.TempDir()
	for from, to := range map[string]string{"gitops/" + layout: ".", "charts/control-plane": "charts/control-plane"} {
		if err := os.CopyFS(filepath.Join(repository, to), os.DirFS(filepath.Join(fixtures, from))); err != nil {
			t.Fatal(err)
		}
	}
	git(t, repository, "init", "-q", "-b", "main")
	commit(t, repository, "begin")
	return repository
}

// commit commits everything that Git does not ignore and lists the files.
func commit(t *testing.T, repository, message string) []string {
	t.Helper()
	git(t, repository, "add", "-A")
	git(t, repository, "-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", message)
	if left := git(t, repository, "status", "--porcelain"); left != "" {
		t.Fatalf("not committed: %s", left)
	}
	return strings.Fields(git(t, repository, "show", "--format=", "--name-only"))
}

// tryGit runs git with the configuration that the environment names.
func tryGit(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, stderr.String())
	}
	return string(out)
}

// checkFluxBuild: kustomize, which is what Flux runs, takes both folders.
func checkFluxBuild(t *testing.T, repository string) {
	t.Helper()
	for folder, want := range map[string][]string{
		"infrastructure/linkerd": {"targetPath: identityTrustAnchorsPEM", "literal: true", "reconcile.fluxcd.io/watch: Enabled", "controllerReplicas: 1"},
		"apps/shop":              {"l5d-pki-render/rollout: "},
	} {
		built, err := kustomize.Build(filepath.Join(repository, folder), kustomize.Options{})
		if err != nil {
			t.Fatal(err)
		}
		stamped := folder != "apps/shop" || !strings.Contains(readIn(t, repository, "apps/wave/kustomization.yaml"), "patches: []")
		for _, text := range want {
			if strings.Contains(string(built.Stream), text) != stamped {
				t.Errorf("%s builds to a stream in which %q is %v", folder, text, !stamped)
			}
		}
	}
}

func readIn(t *testing.T, folder, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func compareTranscript(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s (%v) is not what happens; refresh with -update and read the difference:\n%s", file, err, got)
	}
}

// chartProgramForTests is the program that links Helm.
func chartProgramForTests(t *testing.T) string { return helperProgram(t, chartProgram.name) }
