package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// TestPRUnrecorded: what a person vouches for is in the log of the move or refused,
// from the command line and from the environment. The same command again, and a
// newer observation, change nothing.
func TestPRUnrecorded(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(25 * time.Hour)
	vouched := []string{"--assume", "BUNDLE-DELIVERED", "--because", "seen"}
	first := l.pr(vouched...)
	same := func(args ...string) {
		t.Helper()
		if r := l.pr(args...); r.Operation != plan.OpNone || l.head(first.Branch) != first.Commit {
			t.Errorf("%v: %+v", args, r)
		}
	}
	same()
	same(vouched...)
	l.refused("pr-ignored", "--assume", "BUNDLE-LOADED")
	l.refused("pr-ignored", append(vouched, "--assume", "WAVE-DONE")...)
	l.refused("pr-ignored", "--commit-only", "--assume", "BUNDLE-LOADED")
	l.env["L5D_PKI_ASSUME"], l.env["L5D_PKI_BECAUSE"] = "BUNDLE-LOADED", "seen"
	if got := l.run("pr"); got.code != ExitFailed || !strings.Contains(got.stderr, "--assume BUNDLE-LOADED") {
		t.Errorf("from the environment: %+v", got)
	}
	same("--next", "--assume", "BUNDLE-LOADED") // its flags are for what may be due
	clear(l.env)
	l.at = l.at.Add(time.Hour)
	same("--evidence", l.observation())
	r := l.pr(append(vouched, "--assume", "WAVE-DONE", "--anew")...)
	entry, _ := l.stateOf(r.Branch).LastEntry()
	if r.Operation != plan.OpUpdated || len(entry.Assumed) != 3 {
		t.Errorf("--anew: %+v, assumed %v", r, entry.Assumed)
	}
}

// TestPRUnrecordedAhead: a move that was prepared is made anew by the flags as
// soon as they open its gate, and until then holds what it was prepared with.
func TestPRUnrecordedAhead(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(time.Hour)
	first := l.pr("--draft-until-gate")
	if again := l.pr("--draft-until-gate"); again.Operation != plan.OpNone || again.Commit != first.Commit {
		t.Errorf("the same: %+v", again)
	}
	pull := &l.forge.pulls[1]
	for _, args := range [][]string{{"--draft-until-gate"}, {"--next"}, {"--next", "--draft-until-gate"}} {
		pull.Draft = false // somebody found it ready
		if again := l.pr(args...); again.Operation != plan.OpUpdated || !again.Draft || !pull.Draft || again.Commit != first.Commit {
			t.Errorf("%q with what is no draft any more: %+v", args, again)
		}
	}
	l.refused("pr-ignored", "--draft-until-gate", "--assume", "WAVE-DONE")
	own := l.clone
	l.clone = filepath.Join(t.TempDir(), "job") // of a CI: nothing proves there who made the change
	gitIn(t, t.TempDir(), "clone", "-q", l.remote, l.clone)
	pull.Draft = false
	for _, operation := range []string{plan.OpUpdated, plan.OpNone} {
		if again := l.pr("--next"); again.Operation != operation || !again.Draft || !pull.Draft {
			t.Errorf("in another clone, want %s: %+v", operation, again)
		}
	}
	l.clone = own
	r := l.pr("--assume", "BUNDLE-DELIVERED", "--because", "seen")
	if entry, _ := l.stateOf(r.Branch).LastEntry(); r.Operation != plan.OpUpdated || entry.Ahead || len(entry.Assumed) != 2 {
		t.Errorf("%+v, %+v", r, entry)
	}
}

// TestPRUnrecordedDowntime: --accept-downtime for material that expired after the
// branch was made is refused; where it accepts nothing, it changes nothing.
func TestPRUnrecordedDowntime(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.at = time.Date(2033, 12, 1, 12, 0, 0, 0, time.UTC) // the issuer is valid for another month
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(25 * time.Hour)
	l.merge(l.pr("--assume", "BUNDLE-DELIVERED").Branch)
	l.at = l.at.Add(25 * time.Hour)
	args := []string{"advance", "--accept-downtime", "--assume", "BUNDLE-LOADED"}
	first := l.pr(args...)
	if entry, _ := l.stateOf(first.Branch).LastEntry(); entry.DowntimeAccepted {
		t.Fatal("there was downtime to accept")
	}
	if again := l.pr(args...); again.Operation != plan.OpNone || again.Commit != first.Commit {
		t.Errorf("the same: %+v", again)
	}
	l.at = l.at.AddDate(0, 1, 0)
	l.refused("pr-ignored", args...)
	r := l.pr(append(args, "--anew")...)
	if entry, _ := l.stateOf(r.Branch).LastEntry(); r.Operation != plan.OpUpdated || !entry.DowntimeAccepted {
		t.Errorf("%+v, %+v", r, entry)
	}
	if again := l.pr(args...); again.Operation != plan.OpNone || again.Commit != r.Commit {
		t.Errorf("the same: %+v", again)
	}
}
