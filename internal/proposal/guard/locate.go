package guard

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// locate finds the repository and the state's name in it without following
// anything of the checkout: the change that is judged may have put a link, or
// a submodule with a repository of its own, in the state's place.
func locate(w base.World, q Request) (*base.Base, error) {
	b := &base.Base{World: w, StatePath: q.StatePath, Signers: q.Signers, Clones: q.Clones}
	full, err := filepath.Abs(q.StatePath)
	if err != nil {
		return nil, files.Unread(q.StatePath, err)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return nil, files.Unread(".", err)
	}
	top := topOf(full, here)
	if top == "" {
		return nil, problem.PRNoRepository.With().In(q.StatePath)
	}
	return b, b.OpenAt(top, full)
}

// lookAround chooses the base: a merge queue's, the one that is asked for, the CI's,
// or the remote's default.
func lookAround(b *base.Base, remote, branch string) error {
	likely := branch
	for _, name := range baseVariables {
		likely = cmp.Or(likely, b.Getenv(name))
	}
	if err := b.Remotes(remote, likely, true); err != nil {
		return err
	}
	is, err := queued(b, branch)
	if err != nil {
		return err
	}
	if !is {
		if err := b.Choose(likely); err != nil {
			return err
		}
	}
	return b.Fetch()
}

// gitName is the folder of a repository, or in a worktree the file that names it.
const gitName = ".git"

// topOf is the repository that holds a path: the one that the command runs in,
// or else the outermost. A submodule is none: the change could have put it there.
func topOf(full, here string) (top string) {
	for dir := filepath.Dir(full); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, gitName)); err == nil && !isSubmodule(dir) {
			top = dir
			if below, err := filepath.Rel(dir, here); err == nil && filepath.IsLocal(below) {
				return dir
			}
		}
		if dir == filepath.Dir(dir) {
			return top
		}
	}
}

// isSubmodule reports whether a directory is the checkout of a submodule: its
// .git is a file that names a directory in the superproject's.
func isSubmodule(dir string) bool {
	f, err := os.Open(filepath.Join(dir, gitName))
	if err != nil {
		return false
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, outputs.HeadSize)) // a directory has none
	return strings.Contains(filepath.ToSlash(string(head)), gitName+"/modules/")
}
