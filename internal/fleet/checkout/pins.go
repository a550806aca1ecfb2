package checkout

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Clone opens the clone of a repository that a fleet file names. It is the directory of
// that name below clones and nothing around it.
func Clone(clones, name string) (*repo.Repo, error) {
	if clones == "" {
		return nil, problem.FleetNoClones.With(name)
	}
	dir := filepath.Join(clones, name)
	if _, err := os.Stat(filepath.Join(dir, ".git")); err != nil {
		return nil, problem.FleetNoClones.With(name).In(dir).Because(err)
	}
	r, err := repo.Open(dir)
	if err != nil {
		return nil, base.GitProblem(err)
	}
	if disk.Real(r.Top) != disk.Real(dir) {
		return nil, problem.FleetNoClones.With(name).In(dir)
	}
	return r, nil
}

// Pinned is the text of the state of a member of another repository, as its commit has it.
func Pinned(clones string, m fleet.Member) ([]byte, error) {
	if m.Commit == "" {
		return nil, problem.FleetNotPinned.With(m.Repository)
	}
	r, err := Clone(clones, m.Repository)
	if err != nil {
		return nil, err
	}
	return PinnedIn(r, m)
}

// PinnedIn is Pinned in a repository that is open already.
func PinnedIn(r *repo.Repo, m fleet.Member) ([]byte, error) {
	text, err := r.At(m.Commit, fleet.Clean(m.State), statefile.MaxSize)
	if errors.Is(err, repo.ErrMissing) {
		return nil, problem.FleetNoCommit.With(m.Commit[:12], m.State, m.Repository).Because(err)
	}
	return text, base.GitProblem(err)
}

// earlierPinned are the observations that came with earlier moves of such a member.
func earlierPinned(clones string, m fleet.Cluster) (earlier []*rotation.Observation, err error) {
	if m.Now.Status.Rotation == nil {
		return nil, nil
	}
	r, err := Clone(clones, m.Repository)
	if err != nil {
		return nil, err
	}
	names, err := r.FilesIn(m.Commit, path.Join(path.Dir(fleet.Clean(m.State)), base.EvidenceFolder))
	var problems problem.List
	problems.Add(base.GitProblem(err))
	for _, name := range names {
		if !base.IsEvidenceName(m.Now, path.Base(name)) {
			continue
		}
		text, err := r.At(m.Commit, name, base.MaxObservation)
		if err != nil {
			problems.Add(base.GitProblem(err))
			continue
		}
		o, err := rotation.ParseObservation(sink.Name(fmt.Sprint(m.Repository, ":", name)), text)
		if err == nil && o.Cluster == m.Name {
			earlier = append(earlier, o)
		}
		problems.Add(err)
	}
	return earlier, problems.Err()
}
