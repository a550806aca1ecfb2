package history

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Alarms says what the log and Git show that no move of this tool does: an older
// file in the place of a newer one, or else an edited log.
func Alarms(statePath string, s *state.Rotation) []string {
	versions, _ := repo.Versions(statePath) // without Git the log alone is judged
	if alarm := reverted(versions, statePath, s).Alarm(s); alarm != "" {
		return []string{alarm}
	}
	return edited(versions, statePath, s)
}

// Edited says what the log shows of edits by hand: a phase that was skipped, an
// entry that differs from the one that Git has.
func Edited(statePath string, s *state.Rotation) []string {
	versions, _ := repo.Versions(statePath)
	return edited(versions, statePath, s)
}

func edited(versions []repo.Version, statePath string, s *state.Rotation) (alarms []string) {
	if from, to, skipped := state.Skipped(s.Status.Log); skipped != "" {
		alarms = append(alarms, fmt.Sprintf("a phase was skipped: the log goes from %s to %s without %s", from, to, skipped))
	}
	for _, v := range versions {
		was, err := state.ParseLegacy(statePath, v.Text)
		if err != nil || was.Metadata.Name != s.Metadata.Name || !sameBeginning(was.Status.Log, s.Status.Log) {
			continue // another mesh, or a log that was begun anew
		}
		if err := state.Continues(was.Status.Log, s.Status.Log); err != nil {
			return append(alarms, fmt.Sprintf("the log was edited by hand since commit %s: %s", v.Commit[:12], problem.Of(err)[0].Text))
		}
	}
	return alarms
}

func sameBeginning(before, now []state.LogEntry) bool {
	return len(before) > 0 && len(now) > 0 && before[0].Digest() == now[0].Digest()
}
