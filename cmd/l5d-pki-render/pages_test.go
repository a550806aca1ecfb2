package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// root is the root of the repository.
const root = "../.."

// desk is where the reader of a page works: a directory, a home, and a PATH in which
// programs of other people are played (testdata/pages).
type desk struct {
	t *testing.T
	// dir holds everything, work is where commands start.
	dir, work string
	env       []string
}

// clock is a file in the home directory: an instant, and how much later it is for the
// next command of ours.
const clock = "clock"

// setClock sets it.
func (d *desk) setClock(at string, step time.Duration) {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, "home", clock), []byte(at+" "+step.String()), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// pass lets time pass.
func (d *desk) pass(t time.Duration) {
	d.t.Helper()
	now, earlier := readClock(filepath.Join(d.dir, "home", clock))
	d.setClock(now.Add(t).Format(time.RFC3339), now.Sub(earlier))
}

// pageClock is the instant in a clock, which goes on. It stands still within a command.
func pageClock(file string) func() time.Time {
	now, earlier := readClock(file)
	step := now.Sub(earlier)
	exitWith(os.WriteFile(file, []byte(now.Add(step).Format(time.RFC3339)+" "+step.String()), 0o600))
	return func() time.Time { return now }
}

// readClock is the instant in a clock, and the one of the command before.
func readClock(file string) (now, earlier time.Time) {
	text, err := os.ReadFile(file)
	exitWith(err)
	at, step, _ := strings.Cut(string(text), " ")
	now, err = time.Parse(time.RFC3339, at)
	exitWith(err)
	later, err := time.ParseDuration(step)
	exitWith(err)
	return now, now.Add(-later)
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	source, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	home, bin := filepath.Join(d.dir, "home"), filepath.Join(d.dir, "bin")
	for _, made := range []string{filepath.Join(home, "cluster"), filepath.Join(home, ".ssh"), filepath.Join(home, ".local", "bin"), bin} {
		if err := os.MkdirAll(made, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	d.env = append(os.Environ(), "HOME="+home, "PATH="+bin+":"+filepath.Join(home, ".local", "bin")+":"+os.Getenv("PATH"), "LC_ALL=C",
		"L5D_PKI_SOURCE="+source, "FIXTURES="+closedFixtures(t, "."), "GITHUB_TOKEN=none",
		"TEST_CLOCK="+filepath.Join(home, clock), "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CONFIG_GLOBAL="+filepath.Join(home, ".gitconfig"))
	d.setClock("2026-11-27T09:54:03Z", 25*time.Hour)
	d.fresh(`cp "$L5D_PKI_SOURCE"/cmd/l5d-pki-render/testdata/pages/{kubectl,helm,linkerd,make,git} "$HOME/../bin"
for name in argocd flux vault; do cp "$L5D_PKI_SOURCE/cmd/l5d-pki-render/testdata/pages/other" "$HOME/../bin/$name"; done
git config --global user.name Reader; git config --global user.email reader@example.com
git config --global init.defaultBranch main; git config --global protocol.file.allow always
cp "$FIXTURES/rotation/input.yaml" "$HOME/cluster/chart.yaml"
cp "$FIXTURES/unpinned/golden.yaml" "$HOME/cluster/live.yaml"; cp "$FIXTURES/pki/anchor-2025.crt" "$HOME/cluster/roots.pem"`)
	return d
}

// fresh begins in a new directory, which a script prepares.
func (d *desk) fresh(script string) {
	d.t.Helper()
	work, err := os.MkdirTemp(d.dir, "work-")
	if err != nil {
		d.t.Fatal(err)
	}
	d.work = work
	d.run(script)
}

// run runs a script that prepares something.
func (d *desk) run(script string) {
	d.t.Helper()
	if code, out, errs := d.Shell(d.t, "set -euo pipefail\n"+script); code != 0 {
		d.t.Fatalf("%s\nexit %d: %s%s", script, code, out, errs)
	}
}

// opens lets commands open the keys of the meshes in pages.
func (d *desk) opens() {
	d.env = append(d.env, "L5D_PKI_AGE_IDENTITY="+filepath.Join(d.dir, "home", "identity.txt"))
}

// late keeps one pod of a workload from restarting.
func (d *desk) late(workload string) {
	d.t.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, "late"), []byte(workload), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// Shell runs a script.
func (d *desk) Shell(t testing.TB, script string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command("bash", "-c", script)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = d.work, d.env, &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func (d *desk) Write(t testing.TB, path, text string) {
	t.Helper()
	full := filepath.Join(d.work, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// before returns a function that begins anew with a script.
func (d *desk) before(lines ...string) func() {
	return func() { d.fresh(strings.Join(lines, "\n")) }
}

// TestPages runs every page of the documentation that shows commands, but for those
// of hosts, which `make e2e` runs with the real programs.
func TestPages(t *testing.T) {
	for path, begin := range pages {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			p := begin(d)
			p.Root, p.Path = root, path
			p.Run(t, d)
		})
	}
}
