package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// gitName is the folder of a repository, or in a worktree the file that names it.
const gitName = ".git"

// place is where a state file lies: its folder, its repository, itself; all
// absolute and without symbolic links.
type place struct{ folder, root, file string }

func placeOf(statePath string) (place, error) {
	full, err := filepath.Abs(statePath)
	if err == nil {
		full, err = filepath.EvalSymlinks(full)
	}
	if err != nil {
		return place{}, problem.CLIRead.With(reason(err)).In(statePath).Because(err)
	}
	p := place{folder: filepath.Dir(full), file: full}
	p.root = p.folder
	for above := p.folder; ; above = filepath.Dir(above) {
		if _, err := os.Lstat(filepath.Join(above, gitName)); err == nil {
			p.root = above
			return p, nil
		}
		if above == filepath.Dir(above) {
			return p, nil // no repository: the state's folder it is
		}
	}
}

// at is a path of the state, links not followed.
func (p place) at(path string) string { return filepath.Join(p.folder, filepath.FromSlash(path)) }

// resolve gives the place that a path of the state leads to, symbolic links
// followed as far as there is something, and its name in the repository. What
// leaves the repository, and what lies in Git's folder, is refused.
func (p place) resolve(path string) (target, name string, err error) {
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
		return "", "", problem.CLIRead.With(reason(err)).Because(err)
	}
	target = filepath.Join(real, rest)
	below, err := filepath.Rel(p.root, target)
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
func (p place) yamlFiles(f func(file string)) error {
	return filepath.WalkDir(p.root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist):
			return fs.SkipDir
		case err != nil:
			return problem.CLIRead.With(reason(err)).In(file).Because(err)
		case d.IsDir() && file != p.root && (d.Name() == gitName || isRepository(file)):
			return fs.SkipDir
		case d.Type().IsRegular() && isYAML(d.Name()):
			f(file)
		}
		return nil
	})
}

func isRepository(folder string) bool {
	_, err := os.Lstat(filepath.Join(folder, gitName))
	return err == nil
}
