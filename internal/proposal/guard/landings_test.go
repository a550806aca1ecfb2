package guard

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// logOf is a state with so many log entries, a start first, an hour apart; other is an
// entry that is another one.
func logOf(entries, other int) *state.Rotation {
	s := new(state.Rotation)
	for i := range entries {
		e := state.LogEntry{Epoch: int64(i + 1), At: fmt.Sprintf("2026-06-01T%02d:00:00Z", i+1), Move: state.MoveAdvance}
		if i == 0 {
			e.Move = state.MoveStart
		}
		if i+1 == other {
			e.Why = "another"
		}
		s.Status.Log = state.Append(s.Status.Log, e)
	}
	return s
}

// TestPinLandings: an entry of a member's log came with the oldest pin that has it since
// one that has not. What cannot be read brought nothing, and hides nothing.
func TestPinLandings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	again := logOf(4, 0)
	again.Status.Log[2].Move = state.MoveStart
	for name, c := range map[string]struct {
		pins string // entries of the log at each pin, newest first; the one of day 20 is first
		log  *state.Rotation
		want string // the days on which entries count from; 1: what the log says
	}{
		"one after the other":           {"4 3 2 1 none", logOf(4, 0), "1 18 19 20"},
		"edits between them":            {"4 4 3 3 2 1", logOf(4, 0), "1 16 17 19"},
		"brought with the first":        {"3 3 none", logOf(3, 0), "1 1 1"},
		"brought with the file":         {"3 3", logOf(3, 0), "1 1 1"},
		"brought by the change":         {"3 3 none", logOf(4, 0), "1 1 1 30"},
		"several at once":               {"4 1", logOf(4, 0), "1 20 20 20"},
		"a pin is gone":                 {"3 lost 2 1 none", logOf(3, 0), "1 18 20"},
		"all older pins are gone":       {"3 3 lost none", logOf(3, 0), "19 19 19"},
		"the file cannot be read":       {"3 broken 2 1", logOf(3, 0), "1 18 20"},
		"the base's pin is gone":        {"lost 2 1", logOf(3, 0), "1 19 30"},
		"back, and there again":         {"3 2 3 2 1", logOf(3, 0), "1 17 20"},
		"another entry in between":      {"3 2 other 2 1", logOf(3, 0), "1 17 20"},
		"another entry than the base's": {"3 2 1", logOf(3, 2), "1 30 30"},
		"it left and came back":         {"3 none 2 1 none", logOf(3, 0), "1 18 20"},
		"it was not pinned":             {"none none", logOf(3, 0), "1 1 1"},
		"a start that the base has not": {"4 3 2 1", again, "1 1 30 30"},
	} {
		t.Run(name, func(t *testing.T) {
			g := &judgement{
				Base:         &base.Base{World: base.World{Instant: time.Date(2026, 6, 30, 12, 0, 20, 0, time.UTC)}, Repo: r},
				landingsRead: map[loggedIn]*landings{}, instants: map[string]time.Time{},
				pinned: map[pin]*pinnedState{}, fleetsRead: new(fleetVersions),
			}
			for i, what := range strings.Fields(c.pins) {
				commit := fmt.Sprint(what, "-", i)
				m := fleet.Member{Name: "east", Repository: "east", Commit: commit, State: "rotation.yaml"}
				f := &fleet.File{Spec: fleet.Spec{Members: []fleet.Member{m}}}
				known := &pinnedState{unread: "gone"}
				entries := 0
				switch what {
				case "none":
					f.Spec.Members = nil
				case "broken":
					f = nil
				case "other":
					known.now = logOf(3, 3)
				case "lost":
				default:
					_, _ = fmt.Sscan(what, &entries)
					known.now = logOf(entries, 0)
				}
				g.pinned[pin{m.Repository, m.Commit, m.State}] = known
				g.fleetsRead.all = append(g.fleetsRead.all, repo.Landing{Commit: commit})
				g.fleetsRead.files = append(g.fleetsRead.files, f)
				g.instants[commit] = time.Date(2026, 6, 20-i, 12, 0, 20, 0, time.UTC)
			}
			l, err := g.pinLandings("fleet.yaml", "east")
			if err != nil {
				t.Fatal(err)
			}
			is, why, err := g.counted(c.log, l)
			if err != nil || why != nil {
				t.Fatal(err, why)
			}
			var days []string
			for _, e := range is.Status.Log {
				at, err := time.Parse(time.RFC3339, e.At)
				if err != nil {
					t.Fatal(err)
				}
				days = append(days, fmt.Sprint(at.Day()))
			}
			if got := strings.Join(days, " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if err := state.Continues(nil, is.Status.Log); err != nil {
				t.Error(err)
			}
		})
	}
}
