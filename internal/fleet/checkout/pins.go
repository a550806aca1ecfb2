package checkout

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

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

// Clones are the clones of the other repositories of a fleet. Each is opened once, and a
// state at a commit read once, which cannot change.
type Clones struct {
	dir    string
	opened sync.Map // *clone by name
	texts  sync.Map // []byte by pin
}

// NewClones are those below a directory; "" is none.
func NewClones(dir string) *Clones { return &Clones{dir: dir} }

type clone struct {
	once sync.Once
	repo *repo.Repo
	err  error
}

// pin is where the state of a member is read.
type pin struct{ repository, commit, state string }

// Open is [Clone], once for each name.
func (c *Clones) Open(name string) (*repo.Repo, error) {
	found, _ := c.opened.LoadOrStore(name, new(clone))
	one := found.(*clone)
	one.once.Do(func() { one.repo, one.err = Clone(c.dir, name) })
	return one.repo, one.err
}

// Pinned is the text of the state of a member of another repository, as its commit has it.
func (c *Clones) Pinned(m fleet.Member) ([]byte, error) {
	if m.Commit == "" {
		return nil, problem.FleetNotPinned.With(m.Repository)
	}
	at := pin{m.Repository, m.Commit, fleet.Clean(m.State)}
	if text, known := c.texts.Load(at); known {
		return text.([]byte), nil
	}
	r, err := c.Open(m.Repository)
	if err != nil {
		return nil, err
	}
	text, err := PinnedIn(r, m)
	if err == nil {
		c.texts.Store(at, text)
	}
	return text, err
}

// PinnedIn is Pinned in a repository that is open already.
func PinnedIn(r *repo.Repo, m fleet.Member) ([]byte, error) {
	text, err := r.At(m.Commit, fleet.Clean(m.State), statefile.MaxSize)
	if errors.Is(err, repo.ErrMissing) {
		return nil, problem.FleetNoCommit.With(m.Commit[:12], m.State, m.Repository).Because(err)
	}
	return text, base.GitProblem(err)
}

// Unmerged reports whether a commit is known not to be on the default branch of a
// repository: somebody may have pushed it there, and nobody reviewed it yet.
func (c *Clones) Unmerged(repository, commit string) bool {
	r, err := c.Open(repository)
	if err != nil || !r.Has(commit) {
		return false
	}
	branch := r.KnownDefault("origin")
	return branch != "" && r.Has(branch) && !r.Contains(branch, commit)
}

// Kept is an observation in evidence/ beside the state of a member of another repository,
// as a commit has it. Where it cannot be read, Observation is nil and Unread says why.
type Kept struct {
	Name        string
	Text        []byte
	Observation *rotation.Observation
	Unread      error
}

// KeptIn are the observations that came with earlier moves of such a member, at its commit:
// of its cluster and of those that its state has links to. Every command and the guard
// read them here. More than so many are an error; 0 is no limit.
func KeptIn(r *repo.Repo, c fleet.Cluster, most int) (kept []Kept, err error) {
	names, err := r.FilesIn(c.Commit, path.Join(path.Dir(fleet.Clean(c.State)), base.EvidenceFolder))
	if err != nil {
		return nil, base.GitProblem(err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !base.IsEvidenceName(c.Now.Metadata.Name, path.Base(name)) })
	if most > 0 && len(names) > most {
		return nil, problem.PRGuardUnreadable.With("change", fmt.Sprintf("%d observations, and at most %d are judged", len(names), most))
	}
	for _, name := range names {
		k := Kept{Name: name}
		if k.Text, err = r.At(c.Commit, name, base.MaxObservation); err != nil {
			return nil, base.GitProblem(err)
		}
		k.Observation, k.Unread = rotation.ParseObservation(sink.Name(fmt.Sprint(c.Repository, ":", name)), k.Text)
		if k.Observation == nil || c.Now.Knows(k.Observation.Cluster) {
			kept = append(kept, k)
		}
	}
	return kept, nil
}

// earlier are what KeptIn has, each of which has to be readable.
func (c *Clones) earlier(m fleet.Cluster) (earlier []*rotation.Observation, err error) {
	r, err := c.Open(m.Repository)
	if err != nil {
		return nil, err
	}
	kept, err := KeptIn(r, m, 0)
	var problems problem.List
	problems.Add(err)
	for _, k := range kept {
		if problems.Add(k.Unread); k.Unread == nil {
			earlier = append(earlier, k.Observation)
		}
	}
	return earlier, problems.Err()
}
