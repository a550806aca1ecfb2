// Package history compares a state file with its versions in Git.
package history

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// VerifyLog proves that the log only grew: since the named versions of the
// file, and since every version that Git has.
func VerifyLog(statePath string, bases []string, s *state.Rotation, notes io.Writer) error {
	for _, base := range bases {
		text, err := files.Read(base, statefile.MaxSize)
		if err != nil {
			return err
		}
		before, err := state.ParseLegacy(base, text)
		if err != nil {
			return err
		}
		if err := state.Continues(before.Status.Log, s.Status.Log); err != nil {
			return problem.Of(err).In(statePath + " (since " + base + ")").Err()
		}
	}
	versions, err := repo.Versions(statePath)
	if errors.Is(err, repo.ErrNone) {
		fmt.Fprintf(notes, "note: the Git history was not looked at: %v\n", err)
	} else if err != nil {
		return repo.ExplainSubmodule(err)
	}
	read := 0
	for _, v := range versions {
		before, err := state.ParseLegacy(statePath, v.Text)
		if err != nil {
			continue // a version from before this file was a state, or a broken one that was mended
		}
		read++
		if err := state.Continues(before.Status.Log, s.Status.Log); err != nil {
			return problem.Of(err).In(statePath + " (since commit " + v.Commit[:12] + ")").Err()
		}
	}
	if r, err := repo.Open(filepath.Dir(statePath)); err == nil && r.Shallow() {
		return problem.StateLogCut.With().In(statePath)
	}
	if err := noteAside(statePath, s, notes); err != nil {
		return err
	}
	entries := strings.Replace(problem.Counted(len(s.Status.Log), "entry"), "entrys", "entries", 1)
	fmt.Fprintf(notes, "note: %s, chain holds; %s in Git looked at\n", entries, problem.Counted(read, "version"))
	return nil
}

// noteAside names versions on merged side branches whose entries the log does not have:
// an abandoned draft, or the log before a merge that took the other side. Git does not
// say which of both it was.
func noteAside(statePath string, s *state.Rotation, notes io.Writer) error {
	versions, err := repo.AsideVersions(statePath)
	if errors.Is(err, repo.ErrNone) {
		return nil
	}
	for _, v := range versions {
		before, parsed := state.ParseLegacy(statePath, v.Text)
		if parsed == nil && state.Continues(before.Status.Log, s.Status.Log) != nil {
			fmt.Fprintf(notes, "note: commit %s, on a side that a merge left behind, has log entries that this log does not have: compare them with `git show %s`\n", v.Commit[:12], v.Commit[:12])
		}
	}
	return err
}
