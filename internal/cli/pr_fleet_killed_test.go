package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// errKilled ends a call in the middle of its work.
var errKilled = errors.New("killed")

// killedAt starts an anchor rotation and ends the call before the nth change of the disk;
// false where it has fewer.
func (r *realm) killedAt(n int) (killed bool) {
	r.t.Helper()
	defer func() {
		if got := recover(); got != nil {
			if err, is := got.(error); !is || !errors.Is(err, errKilled) {
				panic(got)
			}
			killed = true
		}
	}()
	r.step = func(name string) {
		r.steps = append(r.steps, name)
		if n--; n < 0 {
			panic(errKilled)
		}
	}
	defer func() { r.step = nil }()
	r.start()
	return false
}

func (r *realm) start() plan.Report {
	r.t.Helper()
	return r.pr("start", "anchor", "--strategy", "bundle")
}

// keysFit wants exactly the keys of what the branch brings in the clones of all members:
// one anchor, and an issuer each.
func (r *realm) keysFit(branch string) {
	r.t.Helper()
	anchors := map[string]bool{}
	for _, name := range r.names {
		dir := filepath.Join(r.top, name)
		s, err := state.Parse(name, []byte(gitIn(r.t, dir+".git", "show", branch+":rotation.yaml")+"\n"))
		if err != nil {
			r.t.Fatal(err)
		}
		wanted := []string{}
		for path, text := range map[string]string{s.Status.Anchors[1].Key: s.Status.Anchors[1].Certificate, s.Status.Issuers[1].Key: s.Status.Issuers[1].Certificate} {
			data, err := os.ReadFile(filepath.Join(dir, path))
			if err != nil {
				r.t.Fatal(err)
			}
			chain, err := pki.ParseChain([]byte(text))
			if err != nil {
				r.t.Fatal(err)
			}
			if key, err := pki.ParseKey(data); err != nil || !key.Matches(chain[0]) {
				r.t.Errorf("%s: %s is not the key of its certificate: %v", name, path, err)
			}
			wanted = append(wanted, filepath.Join(dir, path))
		}
		anchors[s.Status.Anchors[1].Certificate] = true
		for _, path := range keysBelow(r.t, dir) {
			if i := slices.Index(r.had, path); i < 0 && !slices.Contains(wanted, path) {
				r.t.Errorf("%s is left", path)
			}
		}
	}
	if len(anchors) != 1 {
		r.t.Errorf("%d anchors were minted", len(anchors))
	}
	for _, name := range append([]string{"fleet"}, r.names...) {
		if text := gitIn(r.t, filepath.Join(r.top, name), "status", "--porcelain"); text != "" {
			r.t.Errorf("%s is not clean: %s", name, text)
		}
	}
}

// boundaries are the changes before which a call is killed: the first and the last one of
// each kind, such as "rename", of each file that has one; with L5D_PROVE_LONG=1 all.
func boundaries(steps []string) (chosen []int) {
	first, last := map[string]bool{}, map[string]int{}
	for i, name := range steps {
		last[kindOf(name)] = i
	}
	for i, name := range steps {
		kind := kindOf(name)
		if !first[kind] || last[kind] == i || os.Getenv("L5D_PROVE_LONG") != "" {
			chosen = append(chosen, i)
		}
		first[kind] = true
	}
	return chosen
}

// kindOf a step: its verb.
func kindOf(step string) string {
	verb, _, _ := strings.Cut(step, " ")
	return verb
}

// TestPRFleetKilled: a start that is killed before a change of the disk is finished by
// the same command, run again: one anchor, every key in its place, none left over.
func TestPRFleetKilled(t *testing.T) {
	t.Parallel()
	whole := newRealm(t, plainKeys, "east", "west")
	whole.killedAt(1 << 20)
	if len(whole.steps) < 8 {
		t.Fatalf("only %q", whole.steps)
	}
	t.Logf("%d changes", len(whole.steps))
	for _, n := range boundaries(whole.steps) {
		r := newRealm(t, plainKeys, "east", "west")
		r.had = slices.Concat(keysBelow(t, filepath.Join(r.top, "east")), keysBelow(t, filepath.Join(r.top, "west")))
		if !r.killedAt(n) {
			t.Fatalf("nothing was killed at %d", n)
		}
		again := r.start()
		if again.Operation != plan.OpCreated || len(again.Parts) != 2 {
			t.Errorf("killed at %d: %+v", n, again)
		}
		r.keysFit(again.Branch)
	}
}

// TestPRFleetCutOff: a start whose remote or forge fails half way, or that is killed
// between two refs of Git, goes on with the same commits and keys.
func TestPRFleetCutOff(t *testing.T) {
	t.Parallel()
	branchOf := func(r *realm, name string) string {
		return strings.TrimPrefix(gitIn(t, filepath.Join(r.top, name), "for-each-ref", "--format=%(refname)", "refs/l5d-pki-render-made/"), "refs/l5d-pki-render-made/")
	}
	hook := func(name string) (func(r *realm), func(r *realm)) {
		file := func(r *realm) string { return filepath.Join(r.top, name+".git", "hooks", "pre-receive") }
		return func(r *realm) {
				if err := os.WriteFile(file(r), []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}, func(r *realm) {
				if err := os.Remove(file(r)); err != nil {
					t.Fatal(err)
				}
			}
	}
	forgeOf := func(name string, after bool) (func(r *realm), func(r *realm)) {
		set := func(r *realm, err error) {
			r.forges[filepath.Join(r.top, name+".git")].fail = func(_ string, done bool) error {
				if done == after {
					return err
				}
				return nil
			}
		}
		return func(r *realm) { set(r, errKilled) }, func(r *realm) { set(r, nil) }
	}
	pending := func(r *realm) {
		branch, dir := branchOf(r, "fleet"), filepath.Join(r.top, "fleet")
		made := gitIn(t, dir, "rev-parse", "refs/l5d-pki-render-made/"+branch)
		gitIn(t, dir, "update-ref", "refs/l5d-pki-render-pending/"+branch, made)
		gitIn(t, dir, "update-ref", "-d", "refs/l5d-pki-render-made/"+branch)
	}
	type cut struct {
		name         string
		before, mend func(r *realm)
	}
	var cuts []cut
	for _, name := range []string{"west", "fleet"} {
		before, mend := hook(name)
		cuts = append(cuts, cut{"push of " + name, before, mend})
		before, mend = forgeOf(name, true)
		cuts = append(cuts, cut{"forge of " + name, before, mend})
	}
	before, mend := hook("east")
	cuts = append(cuts, cut{"before the commit was remembered", before, func(r *realm) { mend(r); pending(r) }})
	for _, c := range cuts {
		t.Run(c.name, func(t *testing.T) {
			r := newRealm(t, plainKeys, "east", "west")
			r.had = slices.Concat(keysBelow(t, filepath.Join(r.top, "east")), keysBelow(t, filepath.Join(r.top, "west")))
			c.before(r)
			if got := r.run(append([]string{"pr", "start", "anchor", "--strategy", "bundle", "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test"}, r.fleet()...)...); got.code == ExitDone {
				t.Fatalf("it was done: %s", got.out)
			}
			keys := slices.Concat(keysBelow(t, filepath.Join(r.top, "east")), keysBelow(t, filepath.Join(r.top, "west")))
			c.mend(r)
			r.at = r.at.Add(1)
			again := r.start()
			if again.Branch == "" || again.Number == 0 || len(again.Parts) != 2 && again.Operation != plan.OpNone {
				t.Errorf("%+v", again)
			}
			r.keysFit(again.Branch)
			if now := slices.Concat(keysBelow(t, filepath.Join(r.top, "east")), keysBelow(t, filepath.Join(r.top, "west"))); !slices.Equal(now, keys) {
				t.Errorf("keys were made twice: %q, then %q", keys, now)
			}
			for remote, f := range r.forges {
				if len(f.pulls) != 1 {
					t.Errorf("%s: %d pull requests", remote, len(f.pulls))
				}
			}
		})
	}
}
