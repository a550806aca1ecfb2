// Package history compares a state file with its versions in Git.
package history

import (
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// VerifyLog proves that the log only grew: since the named versions of the
// file, and since every version that Git has, also at paths where the file was before.
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
	if err := whole(statePath); err != nil {
		return err
	}
	versions, err := repo.Versions(statePath)
	if errors.Is(err, repo.ErrNone) {
		sink.Note(notes, "the Git history was not looked at: %v", err)
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
	if !errors.Is(err, repo.ErrNone) {
		moved, err := verifyMoves(statePath, s, notes)
		if err != nil {
			return err
		}
		read += moved
	}
	if err := noteAside(statePath, s, notes); err != nil {
		return err
	}
	entries := strings.Replace(problem.Counted(len(s.Status.Log), "entry"), "entrys", "entries", 1)
	sink.Note(notes, "%s, chain holds; %s in Git looked at", entries, problem.Counted(read, "version"))
	return nil
}

// whole refuses a clone that does not have every version in Git.
func whole(statePath string) error {
	r, err := repo.Open(filepath.Dir(statePath))
	if err != nil {
		return nil // not in a repository, or in a submodule: the reading of versions says so
	}
	if r.Shallow() {
		return problem.StateLogCut.With("shallow").In(statePath)
	}
	if _, err := r.Resolve("HEAD"); err != nil {
		return nil // no commit yet
	}
	lacks, err := r.Lacks("HEAD")
	if err == nil && lacks {
		return problem.StateLogCut.With("partial").In(statePath)
	}
	return err
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
			sink.Note(notes, "commit %s, on a side that a merge left behind, has log entries that this log does not have: compare them with `git show %s`", v.Commit[:12], v.Commit[:12])
		}
	}
	return err
}
