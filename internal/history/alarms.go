package history

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// version is a version of the state in Git; name is its path then.
type version struct {
	commit, name string
	state        *state.Rotation
}

// Alarms are those of the log and of Git ([recovery.Facts.LogAlarms]).
func Alarms(statePath string, s *state.Rotation) []string {
	f := recovery.Facts{State: s}
	f.Reverted, f.Edited, _ = Look(statePath, s)
	return f.LogAlarms()
}

// Look reads what Git has of a state: the version with the highest epoch, if the file
// is behind it, nil if not; and what the log shows of edits by hand, a phase that was
// skipped or an entry that differs from the one in Git. If Git cannot be asked, the log
// alone is judged; err says why.
func Look(statePath string, s *state.Rotation) (reverted *recovery.Reverted, edited []string, err error) {
	past, name, err := versions(statePath, s)
	if r, wrong := repo.Open(filepath.Dir(statePath)); err == nil && wrong == nil && r.Shallow() {
		err = errCut
	}
	return newer(past, name, s), edits(past, s), err
}

// errCut is why the history of a shallow clone says too little.
var errCut = errors.New("this clone is shallow, versions before its end are missing (`git fetch --unshallow` fetches them)")

// Unedited is the newest commit whose version of a state file shows no edit by hand
// against the versions before it; "" if there is none.
func Unedited(statePath string, s *state.Rotation) string {
	past, name, _ := versions(statePath, s)
	for i := len(past) - 1; i >= 0 && past[i].name == name; i-- {
		if len(edits(past[:i], past[i].state)) == 0 {
			return past[i].commit
		}
	}
	return ""
}

// WithReadable adds to the error of a state file that cannot be read the command that
// brings back the newest version in Git that can.
func WithReadable(statePath string, err error) error {
	past, _ := repo.Versions(statePath)
	if _, wrong := statefile.Load(statePath); wrong == nil {
		return err
	}
	for i := len(past) - 1; i >= 0; i-- {
		if _, wrong := state.Parse(statePath, past[i].Text); wrong == nil {
			problems := problem.Of(err)
			problems[0].Hint("if nobody meant the change, `git checkout %s -- %s` brings back the newest version that can be read", past[i].Commit, delivery.Quoted(statePath))
			return problems.Err()
		}
	}
	return err
}

// versions are those of the state with a name, oldest first, and its path now; others are
// of another mesh, or cannot be read.
func versions(statePath string, s *state.Rotation) (past []version, name string, err error) {
	all, err := Versions(statePath, s)
	for _, v := range all {
		name = v.Name
		if was, err := state.ParseLegacy(statePath, v.Text); err == nil && was.Metadata.Name == s.Metadata.Name {
			past = append(past, version{v.Commit, v.Name, was})
		}
	}
	return past, name, err
}

func newer(past []version, name string, s *state.Rotation) (newest *recovery.Reverted) {
	for _, v := range past {
		at := v.state.Status
		if at.Epoch > s.Status.Epoch && (newest == nil || at.Epoch >= newest.Epoch) {
			newest = &recovery.Reverted{Commit: v.commit, Epoch: at.Epoch, Phase: at.Phase}
			if v.name != name {
				newest.Name = v.name
			}
		}
	}
	return newest
}

func edits(past []version, s *state.Rotation) (alarms []string) {
	if from, to, skipped := state.Skipped(s.Status.Log); skipped != "" {
		alarms = append(alarms, fmt.Sprintf("a phase was skipped: the log goes from %s to %s without %s", from, to, skipped))
	}
	for _, v := range past {
		before := v.state.Status.Log
		if !sameBeginning(before, s.Status.Log) {
			continue // a log that was begun anew
		}
		if err := state.Continues(before, s.Status.Log); err != nil {
			return append(alarms, fmt.Sprintf("the log was edited by hand since commit %s: %s", v.commit[:12], problem.Of(err)[0].Text))
		}
	}
	return alarms
}

func sameBeginning(before, now []state.LogEntry) bool {
	return len(before) > 0 && len(now) > 0 && before[0].Digest() == now[0].Digest()
}
