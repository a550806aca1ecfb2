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
)

// landAt brings what a branch of a clone has to main at an instant, in one of the
// ways of forges.
func landAt(t *testing.T, dir, how, branch string, at time.Time) {
	t.Helper()
	for _, args := range map[string][][]string{
		"merge":        {{"checkout", "-q", "main"}, {"merge", "-q", "--no-ff", "-m", "merge", branch}},
		"squash":       {{"checkout", "-q", "main"}, {"merge", "-q", "--squash", branch}, {"commit", "-q", "-m", "squash"}},
		"rebase":       {{"checkout", "-q", branch}, {"rebase", "-q", "--force-rebase", "main"}, {"checkout", "-q", "main"}, {"merge", "-q", "--ff-only", branch}},
		"fast-forward": {{"checkout", "-q", "main"}, {"merge", "-q", "--ff-only", branch}},
		"dated":        {{"commit", "-q", "--amend", "--no-edit"}},
	}[how] {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_COMMITTER_DATE="+at.Format(time.RFC3339), "GIT_AUTHOR_DATE="+at.Format(time.RFC3339))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
}

// TestGuardLanded: an entry is not older than the commit of the base that brought
// the entry before it, however that was merged and whatever came after.
func TestGuardLanded(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"merge", "squash", "rebase", "fast-forward"} {
		l := land(t)
		l.commitTo("main", func(dir string) {
			gitIn(t, dir, "checkout", "-q", "-b", "move")
			l.moves(dir, "start anchor")
			gitIn(t, dir, "commit", "-q", "--amend", "--no-edit", "--date="+l.at.Format(time.RFC3339))
			landed := l.at.Add(time.Hour)
			if how == "fast-forward" { // its commit is what the author dated, here rightly
				landAt(t, dir, "squash", "move", landed)
				gitIn(t, dir, "branch", "-f", "move", "main")
				gitIn(t, dir, "reset", "-q", "--hard", "HEAD^")
			}
			landAt(t, dir, how, "move", landed)
			l.edit(dir, l.state, func(s string) string { // later, and not the commit that brought the entry
				return strings.Replace(s, "  outputs:\n", "  leaf: {lifetime: 48h}\n  outputs:\n", 1)
			})
			landAt(t, dir, "dated", "", landed.Add(48*time.Hour))
		})
		landed := l.at.Add(time.Hour)
		for name, c := range map[string]struct {
			at   time.Duration // from when the entry before came to the base
			want []string
		}{
			"at once":           {0, nil},
			"a clock behind":    {-20 * time.Second, nil},
			"later":             {24 * time.Hour, nil},
			"before it landed":  {-21 * time.Second, []string{"guard-log-at"}},
			"as the last entry": {-time.Hour, []string{"guard-log-at"}},
		} {
			t.Run(how+", "+name, func(t *testing.T) {
				l.at = landed.Add(c.at)
				dir := l.job("main", func(dir string) {
					l.at = l.at.Add(-25 * time.Hour) // moves adds it
					l.moves(dir, "advance --assume BUNDLE-DELIVERED")
				})
				l.at = landed.Add(30 * 24 * time.Hour)
				if _, codes, out := l.guarded(dir); !slices.Equal(codes, c.want) {
					t.Errorf("found %v, want %v: %s", codes, c.want, out)
				}
			})
		}
	}
}

// TestGuardLandedCut: a clone that does not reach back to the commit that brought
// the last entry cannot tell when that was.
func TestGuardLandedCut(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) {
		l.moves(dir, "start anchor")
		for i := range 3 {
			l.edit(dir, "README.md", func(string) string { return fmt.Sprint(i) })
		}
	})
	dir := filepath.Join(t.TempDir(), "cut")
	gitIn(t, t.TempDir(), "clone", "-q", "--depth=2", "file://"+l.remote, dir)
	gitIn(t, dir, "checkout", "-q", "--detach", "main")
	l.moves(dir, "advance --assume BUNDLE-DELIVERED")
	if _, codes, out := l.guarded(dir); !slices.Equal(codes, []string{"guard-unreadable"}) || !strings.Contains(out, "cut off") {
		t.Errorf("found %v: %s", codes, out)
	}
}
