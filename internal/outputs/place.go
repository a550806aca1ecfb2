package outputs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// gitName is the folder of a repository, or in a worktree the file that names it.
const gitName = ".git"

// Place is where a state file lies: its folder, its repository, itself; all
// absolute and without symbolic links.
type Place struct {
	Directory string
	// Root is the repository's, or Directory where there is none.
	Root string
	File string
}

// PlaceOf finds where a state file lies.
func PlaceOf(statePath string) (Place, error) {
	full, err := filepath.Abs(statePath)
	if err == nil {
		full, err = filepath.EvalSymlinks(full)
	}
	if err != nil {
		return Place{}, files.Unread(statePath, err)
	}
	p := Place{Directory: filepath.Dir(full), File: full}
	p.Root = p.Directory
	for above := p.Directory; ; above = filepath.Dir(above) {
		if _, err := os.Lstat(filepath.Join(above, gitName)); err == nil {
			p.Root = above
			return p, nil
		}
		if above == filepath.Dir(above) {
			return p, nil // no repository: the state's folder it is
		}
	}
}

// at is a path of the state, links not followed.
func (p Place) at(path string) string { return filepath.Join(p.Directory, filepath.FromSlash(path)) }

// resolve gives the place that a path of the state leads to, symbolic links
// followed as far as there is something, and its name in the repository. What
// leaves the repository, and what lies in Git's folder, is refused.
func (p Place) resolve(path string) (target, name string, err error) {
	full := p.at(path)
	there, rest := full, ""
	for {
		if _, err := os.Lstat(there); err == nil || there == filepath.Dir(there) {
			break
		}
		there, rest = filepath.Dir(there), filepath.Join(filepath.Base(there), rest)
	}
	real, err := filepath.EvalSymlinks(there) // fails on a link to nowhere
	if err != nil {
		return "", "", problem.CLIRead.With(files.Reason(err)).Because(err)
	}
	target = filepath.Join(real, rest)
	below, err := filepath.Rel(p.Root, target)
	if err != nil || !filepath.IsLocal(below) {
		return "", "", problem.SyncLeaves.With(path)
	}
	name = filepath.ToSlash(below)
	if why := state.ProtectedPath(name); why != "" {
		return "", "", problem.SyncProtected.With(path, why)
	}
	return target, name, nil
}

// yamlFiles calls f for the YAML files of the repository, in the order of their
// names. Links, other repositories inside of this one and folders that may not
// be read are passed over.
func (p Place) yamlFiles(f func(file string)) error {
	return filepath.WalkDir(p.Root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist):
			return fs.SkipDir
		case err != nil:
			return files.Unread(file, err)
		case d.IsDir() && file != p.Root && (d.Name() == gitName || isRepository(file)):
			return fs.SkipDir
		case d.Type().IsRegular() && files.IsYAML(d.Name()):
			f(file)
		}
		return nil
	})
}

func isRepository(folder string) bool {
	_, err := os.Lstat(filepath.Join(folder, gitName))
	return err == nil
}
