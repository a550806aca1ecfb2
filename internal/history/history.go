// Package history compares a state file with its versions in Git.
package history

import (
	"errors"
	"fmt"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
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
	fmt.Fprintf(notes, "note: %d entries, chain holds; %d versions in Git looked at\n", len(s.Status.Log), read)
	return nil
}

// Reverted is the committed version of the state file with the highest epoch, if
// the file is behind it; nil where Git has none or cannot say.
func Reverted(statePath string, s *state.Rotation) *recovery.Reverted {
	versions, err := repo.Versions(statePath)
	if err != nil {
		return nil
	}
	return reverted(versions, statePath, s)
}

func reverted(versions []repo.Version, statePath string, s *state.Rotation) *recovery.Reverted {
	var newest *recovery.Reverted
	for _, v := range versions {
		was, err := state.ParseLegacy(statePath, v.Text)
		if err != nil || was.Metadata.Name != s.Metadata.Name || was.Status.Epoch <= s.Status.Epoch {
			continue
		}
		if newest == nil || was.Status.Epoch >= newest.Epoch {
			newest = &recovery.Reverted{Commit: v.Commit, Epoch: was.Status.Epoch, Phase: was.Status.Phase}
		}
	}
	return newest
}
