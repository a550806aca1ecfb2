package cli

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
)

// observationAt commits an observation of the state at main, as of an instant, beside
// the state in a job, and returns its file.
func (l *prLand) observationAt(dir string, at time.Time) string {
	l.t.Helper()
	text, err := os.ReadFile(l.observation())
	if err != nil {
		l.t.Fatal(err)
	}
	name := path.Join(path.Dir(l.state), base.EvidenceFolder, "prod-argocd-prod-argocd-"+at.Format("20060102T150405Z")+".yaml")
	l.edit(dir, name, func(string) string {
		return strings.Replace(string(text), "2026-06-01T12:30:00Z", at.Format(time.RFC3339), 1)
	})
	return filepath.Join(dir, filepath.FromSlash(name))
}

// TestGuardLandedEvidence: an observation from before the merge of a phase does not
// count for it, whatever instants the authors of the log wrote: of the entry that was
// merged later, or of the new one.
func TestGuardLandedEvidence(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"hours after it was made": 3 * time.Hour, "in the very second": 0} {
		l := land(t)
		l.commitTo("main", func(dir string) {
			gitIn(t, dir, "checkout", "-q", "-b", "move")
			l.moves(dir, "start anchor")
			landAt(t, dir, "merge", "move", l.at.Add(after))
		})
		made := l.at
		landed := made.Add(after)
		for what, c := range map[string]struct {
			head, seen time.Time
			want       []string
		}{
			"seen later":                        {landed.Add(time.Hour), landed.Add(time.Minute), nil},
			"seen when it was merged":           {landed.Add(time.Hour), landed, nil},
			"dated and seen when it was merged": {landed, landed, nil},
			"seen by a clock behind":            {landed.Add(time.Hour), latest(made, landed.Add(-20*time.Second)), nil},
			"seen when it was made":             {landed.Add(time.Hour), made, []string{"rotation-unmet"}},
			"dated as the entry before":         {made, made, []string{"guard-log-at"}},
			"seen right before the merge":       {landed.Add(time.Hour), landed.Add(-21 * time.Second), []string{"rotation-unmet"}},
		} {
			if after == 0 && c.want != nil { // then it was made when it was merged
				if c.seen.Before(made) {
					continue // advance itself refuses it
				}
				c.want = nil
			}
			t.Run(name+", "+what, func(t *testing.T) {
				dir := l.job("main", func(dir string) {
					file := l.observationAt(dir, c.seen)
					l.at = c.head.Add(-25 * time.Hour) // moves adds it
					l.moves(dir, "advance --evidence "+file)
					l.squashed(dir, "origin/main")
				})
				l.at = landed.Add(30 * 24 * time.Hour)
				if _, codes, out := l.guarded(dir); !slices.Equal(codes, c.want) {
					t.Errorf("found %v, want %v: %s", codes, c.want, out)
				}
			})
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
