package cli

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// syncRepository is a repository with a state in pki/, and other files beside it.
func syncRepository(t *testing.T, outputs string, files map[string]string) (root, path string) {
	t.Helper()
	root = t.TempDir()
	text := strings.Replace(keylessScheme(goodState(t)), "status:\n", "  outputs:\n"+outputs+"status:\n", 1)
	all := map[string]string{"pki/rotation.yaml": text, ".git/HEAD": "ref: refs/heads/main\n"}
	maps.Copy(all, files)
	for name, data := range all {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if target, link := strings.CutPrefix(data, "-> "); link {
			if err := os.Symlink(target, file); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root, filepath.Join(root, "pki", "rotation.yaml")
}

// snapshot is every file of a folder with its bytes and the instant of its last change.
func snapshot(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		switch {
		case d.IsDir():
			files[name] = "folder"
		case d.Type().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files[name] = fmt.Sprintf("%x %s", sha256.Sum256(data), info.ModTime().Format(time.RFC3339Nano))
		default:
			files[name] = "link"
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

const valuesOut = "  - {kind: values, path: out/values.yaml}\n"

// otherState is a state file as another folder may have it.
const otherState = "apiVersion: l5d-pki-render/v1alpha1\nkind: Rotation\nmetadata:\n  name: prod\n"

// TestSyncRefuses: each refusal says why, has a hint, and leaves every file and
// folder as it was, with --check and without.
func TestSyncRefuses(t *testing.T) {
	key := readFixture(t, "pki", "issuer-2025-1.key")
	for _, c := range []struct {
		name, outputs string
		files         map[string]string
		says          []string
	}{
		{"no outputs", "    []\n", nil, []string{"the state has no outputs", "spec.outputs"}},
		{"foreign file", valuesOut, map[string]string{"pki/out/values.yaml": "a: 1\n"}, []string{"pki/out/values.yaml", "not owned by this state"}},
		{"two foreign files", valuesOut + "  - {kind: helm-values, name: x, path: cm.yaml}\n",
			map[string]string{"pki/out/values.yaml": "a: 1\n", "pki/cm.yaml": ""}, []string{"pki/out/values.yaml: exists", "pki/cm.yaml: exists"}},
		{"file of another state", valuesOut, map[string]string{"pki/out/values.yaml": "# l5d-pki-render: owned by prod-2, output 1: do not edit\n"}, []string{"not owned by this state"}},
		{"header further down", valuesOut, map[string]string{"pki/out/values.yaml": "a: 1\n# l5d-pki-render: owned by prod, output 1: do not edit\n"}, []string{"not owned by this state"}},
		{"folder in the way", valuesOut, map[string]string{"pki/out/values.yaml/x": "a: 1\n"}, []string{"not owned by this state"}},
		{"the state itself", "  - {kind: values, path: rotation.yaml}\n", nil, []string{"pki/rotation.yaml: exists"}},
		{"out of the repository", "  - {kind: values, path: ../../values.yaml}\n", nil, []string{`"../../values.yaml" leads out of the repository`, "spec.outputs[0]"}},
		{"through a link", "  - {kind: values, path: link/values.yaml}\n", map[string]string{"pki/link": "-> /tmp"}, []string{"leads out of the repository"}},
		{"a link as the file", "  - {kind: values, path: values.yaml}\n", map[string]string{"pki/values.yaml": "-> /etc/hostname"}, []string{"leads out of the repository"}},
		{"a link to nowhere", "  - {kind: values, path: values.yaml}\n", map[string]string{"pki/values.yaml": "-> ../../nowhere/at/all"}, []string{"cannot be read"}},
		{"Git's folder", "  - {kind: values, path: ../.git/values.yaml}\n", nil, []string{"the path is a file of Git"}},
		{"Git's folder in capitals", "  - {kind: values, path: ../.GIT/hooks/pre-commit}\n", nil, []string{"the path is a file of Git"}},
		{"a workflow", "  - {kind: values, path: ../.github/workflows/ci.yaml}\n", nil, []string{"a file that CI runs"}},
		{"a workflow in other letters", "  - {kind: values, path: ../.GitHub/Workflows/ci.yaml}\n", nil, []string{"a file that CI runs"}},
		{"a workflow through a link", "  - {kind: values, path: link/ci.yaml}\n", map[string]string{"pki/link": "-> ../.github/workflows", ".github/workflows/x": ""}, []string{"a file that CI runs"}},
		{"Git's folder through a link", "  - {kind: values, path: link/post-commit}\n", map[string]string{"pki/link": "-> ../.git"}, []string{"a file of Git"}},
		{"a patch for GitLab", "  - {kind: helm-values, name: x, path: cm.yaml, helmRelease: {name: x, path: ../.gitlab-ci.yml}}\n", nil, []string{"a file that CI runs"}},
		{"a glob in workflows", "  - {kind: edit, path: ../.gitea/workflows/*.yaml}\n", map[string]string{".gitea/workflows/web.yaml": meshedWeb}, []string{"a file that CI runs"}},
		{"a glob over workflows only", "  - {kind: edit, path: ../*/*/*.yaml}\n", map[string]string{".gitea/workflows/web.yaml": meshedWeb}, []string{"no .yaml, .yml or .json file is there"}},
		{"a link to a file of the repository", "  - {kind: values, path: values.yaml}\n", map[string]string{"pki/values.yaml": "-> ../README", "README": ""}, []string{"a symbolic link"}},
		{"a file as a folder", "  - {kind: values, path: README/values.yaml}\n", map[string]string{"pki/README": "x\n"}, []string{"not a directory"}},
		{"one file by two names", valuesOut + "  - {kind: helm-values, name: x, path: same/values.yaml}\n",
			map[string]string{"pki/out/x": "", "pki/same": "-> out"}, []string{"is written by spec.outputs[0] and by spec.outputs[1]"}},
		{"glob over an owned file", "  - {kind: edit, path: apps/*.yaml}\n  - {kind: values, path: apps/values.yaml}\n",
			map[string]string{"pki/apps/values.yaml": "# l5d-pki-render: owned by prod, output 2: do not edit\n", "pki/apps/web.yaml": meshedWeb}, []string{"is written by spec.outputs[0] and by spec.outputs[1]"}},
		{"glob without meshed workloads", "  - {kind: edit, path: apps/*.yaml}\n", map[string]string{"pki/apps/web.yaml": strings.Replace(meshedWeb, "inject: enabled", "inject: disabled", 1)},
			[]string{"spec.outputs", "no meshed workload", "into a glob of kind edit"}},
		{"glob without files", "  - {kind: edit, path: apps/*.yaml}\n", nil, []string{"spec.outputs[0]"}},
		{"glob out of the repository", "  - {kind: edit, path: ../../*.yaml}\n", nil, []string{"leads out of the repository"}},
		{"key in an edited file", "  - {kind: edit, path: apps/*.yaml}\n",
			map[string]string{"pki/apps/web.yaml": meshedWeb, "pki/apps/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  k: " + base64.StdEncoding.EncodeToString([]byte(key)) + "\n"},
			[]string{"pki/apps/s.yaml", "spec.outputs[0] would hold a private key"}},
		{"nothing to deliver", "  - {kind: manifests, path: pki.yaml}\n", nil, []string{"nothing to write"}},
		{"stale file of a namesake", valuesOut, map[string]string{"x/rotation.yaml": otherState, "x/old.yaml": "# l5d-pki-render: owned by prod, output 1: do not edit\n"},
			[]string{"x/rotation.yaml has the same metadata.name", "x/old.yaml"}},
		{"chart elsewhere", "  - {kind: chart, path: a.yaml, chart: ../../chart}\n", nil, []string{"spec.outputs[0].chart", "leads out of the repository"}},
		{"values file elsewhere", "  - {kind: chart, path: a.yaml, chart: ./chart, valuesFiles: [../../v.yaml]}\n", nil, []string{"spec.outputs[0].valuesFiles", "leads out of the repository"}},
		{"kustomization elsewhere", "  - {kind: component, path: a.yaml, for: ../../apps}\n", nil, []string{"spec.outputs[0].for", "leads out of the repository"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, path := syncRepository(t, c.outputs, c.files)
			if strings.Contains(c.outputs, "edit") {
				stampState(t, path)
			}
			before := snapshot(t, root)
			for _, args := range [][]string{{"sync"}, {"sync", "--check"}} {
				got := call(t, "", nil, append(args, "-s", path)...)
				if got.code != ExitFailed || got.out != "" {
					t.Fatalf("%v: code %d, stdout %q", args, got.code, got.out)
				}
				for _, text := range c.says {
					if !strings.Contains(got.stderr, text) || !strings.Contains(got.stderr, "hint: ") {
						t.Errorf("%v says %s\nwant %q", args, got.stderr, text)
					}
				}
				checkNoSecret(t, got.stderr)
			}
			if after := snapshot(t, root); !maps.Equal(before, after) {
				t.Errorf("files changed: %v, was %v", after, before)
			}
		})
	}
}

// meshedWeb is a workload that gets a stamp.
const meshedWeb = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    metadata:
      annotations:
        linkerd.io/inject: enabled
    spec: {}
`

// stampState puts a wave's stamp into a state file.
func stampState(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stamped := strings.Replace(string(text), "  epoch: 1\n", "  epoch: 1\n  stamp: 0123456789abcdef\n", 1)
	if err := os.WriteFile(path, []byte(stamped), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSyncOwns: what is written begins with the header, what is right is not
// touched, what no output names any more goes, and nothing else.
func TestSyncOwns(t *testing.T) {
	const header = "# l5d-pki-render: owned by prod, output "
	root, path := syncRepository(t, valuesOut+"  - {kind: helm-values, name: pki, path: ../flux/deep/cm.yaml}\n", map[string]string{
		"old/a.yaml":          header + "7: do not edit\na: 1\n",
		"pki/out/b.yml":       header + "1: do not edit\n",
		"old/other.yaml":      "# l5d-pki-render: owned by prod-2, output 1: do not edit\n",
		"old/prefix.yaml":     "# l5d-pki-render: owned by pro, output 1: do not edit\n",
		"old/yours.yaml":      "a: 1\n",
		"old/link.yaml":       "-> a.yaml",
		"sub/.git":            "gitdir: ../.git/modules/sub\n",
		"sub/theirs.yaml":     header + "1: do not edit\n",
		"x/rotation.yaml":     strings.Replace(otherState, "name: prod", "name: east", 1),
		"pki/out/values.yaml": header + "1: do not edit\nold: true\n",
	})
	if err := os.Chmod(filepath.Join(root, "pki/out/values.yaml"), 0o640); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, root)
	check := call(t, "", nil, "sync", "--check", "-s", path)
	if check.code != ExitWouldChange || !maps.Equal(before, snapshot(t, root)) {
		t.Fatalf("check: code %d: %s", check.code, check.stderr)
	}
	for _, text := range []string{"--- /dev/null\n+++ flux/deep/cm.yaml\n", "--- old/a.yaml\n+++ /dev/null\n", "--- pki/out/values.yaml\n+++ pki/out/values.yaml\n", "-old: true\n"} {
		if !strings.Contains(check.out, text) {
			t.Errorf("the difference lacks %q:\n%s", text, check.out)
		}
	}
	got := call(t, "", nil, "sync", "-s", path)
	if want := "wrote flux/deep/cm.yaml\nremoved old/a.yaml\nremoved pki/out/b.yml\nwrote pki/out/values.yaml\n"; got.code != ExitDone || got.out != want {
		t.Fatalf("code %d: %q, want %q: %s", got.code, got.out, want, got.stderr)
	}
	after := snapshot(t, root)
	for name, was := range before {
		gone := name == "old/a.yaml" || name == "pki/out/b.yml"
		if _, there := after[name]; there == gone {
			t.Errorf("%s is there: %v", name, there)
		}
		if !gone && name != "pki/out/values.yaml" && after[name] != was {
			t.Errorf("%s was touched", name)
		}
	}
	if len(after) != len(before)-2+3 { // flux, flux/deep, cm.yaml
		t.Errorf("files are %v", slices.Sorted(maps.Keys(after)))
	}
	for i, name := range []string{"pki/out/values.yaml", "flux/deep/cm.yaml"} {
		if text := readIn(t, root, name); !strings.HasPrefix(text, fmt.Sprintf("%s%d: do not edit\n", header, i+1)) {
			t.Errorf("%s begins %.80q", name, text)
		}
	}
	if info, err := os.Stat(filepath.Join(root, "pki/out/values.yaml")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode is %v (%v)", info.Mode(), err)
	}
	again := call(t, "", nil, "sync", "-s", path)
	if again.code != ExitDone || again.out != "" || !maps.Equal(after, snapshot(t, root)) {
		t.Errorf("a second run: code %d: %s%s", again.code, again.out, again.stderr)
	}
}

// TestSyncHeaderAndValues: the owned file is the header and the command's own output.
func TestSyncHeaderAndValues(t *testing.T) {
	root, path := syncRepository(t, valuesOut, nil)
	if got := call(t, "", nil, "sync", "-s", path); got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	values := call(t, "", nil, "values", "--layout", "external", "-s", path)
	if text := readIn(t, root, "pki/out/values.yaml"); text != "# l5d-pki-render: owned by prod, output 1: do not edit\n"+values.out {
		t.Errorf("the file is not the header and the values:\n%s", text)
	}
}

// TestSyncEditsAcrossGlobs: a Namespace in one glob speaks for a workload in
// another, wherever its output stands.
func TestSyncEditsAcrossGlobs(t *testing.T) {
	root, path := syncRepository(t, "  - {kind: edit, path: ../apps/**/*.yaml}\n  - {kind: edit, path: ../ns/shop.yaml}\n", map[string]string{
		"apps/a/web.yaml": strings.Replace(meshedWeb, "      annotations:\n        linkerd.io/inject: enabled\n", "      labels: {app: web}\n", 1),
		"ns/shop.yaml":    "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations: {linkerd.io/inject: enabled}\n",
	})
	if got := call(t, "", nil, "sync", "--check", "-s", path); got.code != ExitDone {
		t.Fatalf("before the first wave something changes: %s%s", got.out, got.stderr)
	}
	stampState(t, path)
	got := call(t, "", nil, "sync", "-s", path)
	if got.code != ExitDone || got.out != "wrote apps/a/web.yaml\n" {
		t.Fatalf("code %d: %s%s", got.code, got.out, got.stderr)
	}
	if text := readIn(t, root, "apps/a/web.yaml"); !strings.Contains(text, "l5d-pki-render/rollout: 0123456789abcdef\n") || strings.Contains(text, "owned by") {
		t.Errorf("edited to %s", text)
	}
}

// TestSyncNamespacesElsewhere: the state says what a namespace is that no file of
// the repository holds, and a value that Linkerd does not know is refused.
func TestSyncNamespacesElsewhere(t *testing.T) {
	bare := strings.Replace(meshedWeb, "      annotations:\n        linkerd.io/inject: enabled\n", "      labels: {app: web}\n", 1)
	for _, c := range []struct {
		inject, wrote, says string
	}{
		{"", "", "no meshed workload"},
		{", namespaceInject: {shop: enabled}", "wrote apps/web.yaml\n", ""},
		{", namespaceInject: {shop: disabled}", "", "no meshed workload"},
		{", namespaceInject: {shop: on}", "", "spec.outputs[0].namespaceInject.shop"},
	} {
		root, path := syncRepository(t, "  - {kind: edit, path: ../apps/*.yaml"+c.inject+"}\n", map[string]string{"apps/web.yaml": bare})
		stampState(t, path)
		got := call(t, "", nil, "sync", "-s", path)
		if got.out != c.wrote || !strings.Contains(got.stderr, c.says) || (got.code == ExitDone) != (c.says == "") {
			t.Errorf("%q: code %d: %s%s", c.inject, got.code, got.out, got.stderr)
		}
		if stamped := strings.Contains(readIn(t, root, "apps/web.yaml"), "l5d-pki-render/rollout"); stamped != (c.wrote != "") {
			t.Errorf("%q: stamped: %v", c.inject, stamped)
		}
	}
}

// TestSyncLinkInside: a link that stays in the repository is followed, and stays a link.
func TestSyncLinkInside(t *testing.T) {
	root, path := syncRepository(t, "  - {kind: values, path: link/values.yaml}\n", map[string]string{"pki/link": "-> ../shared", "shared/x": ""})
	if got := call(t, "", nil, "sync", "-s", path); got.code != ExitDone || got.out != "wrote shared/values.yaml\n" {
		t.Fatalf("code %d: %s%s", got.code, got.out, got.stderr)
	}
	if !strings.Contains(readIn(t, root, "shared/values.yaml"), "identityTrustAnchorsPEM") {
		t.Error("not written where the link leads")
	}
}

// TestSyncAllOrNone: whatever fails before the first rename, at whichever step,
// leaves every file and folder as it was; a cut between renames leaves files of
// which each is old or new, and the next run does the rest.
func TestSyncAllOrNone(t *testing.T) {
	outputs := valuesOut + "  - {kind: helm-values, name: pki, path: new/cm.yaml}\n"
	files := map[string]string{"pki/out/values.yaml": "# l5d-pki-render: owned by prod, output 1: do not edit\n", "old.yaml": "# l5d-pki-render: owned by prod, output 3: do not edit\n"}
	type cut struct{ step string }
	run := func(path string, at int) (reached string) {
		defer func() {
			if c, isCut := recover().(cut); isCut {
				reached = c.step
			}
		}()
		var out, stderr strings.Builder
		n := 0
		Main([]string{"sync", "-s", path}, World{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
			Getenv: func(string) string { return "" }, Now: time.Now,
			Step: func(name string) {
				if n++; n == at {
					panic(cut{name})
				}
			},
		})
		return ""
	}
	root, path := syncRepository(t, outputs, files)
	run(path, 0)
	done := contents(snapshot(t, root))
	steps := 0
	for at := 1; ; at++ {
		root, path := syncRepository(t, outputs, files)
		before := snapshot(t, root)
		step := run(path, at)
		if step == "" {
			break
		}
		steps++
		after := snapshot(t, root)
		verb, _, _ := strings.Cut(strings.Replace(step, "sync directory", "settled", 1), " ")
		if slices.Contains([]string{"make", "stage", "write", "sync"}, verb) && !maps.Equal(before, after) {
			t.Errorf("cut at %q: files are %v, were %v", step, slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
		}
		for name, data := range contents(after) {
			if data != contents(before)[name] && data != done[name] {
				t.Errorf("cut at %q: %s is neither old nor new", step, name)
			}
		}
		run(path, 0)
		if end := contents(snapshot(t, root)); !maps.Equal(end, done) {
			t.Errorf("cut at %q: the next run ends with %v, want %v", step, end, done)
		}
	}
	// one directory made; two files staged, written, synced and renamed; one
	// removed; four directories synced
	if steps != 14 {
		t.Errorf("%d steps", steps)
	}
}

// contents are the files of a snapshot without their instants.
func contents(snapshot map[string]string) map[string]string {
	files := map[string]string{}
	for name, text := range snapshot {
		files[name], _, _ = strings.Cut(text, " ")
	}
	return files
}
