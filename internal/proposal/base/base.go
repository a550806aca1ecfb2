package base

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Base is one call's look at a repository: its base branch as the remote has it,
// and the state there.
type Base struct {
	World
	Repo *repo.Repo
	// StatePath is how the user names the state file, State its name in the repository.
	StatePath, State string
	// Signers lists the keys whose commits are taken over: a path relative to the state.
	Signers string
	// Clones is the folder with the clones of a fleet's other repositories, if there is one.
	Clones string
	// Remote is where branches are; Branch and Tip are the one that changes go to,
	// and its commit.
	Remote   string
	Branches repo.Branches
	ofGit    [][2]string // the files and folders that git goes by, as in Named
	Branch   string
	Tip      string
	// Text and Now are the state at the tip; nil where it has none.
	Text []byte
	Now  *state.Rotation
	// Root is the folder that the repository's files are looked at in.
	Root string
}

// OpenAt opens the repository with a top directory; full is the state file below that, as
// its path is written.
func (b *Base) OpenAt(top, full string) (err error) {
	if b.Repo, err = repo.Open(top); err != nil {
		return GitProblem(err)
	}
	below, err := filepath.Rel(top, full)
	if err != nil || !filepath.IsLocal(below) {
		return problem.PRNoRepository.With().In(b.StatePath)
	}
	b.State = filepath.ToSlash(below)
	return nil
}

// Path is a file of the repository where this call looks at it.
func (b *Base) Path(name string) string { return filepath.Join(b.Root, filepath.FromSlash(name)) }

// Beside is the name, in the repository, of a path relative to the state file.
func (b *Base) Beside(path string) string {
	return filepath.ToSlash(filepath.Join(filepath.Dir(filepath.FromSlash(b.State)), filepath.FromSlash(path)))
}

// InRepository is the name of a file that is named by its place below the root.
func (b *Base) InRepository(file string) string {
	if b.Root == "" {
		return file
	}
	return filepath.ToSlash(strings.TrimPrefix(file, b.Root+string(os.PathSeparator)))
}

// Told names files by their place in the repository: the tree that a call
// works in is nobody's.
func (b *Base) Told(err error) error {
	if err == nil {
		return nil
	}
	problems := problem.Of(err)
	for _, p := range problems {
		p.File = b.InRepository(p.File)
	}
	return problems.Err()
}

// SignersFile is the name of that list in the repository.
func (b *Base) SignersFile() string { return b.Beside(b.Signers) }

// Mark is how a comment of this tool is found again.
func (b *Base) Mark(what string) string {
	return "<!-- l5d-pki-render " + what + " " + b.State + " -->"
}
