package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// countGit puts a program before git that notes each run, with the directory.
func countGit(t *testing.T) (runs func() []string) {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	if err := os.WriteFile(filepath.Join(dir, "git"), fmt.Appendf(nil, "#!/bin/sh\necho \"$PWD $*\" >> %s\nexec %s \"$@\"\n", log, git), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() []string {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(log); err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
}

// TestPRFleetReadsOnce: a call for a fleet reads the state of a member twice: at its pin,
// which is read once for all that need it, and at the tip of its repository; and once more
// where a commit brings it, for the text.
func TestPRFleetReadsOnce(t *testing.T) {
	r := newRealm(t, ageKeys, "east", "west")
	r.at = r.at.Add(49 * time.Hour)
	runs := countGit(t)
	for _, call := range []struct {
		more []string
		want int // a commit that is made is read once more, for keys
	}{{[]string{"--dry-run"}, 2}, {nil, 6}, {nil, 3}} {
		made := r.pr(append(fleetSteps[0], call.more...)...)
		reads := map[string]int{}
		for _, run := range runs() {
			if dir, args, _ := strings.Cut(run, " "); strings.Contains(args, " cat-file --batch") {
				reads[filepath.Base(dir)]++
			}
		}
		for _, name := range r.names {
			if reads[name] != call.want {
				t.Errorf("%s %q: %d reads of %s, want %d", made.Operation, call.more, reads[name], name, call.want)
			}
		}
	}
}
