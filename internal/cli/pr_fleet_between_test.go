package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// mortal is a git that ends for good when a call is about to write to a repository for
// the nth time: by a commit, a ref or a push. Nothing that the call does after that has
// an effect on any of them, as if it had been killed there.
type mortal struct {
	t         *testing.T
	dir, left string
}

func newMortal(t *testing.T) *mortal {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	m := &mortal{t: t, dir: t.TempDir()}
	m.left = filepath.Join(m.dir, "left")
	script := fmt.Sprintf(`#!/bin/sh
if [ -f %[1]s ]; then
  read n < %[1]s
  case " $* " in *" commit-tree "*|*" update-ref "*|*" push "*) [ "$n" -gt 0 ] && n=$((n-1)) && echo $n > %[1]s ;; esac
  [ "$n" -gt 0 ] || exit 1
fi
exec %[2]s "$@"
`, m.left, git)
	if err := os.WriteFile(filepath.Join(m.dir, "git"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", m.dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return m
}

// live lets so many writes be made, less one; then git is dead until the next call of it.
func (m *mortal) live(writes int) {
	m.t.Helper()
	if err := os.WriteFile(m.left, fmt.Appendln(nil, writes), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// revive ends the effect of live, and reports whether git died.
func (m *mortal) revive() (died bool) {
	m.t.Helper()
	text, err := os.ReadFile(m.left)
	if err == nil {
		err = os.Remove(m.left)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	return strings.TrimSpace(string(text)) == "0"
}

// saved is a realm at one instant, to which it can return.
type saved struct {
	dir   string
	at    time.Time
	pulls map[string][]forge.Pull
}

func (r *realm) save() saved {
	r.t.Helper()
	s := saved{filepath.Join(r.t.TempDir(), "saved"), r.at, map[string][]forge.Pull{}}
	if out, err := exec.Command("cp", "-a", r.top, s.dir).CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %s", err, out)
	}
	for remote, f := range r.forges {
		s.pulls[remote] = slices.Clone(f.pulls)
	}
	return s
}

func (r *realm) restore(s saved) {
	r.t.Helper()
	err := os.RemoveAll(r.top)
	if err == nil {
		out, copied := exec.Command("cp", "-a", s.dir, r.top).CombinedOutput()
		if err = copied; err != nil {
			r.t.Logf("%s", out)
		}
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.at = s.at
	for remote, f := range r.forges {
		f.pulls, f.fail = slices.Clone(s.pulls[remote]), nil
	}
}

// once wants what a change makes, once: in every repository a commit on the branch, and a
// pull request.
func (r *realm) once(what string, made plan.Report) {
	r.t.Helper()
	for _, name := range append([]string{"fleet"}, r.names...) {
		remote := filepath.Join(r.top, name+".git")
		if n := gitIn(r.t, remote, "rev-list", "--count", "main.."+made.Branch); n != "1" {
			r.t.Errorf("%s: %s commits of %s", what, n, name)
		}
		open := 0
		for _, p := range r.forges[remote].pulls {
			if p.State == "open" && p.Head == made.Branch {
				open++
			}
		}
		if open != 1 {
			r.t.Errorf("%s: %s has %d pull requests", what, name, open)
		}
		if dirty := gitIn(r.t, filepath.Join(r.top, name), "status", "--porcelain"); dirty != "" {
			r.t.Errorf("%s: %s is not clean: %s", what, name, dirty)
		}
	}
}

// TestPRFleetKilledBetween: a start or a step that ends between the commits, refs or
// pushes of two repositories, or between a push and its pull request, is finished by the
// same command: one commit and one pull request in each repository. Every third write of
// each is tried; with L5D_PROVE_LONG=1 all.
func TestPRFleetKilledBetween(t *testing.T) {
	m := newMortal(t)
	r := newRealm(t, plainKeys, "east", "west")
	for n, step := range fleetSteps[:2] {
		r.at = r.at.Add(49 * time.Hour)
		begin := r.save()
		args := append(append([]string{"pr"}, step...), append(r.fleet(), "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")...)
		finish := func(what string) plan.Report {
			r.at = r.at.Add(time.Minute)
			made := r.pr(step...)
			r.once(what, made)
			if n == 0 {
				r.keysFit(made.Branch)
			}
			return made
		}
		r.had = slices.Concat(keysBelow(t, filepath.Join(r.top, "east")), keysBelow(t, filepath.Join(r.top, "west")))
		writes, every := 1+n, 3
		if os.Getenv("L5D_PROVE_LONG") != "" {
			writes, every = 1, 1
		}
		for ; ; writes += every {
			m.live(writes)
			got := r.run(args...)
			if !m.revive() {
				break
			}
			if got.code == ExitDone {
				t.Errorf("%q was done without write %d: %s", step, writes, got.out)
			}
			finish(fmt.Sprintf("%q before write %d", step, writes))
			r.restore(begin)
		}
		if writes < 9 { // a commit, a ref and a push in three repositories
			t.Errorf("%q: only %d writes", step, writes-1)
		}
		for _, name := range []string{"east", "west", "fleet"} {
			for _, after := range []bool{false, true} {
				if after != (n == 0) && os.Getenv("L5D_PROVE_LONG") == "" {
					continue
				}
				r.restore(begin)
				f := r.forges[filepath.Join(r.top, name+".git")]
				f.fail = func(_ string, done bool) error {
					if done == after {
						return errKilled
					}
					return nil
				}
				if got := r.run(args...); got.code == ExitDone {
					t.Errorf("%q was done without the forge of %s", step, name)
				}
				f.fail = nil
				finish(fmt.Sprintf("%q at the forge of %s, after it: %v", step, name, after))
			}
		}
		r.restore(begin)
		made := finish(fmt.Sprintf("%q", step))
		for _, name := range []string{"fleet", "east", "west"} {
			r.merge(name, made.Branch, false)
		}
	}
}

// TestPRFleetMembers: --member moves the named members alone, all of them or none, and
// is nothing without a fleet.
func TestPRFleetMembers(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	made := r.pr("start", "anchor", "--strategy", "bundle", "--member", "west")
	if made.Operation != plan.OpCreated || len(made.Parts) != 1 || made.Parts[0].Repository != "west" {
		t.Fatalf("%+v", made)
	}
	if again := r.pr("start", "anchor", "--strategy", "bundle", "--member", "west"); again.Operation != plan.OpNone || again.Commit != made.Commit {
		t.Errorf("again: %+v", again)
	}
	refused := func(code string, args ...string) {
		t.Helper()
		if got := r.run(append([]string{"pr"}, args...)...); got.code == ExitDone || got.out != "" || !strings.Contains(got.stderr, code) {
			t.Errorf("%q: want %s: %d %s%s", args, code, got.code, got.out, got.stderr)
		}
	}
	refused("fleet-no-member", append(r.fleet(), "--member", "north")...)
	refused("pr-arguments", "--member", "west")
	refused("pr-arguments", append(r.fleet(), "--guard", "--member", "west")...)
	for _, name := range []string{"fleet", "west"} {
		r.merge(name, made.Branch, false)
	}
	if got := r.phases(); !slices.Equal(got, []string{"stable", "anchor-added"}) {
		t.Fatalf("phases: %v", got)
	}
	r.at = r.at.Add(49 * time.Hour)
	both := append(r.fleet(), "--member", "east,west", "--assume", "BUNDLE-DELIVERED", "--because", "seen in the test")
	refused("fleet-refused", both...) // east has not started
	if alone := r.pr("--member", "west", "--assume", "BUNDLE-DELIVERED"); len(alone.Parts) != 1 || alone.Phase != "anchor-spread" {
		t.Errorf("%+v", alone)
	}
}
