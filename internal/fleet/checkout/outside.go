package checkout

import (
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Writable refuses a file of a member that lies outside of the fleet's repository, by its
// own path or behind links: whoever may change the fleet file could otherwise choose what
// a command writes. Such files are read, since a repository may be checked out beside this
// one. A root that is not empty is the repository.
func (f *Fleet) Writable(root, what, path string) error {
	if root == "" {
		root = f.repository()
	}
	if _, inside := files.Below(disk.Real(root), disk.Real(f.Beside(path))); inside {
		return nil
	}
	return problem.FleetOutside.With(root, what, path).In(f.Path)
}

// repository is the repository that the fleet file is named in, or else its directory.
func (f *Fleet) repository() string {
	file, err := filepath.Abs(f.Path)
	if err != nil {
		file = f.Path
	}
	if root := disk.RepositoryOf(filepath.Dir(file)); root != "" {
		return root
	}
	return filepath.Dir(file)
}

// inside makes a move only in members whose states may be written.
func (s *starting) inside(move fleet.Move) fleet.Move {
	return func(i int, now *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
		if c := s.fleet.Clusters[i]; c.Repository != "" {
			if s.Elsewhere == nil {
				return nil, problem.FleetElsewhere.With(c.Repository)
			}
			if err := s.Elsewhere(c); err != nil {
				return nil, err
			}
			return move(i, now, e)
		}
		if err := s.fleet.Writable(s.Root, "state", s.fleet.Clusters[i].State); err != nil {
			return nil, err
		}
		return move(i, now, e)
	}
}
