package history

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Versions lists the versions of a state in Git, oldest first: at its path, and, where the
// commit that brought it there took the same state away elsewhere, those at that path
// before. A state that moves in more than one commit is followed by [VerifyLog] alone,
// which reads the whole history.
func Versions(statePath string, s *state.Rotation) (found []repo.Past, err error) {
	r, name, err := repo.Located(statePath)
	if err != nil {
		return nil, err
	}
	for revision := "HEAD"; ; {
		all, err := r.VersionsAt(revision, name)
		if err != nil || len(all) == 0 {
			return found, err
		}
		var here []repo.Past
		for _, v := range all {
			here = append(here, repo.Past{Commit: v.Commit, Name: name, Text: v.Text})
		}
		found = slices.Concat(here, found)
		from, err := cameFrom(r, all[0].Commit, s)
		if from == nil || err != nil {
			return found, err
		}
		revision, name = from.Commit, from.Name
	}
}

// cameFrom is the state as a parent of a commit has it, at a path that the commit took it
// from; nil if it took it from none.
func cameFrom(r *repo.Repo, commit string, s *state.Rotation) (from *repo.Past, err error) {
	same := false
	err = r.Removed(commit, statefile.MaxSize, func(p repo.Past) {
		was, err := state.ParseLegacy("", p.Text)
		switch {
		case err != nil || same:
		case sameBeginning(was.Status.Log, s.Status.Log):
			from, same = &p, true
		case was.Metadata.Name == s.Metadata.Name && from == nil:
			from = &p
		}
	})
	return from, err
}
