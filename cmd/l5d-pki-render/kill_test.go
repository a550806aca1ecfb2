package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const now = "2026-06-01T12:00:00Z"

// command makes this test binary the real command, in a folder of its own.
func command(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "l5d-pki-render")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	return link
}

// folder is a repository's folder with a state and the test keys beside it.
func folder(t *testing.T, stateFile string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	keys := filepath.Join(closedFixtures(t, "pki"), "pki")
	if err := os.Symlink(keys, filepath.Join(dir, "pki")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("../../fixtures/rotation", stateFile))
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "rotation.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "../../pki/", "pki/")), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

// run calls the command; killed tells that it was ended by a signal.
func run(t *testing.T, bin, dir string, killAt int, args ...string) (stdout, stderr string, code int, killed bool) {
	t.Helper()
	cmd := exec.Command(bin, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TEST_NOW="+now, "TEST_SEED=kill", "TEST_KILL_AT="+strconv.Itoa(killAt))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode(), cmd.ProcessState.ExitCode() == -1
}

// TestKilledAnywhere: a process that is killed before any of its changes of the
// disk leaves the old state file or the new one, and no state that names a key
// which is not there.
func TestKilledAnywhere(t *testing.T) {
	bin := command(t)
	for _, c := range []struct {
		name, state  string
		before, args []string
	}{
		{"start anchor", "bundle/stable.yaml", nil, []string{"start", "anchor"}},
		{"start webhooks", "webhooks/stable.yaml", nil, []string{"start", "webhooks"}},
		{"advance", "bundle/anchor-added.yaml", nil, []string{"advance", "--assume", "BUNDLE-DELIVERED", "--because", "test"}},
		{"back", "bundle/stable.yaml", []string{"start", "anchor"}, []string{"back"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			prepared := func() (dir, path string) {
				dir, path = folder(t, c.state)
				if c.before != nil {
					if _, stderr, code, _ := run(t, bin, dir, 0, c.before...); code != 0 {
						t.Fatal(stderr)
					}
				}
				return dir, path
			}
			_, done := prepared()
			old, _ := os.ReadFile(done)
			_, stderr, code, _ := run(t, bin, filepath.Dir(done), 0, c.args...)
			if code != 0 {
				t.Fatalf("code %d: %s", code, stderr)
			}
			next, _ := os.ReadFile(done)
			if bytes.Equal(old, next) {
				t.Fatal("the command changed nothing")
			}
			for n := 1; ; n++ {
				dir, path := prepared()
				stdout, _, _, killed := run(t, bin, dir, n, c.args...)
				if !killed {
					if n < 4 {
						t.Fatalf("only %d changes of the disk", n-1)
					}
					break
				}
				if stdout != "" {
					t.Errorf("killed at %d: stdout holds %q", n, stdout)
				}
				left, err := os.ReadFile(path)
				if err != nil || !bytes.Equal(left, old) && !bytes.Equal(left, next) {
					t.Fatalf("killed at %d: neither the old nor the new state (%v)", n, err)
				}
				keysExist(t, dir, left)
			}
		})
	}
}

// keysExist: every minted key that the state names is there.
func keysExist(t *testing.T, dir string, text []byte) {
	t.Helper()
	s, err := state.Parse("rotation.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range s.Status.Issuers {
		if info, err := os.Stat(filepath.Join(dir, i.Key)); err != nil || info.Size() == 0 {
			t.Errorf("the state names %s, which is not there: %v", i.Key, err)
		}
	}
}

// TestTwoAtOnce: of many commands at the same time on one state, one moves it,
// and each other one says that it did not.
func TestTwoAtOnce(t *testing.T) {
	bin := command(t)
	dir, path := folder(t, "bundle/anchor-added.yaml")
	const many = 6
	codes := make(chan string, many)
	for range many {
		go func() {
			cmd := exec.Command(bin, "advance", "--assume", "BUNDLE-DELIVERED", "--because", "race")
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "TEST_NOW="+now)
			out, err := cmd.CombinedOutput()
			if err == nil {
				codes <- ""
			} else {
				codes <- string(out)
			}
		}()
	}
	won := 0
	for range many {
		if out := <-codes; out == "" {
			won++
		} else if !strings.Contains(out, "another command is at work") && !strings.Contains(out, "waiting for every pod") { // of the next phase
			t.Errorf("a loser says: %s", out)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	if won != 1 || s.Status.Phase != state.PhaseAnchorSpread {
		t.Errorf("%d won, phase %s", won, s.Status.Phase)
	}
}
