package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/component"
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// swapped gives a Step that turns a directory into a link to another one before
// the first change of that name.
func swapped(t *testing.T, before, dir, outside string) func(name string) {
	done := false
	return func(name string) {
		if done || name != before {
			return
		}
		done = true
		err := os.Rename(dir, dir+".was")
		if err == nil {
			err = os.Symlink(outside, dir)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// TestSyncBelowRoot: a directory that becomes a link while sync is at work leads
// none of its files out of the repository, at whichever step it does.
func TestSyncBelowRoot(t *testing.T) {
	for _, step := range []string{"stage a.yaml", "write a.yaml", "sync a.yaml", "rename a.yaml", "remove old.yaml"} {
		dir, outside := t.TempDir(), t.TempDir()
		text := strings.Replace(keylessScheme(readFixture(t, "rotation", "bundle", "stable.yaml")), "spec:\n", "spec:\n  outputs:\n  - {kind: values, path: out/a.yaml}\n", 1)
		old := "# l5d-pki-render: owned by " + nameOf(t, text) + ", output 9: do not edit\n"
		for path, text := range map[string]string{
			filepath.Join(dir, "rotation.yaml"): text, filepath.Join(dir, "out", "old.yaml"): old, filepath.Join(outside, "old.yaml"): old,
			filepath.Join(outside, ".a.yaml.1.tmp"): "",
		} {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		gitIn(t, dir, "init", "-q")
		var out, stderr bytes.Buffer
		code := Main([]string{"sync", "-s", filepath.Join(dir, "rotation.yaml")}, World{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr, Getenv: func(string) string { return "" },
			Now: func() time.Time { return later }, Step: swapped(t, step, filepath.Join(dir, "out"), outside),
		})
		if info, err := os.Lstat(filepath.Join(dir, "out")); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Fatalf("%s: not reached: code %d: %s", step, code, stderr.String())
		}
		if code != ExitFailed {
			t.Errorf("%s: code %d: %s", step, code, stderr.String())
		}
		if left := tree(t, outside); len(left) != 2 || string(left["old.yaml"]) != old {
			t.Errorf("%s: outside there is %v", step, left)
		}
	}
}

// nameOf is metadata.name of a state.
func nameOf(t *testing.T, text string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "metadata:\n  name: ")
	if !found {
		t.Fatal("no name")
	}
	name, _, _ := strings.Cut(rest, "\n")
	return name
}

// TestPRTreeBelowRoot: what pr writes and removes in its tree stays in it, also
// where a directory becomes a link meanwhile.
func TestPRTreeBelowRoot(t *testing.T) {
	for step, do := range map[string]func(c *prCall) error{
		"rename e.yaml": func(c *prCall) error { return c.put("evidence/e.yaml", []byte("new")) },
		"stage e.yaml":  func(c *prCall) error { return c.put("evidence/e.yaml", []byte("new")) },
		"stage n.yaml":  func(c *prCall) error { return c.putNew("evidence/n.yaml", []byte("new")) },
		"remove e.yaml": func(c *prCall) error { return c.remove("evidence/e.yaml") },
	} {
		dir, outside := t.TempDir(), t.TempDir()
		for _, name := range []string{filepath.Join(dir, "evidence"), outside} {
			if err := os.MkdirAll(name, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(name, "e.yaml"), []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		c := &prCall{app: &app{World: World{Step: swapped(t, step, filepath.Join(dir, "evidence"), outside)}}, root: dir}
		if err := do(c); err == nil {
			t.Errorf("%s: done", step)
		}
		if left := tree(t, outside); len(left) != 1 || string(left["e.yaml"]) != "old" {
			t.Errorf("%s: outside there is %v", step, left)
		}
	}
}

// writersBelow write into the directory d of a repository, in which d/a.yaml is
// theirs to change and d/old.yaml theirs to remove.
var writersBelow = map[string]func(a *app, dir string) error{
	"split": func(a *app, dir string) error {
		return a.writeSplit(filepath.Join(dir, "d"), "# own\n", map[string][]byte{"a.yaml": []byte("# own\nnew\n")}, 0o644)
	},
	"rewrap": func(a *app, dir string) error {
		r := rewrapped{path: "d/a.yaml", file: keyFile{path: filepath.Join(dir, "d", "a.yaml"), text: []byte("sealed"), mode: 0o644}}
		r.of.Path = r.path
		from := &custody.Custody{}
		from.State = &state.Rotation{}
		_, err := a.storeRewrapped(filepath.Join(dir, "rotation.yaml"), []rewrapped{r}, from)
		return err
	},
	"workloads": func(a *app, dir string) error {
		var s search
		s.argument(filepath.Join(dir, "d"))
		return a.replaceFiles([]changedFile{{name: "d/a.yaml", new: []byte("stamped")}}, s.sorted())
	},
}

// TestWritersBelowRoot: a directory that becomes a link while chart --split, custody
// rewrap and workloads are at work leads nothing out of the repository.
func TestWritersBelowRoot(t *testing.T) {
	for name, write := range writersBelow {
		for _, step := range []string{"", "stage a.yaml", "write a.yaml", "sync a.yaml", "rename a.yaml", "remove old.yaml"} {
			if step == "remove old.yaml" && name != "split" {
				continue
			}
			for _, through := range []string{"absolute", "relative"} {
				dir, outside := t.TempDir(), t.TempDir()
				for _, file := range []string{filepath.Join(dir, "d", "a.yaml"), filepath.Join(dir, "d", "old.yaml"), filepath.Join(outside, "a.yaml"), filepath.Join(outside, "old.yaml")} {
					put(t, filepath.Dir(file), filepath.Base(file), "# own\nold\n")
				}
				gitIn(t, dir, "init", "-q")
				to := outside
				if through == "relative" {
					to, _ = filepath.Rel(dir, outside)
				}
				err := write(&app{World: World{Step: swapped(t, step, filepath.Join(dir, "d"), to)}}, dir)
				if (err != nil) != (step != "") {
					t.Errorf("%s, %s, %q: %v", name, through, step, err)
				}
				if left := tree(t, outside); len(left) != 2 || string(left["a.yaml"])+string(left["old.yaml"]) != "# own\nold\n# own\nold\n" {
					t.Errorf("%s, %s, %q: outside there is %q", name, through, step, left)
				}
			}
		}
	}
}

// TestWritersLedOut: a link that leads out of the repository when they begin is
// refused, and one that stays in it is followed.
func TestWritersLedOut(t *testing.T) {
	for name, write := range writersBelow {
		for _, inside := range []bool{false, true} {
			dir, outside := t.TempDir(), t.TempDir()
			gitIn(t, dir, "init", "-q")
			to := outside
			if inside {
				to = filepath.Join(dir, "real")
			}
			put(t, to, "a.yaml", "# own\nold\n")
			link(t, dir, to, "far")
			link(t, dir, "far", "d")
			if name == "workloads" { // found before it became a link
				write = func(a *app, dir string) error {
					return a.replaceFiles([]changedFile{{new: []byte("stamped")}}, []foundFile{{target: filepath.Join(dir, "d", "a.yaml"), mode: 0o644}})
				}
			}
			err := write(&app{}, dir)
			text := readIn(t, to, "a.yaml")
			if (err == nil) != inside || (text != "# own\nold\n") != inside {
				t.Errorf("%s, inside %v: %v, %q", name, inside, err, text)
			}
		}
	}
}

// TestRootOf: files of one repository stay below it, those of several places below
// what these have in common.
func TestRootOf(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		put(t, filepath.Join(dir, name), "sub/a.yaml", "x")
		gitIn(t, filepath.Join(dir, name), "init", "-q")
	}
	put(t, filepath.Join(dir, "none"), "a.yaml", "x")
	for _, c := range []struct {
		targets []string
		root    string
		below   string
	}{
		{[]string{"one/sub/a.yaml", "one/b/new.yaml"}, "one", "sub/a.yaml b/new.yaml"},
		{[]string{"one/sub/a.yaml", "two/sub/a.yaml"}, "", "one/sub/a.yaml two/sub/a.yaml"},
		{[]string{"none/a.yaml", "none/new/b.yaml"}, "none", "a.yaml new/b.yaml"},
		{[]string{"none/a.yaml", "one/a.yaml"}, "", "none/a.yaml one/a.yaml"},
	} {
		var targets []string
		for _, target := range c.targets {
			targets = append(targets, filepath.Join(dir, target))
		}
		root, below, err := rootOf(targets)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(below, " "); root.Name() != filepath.Join(dir, c.root) || filepath.ToSlash(got) != c.below {
			t.Errorf("%v: %s and %q", c.targets, root.Name(), got)
		}
		_ = root.Close()
	}
}

// newBelow are commands that make new files in dir/d.
var newBelow = map[string]struct {
	file  string
	write func(a *app, dir string) error
}{
	"rewrap --from": {"new.age", func(a *app, dir string) error {
		r := rewrapped{path: "d/new.age", file: keyFile{path: filepath.Join(dir, "d", "new.age"), text: []byte("sealed"), mode: 0o644}}
		r.of.Path = "d/old.key"
		from := &custody.Custody{}
		from.State = &state.Rotation{}
		made, err := a.storeRewrapped(filepath.Join(dir, "rotation.yaml"), []rewrapped{r}, from)
		if err == nil {
			made.done()
		}
		return err
	}},
	"keys in clear": {"new.key", func(a *app, dir string) error {
		_, err := a.storeAlone(filepath.Join(dir, "rotation.yaml"), []keyFile{{path: filepath.Join(dir, "d", "new.key"), text: []byte("in clear"), mode: plainMode}})
		return err
	}},
	"component": {"kustomization.yaml", func(a *app, dir string) error {
		return component.Write(filepath.Join(dir, "d"), []byte(overlay.Header+"new\n"), a.files())
	}},
}

// TestNewFilesBelowRoot: a directory that becomes a link while new files are made
// leads nothing out of the repository, and what was made is taken away again.
func TestNewFilesBelowRoot(t *testing.T) {
	for name, c := range newBelow {
		for _, step := range []string{"", "stage", "write", "sync", "rename"} {
			dir, outside := t.TempDir(), t.TempDir()
			put(t, filepath.Join(dir, "d"), "kept", "kept")
			put(t, outside, "kept", "kept")
			put(t, dir, ".gitignore", "*.key\n")
			gitIn(t, dir, "init", "-q")
			if step != "" {
				step += " " + c.file
			}
			err := c.write(&app{World: World{Step: swapped(t, step, filepath.Join(dir, "d"), outside)}}, dir)
			if (err != nil) != (step != "") {
				t.Errorf("%s, %q: %v", name, step, err)
			}
			if left := tree(t, outside); len(left) != 1 {
				t.Errorf("%s, %q: outside there is %q", name, step, left)
			}
			if _, err := os.Stat(filepath.Join(dir, "d", c.file)); (err == nil) != (step == "") {
				t.Errorf("%s, %q: %v", name, step, err)
			}
		}
	}
}

// TestNewFilesLedOut: a link that leads out of the repository is refused, but for
// keys in clear, which may be kept outside; one that stays in it is followed.
func TestNewFilesLedOut(t *testing.T) {
	for name, c := range newBelow {
		for _, inside := range []bool{false, true} {
			dir, to := t.TempDir(), t.TempDir()
			gitIn(t, dir, "init", "-q")
			put(t, dir, ".gitignore", "*.key\n")
			if inside {
				to = filepath.Join(dir, "real")
			}
			put(t, to, "kept", "kept")
			link(t, dir, to, "d")
			err := c.write(&app{}, dir)
			_, missing := os.Stat(filepath.Join(to, c.file))
			if want := inside || name == "keys in clear"; (err == nil) != want || (missing == nil) != want {
				t.Errorf("%s, inside %v: %v, %v", name, inside, err, missing)
			}
		}
	}
}
