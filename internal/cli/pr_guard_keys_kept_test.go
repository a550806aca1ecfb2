package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestGuardKeysKept: where the custody keeps keys in Git, a change that brings an issuer,
// or puts one in force, has its key file. An anchor's is often elsewhere.
func TestGuardKeysKept(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	newKeys := func(dir string) (anchor, issuer string) {
		s := l.stateIn(dir)
		return s.Status.Anchors[len(s.Status.Anchors)-1].Key, s.Status.Issuers[len(s.Status.Issuers)-1].Key
	}
	beside := func(dir, name string) string { return filepath.Join(dir, filepath.Dir(l.state), name) }
	step := func(dir string, args ...string) {
		l.at = l.at.Add(25 * time.Hour)
		args = append(args, "-s", filepath.Join(dir, l.state), "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
		l.committed(dir, func() {
			if got := callAt(t, l.at, "", nil, args...); got.code != ExitDone {
				t.Fatal(got.stderr)
			}
		})
	}
	started := func(without func(dir, anchor, issuer string)) func(dir string) {
		return func(dir string) {
			step(dir, "start", "anchor", "--strategy", "bundle")
			anchor, issuer := newKeys(dir)
			l.committed(dir, func() { put(t, dir, "README.md", "words"); without(dir, anchor, issuer) })
			l.squashed(dir, "origin/main")
		}
	}
	remove := func(dir, name string) {
		if err := os.Remove(beside(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		work func(dir string)
		want []string
	}{
		"all keys":        {started(func(string, string, string) {}), nil},
		"no anchor's key": {started(func(dir, anchor, _ string) { remove(dir, anchor) }), nil},
		"no issuer's key": {started(func(dir, _, issuer string) { remove(dir, issuer) }), []string{"guard-key-file"}},
		"a directory": {started(func(dir, _, issuer string) {
			remove(dir, issuer)
			put(t, dir, filepath.Join(filepath.Dir(l.state), issuer, "x"), "x")
		}), []string{"guard-not-a-file"}},
		"no path of a key": {started(func(dir, _, issuer string) {
			lines := strings.Split(l.stateText(dir), "\n")
			put(t, dir, l.state, strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "key: "+issuer }), "\n"))
		}), []string{"guard-key-file"}},
	} {
		dir := l.job("origin/main", c.work)
		if _, codes, out := l.guardedAt(dir); !slices.Equal(codes, c.want) {
			t.Errorf("%s: %v, want %v: %s", name, codes, c.want, out)
		}
	}
	l.commitTo("main", func(dir string) {
		started(func(dir, _, issuer string) { remove(dir, issuer) })(dir)
		step(dir, "advance", "--assume", "BUNDLE-DELIVERED")
	})
	dir := l.job("origin/main", func(dir string) { step(dir, "advance", "--assume", "BUNDLE-LOADED") })
	if _, codes, out := l.guardedAt(dir); !slices.Equal(codes, []string{"guard-key-file"}) {
		t.Errorf("a switch to an issuer without a key file: %v: %s", codes, out)
	}
	if _, codes, _ := l.guardedAt(dir, "--accept", "guard-key-file"); len(codes) > 0 {
		t.Errorf("accepted: %v", codes)
	}
}
