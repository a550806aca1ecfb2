package cli

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestGuardLandedClocks: neither a commit that is dated in the future or before the one
// that it follows nor many versions hide when an entry came to the base. The first
// commit behind one of the future says when that was at the latest, and without one no
// move is judged.
func TestGuardLandedClocks(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) {
		l.edit(dir, "README.md", func(string) string { return "words" })
		landAt(t, dir, "dated", "", l.at.Add(27*time.Hour)) // two hours after the move
		l.moves(dir, "start anchor")
		for branch, dated := range map[string]time.Duration{"ahead": 365 * 24 * time.Hour, "behind": -24 * time.Hour, "right": 2 * time.Hour} {
			landAt(t, dir, "dated", "", l.at.Add(dated))
			gitIn(t, dir, "push", "-q", "origin", "HEAD:refs/heads/"+branch)
		}
	})
	made := l.at
	next := func(file string, at time.Duration) func(dir string) {
		return func(dir string) {
			l.edit(dir, file, func(s string) string { return s + "# another line\n" })
			landAt(t, dir, "dated", "", made.Add(at))
		}
	}
	const months = 90 * 24 * time.Hour
	for name, c := range map[string]struct {
		from       string
		behind     []func(dir string)
		head, seen time.Duration // from when the entry on the base was made
		want       []string
	}{
		"nothing":                 {"ahead", nil, 20 * time.Hour, 19 * time.Hour, []string{"guard-landed-ahead"}},
		"one ahead too":           {"ahead", []func(string){next("README.md", months)}, 20 * time.Hour, 19 * time.Hour, []string{"guard-landed-ahead"}},
		"seen after the next":     {"ahead", []func(string){next("README.md", 10*time.Hour)}, 20 * time.Hour, 19 * time.Hour, nil},
		"the first of two":        {"ahead", []func(string){next("README.md", 10*time.Hour), next("README.md", 100*time.Hour)}, 20 * time.Hour, 19 * time.Hour, nil},
		"one ahead in between":    {"ahead", []func(string){next("README.md", months), next("README.md", 10*time.Hour)}, 20 * time.Hour, 19 * time.Hour, nil},
		"seen before the next":    {"ahead", []func(string){next("README.md", 10*time.Hour)}, 20 * time.Hour, 9 * time.Hour, []string{"rotation-unmet"}},
		"dated before the next":   {"ahead", []func(string){next("README.md", 10*time.Hour)}, 9 * time.Hour, 9 * time.Hour, []string{"guard-log-at"}},
		"behind an edit":          {"ahead", []func(string){next(l.state, 10*time.Hour)}, 20 * time.Hour, 9 * time.Hour, []string{"rotation-unmet"}},
		"behind its parent":       {"behind", nil, 20 * time.Hour, time.Hour, []string{"rotation-unmet"}},
		"seen after its parent":   {"behind", nil, 20 * time.Hour, 3 * time.Hour, nil},
		"many versions":           {"right", []func(string){l.versions(made.Add(2 * time.Hour))}, 20 * time.Hour, time.Hour, []string{"rotation-unmet"}},
		"seen behind all of them": {"right", []func(string){l.versions(made.Add(2 * time.Hour))}, 20 * time.Hour, 19 * time.Hour, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l, branch := *l, strings.ReplaceAll(name, " ", "-")
			l.t = t
			dir := l.job("origin/"+c.from, func(dir string) {
				gitIn(t, dir, "checkout", "-q", "-B", branch)
				for _, work := range c.behind {
					work(dir)
				}
				gitIn(t, dir, "push", "-q", "origin", "HEAD:refs/heads/"+branch)
				file := l.observationAt(dir, made.Add(c.seen))
				l.at = made.Add(c.head - 25*time.Hour) // moves adds it
				l.moves(dir, "advance --evidence "+file)
				l.squashed(dir, "origin/"+branch)
			})
			l.at = made.Add(30 * 24 * time.Hour)
			if _, codes, out := l.guarded(dir, "--base", branch); !slices.Equal(codes, c.want) {
				t.Errorf("found %v, want %v: %s", codes, c.want, out)
			}
		})
	}
}

// versions adds more commits that change the state than the guard reads, a second each.
func (l *prLand) versions(from time.Time) func(dir string) {
	return func(dir string) {
		text := l.stateText(dir)
		var stream strings.Builder
		for i := range 210 {
			body := fmt.Sprintf("%s# %d\n", text, i)
			fmt.Fprintf(&stream, "commit refs/heads/versions\ncommitter T <t@example.com> %d +0000\ndata 1\nx\n", from.Unix()+int64(i))
			if i == 0 {
				fmt.Fprintf(&stream, "from %s\n", gitIn(l.t, dir, "rev-parse", "HEAD"))
			}
			fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", filepath.ToSlash(l.state), len(body), body)
		}
		cmd := exec.Command("git", "fast-import", "--quiet")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(stream.String())
		if out, err := cmd.CombinedOutput(); err != nil {
			l.t.Fatalf("%v: %s", err, out)
		}
		gitIn(l.t, dir, "reset", "-q", "--hard", "versions")
	}
}
