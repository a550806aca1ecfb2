package argocd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// checkout is the copy of a repository that Argo CD's plugin server made, and the
// application's folder in it. It need not have .git to find the root by: the server
// runs us in the application's folder and tells its path.
type checkout struct {
	root string // absolute
	app  string // the application's folder, relative to root
	here string // the same, relative to the working folder
	keys string // a folder outside that may hold keys; "" none may
}

// newCheckout works out the root from the working folder and the application's path
// in the repository. Three cases:
//
//	working folder       path            root
//	/w/apps/linkerd      apps/linkerd    /w        the server's rule
//	/w/linkerd           apps/linkerd    /w        a part of the repository was copied
//	/w                   apps/linkerd    /w        where apps/linkerd is there
//
// Without a path the working folder is the root. Links that led a shell there do not
// count: the folder's own place says what lies above it.
func newCheckout(cwd, path, keys string) checkout {
	cwd = disk.Real(cwd)
	source := steps(path)
	if below := filepath.Join(source...); len(source) > 0 && !endsIn(cwd, source) && files.IsDir(filepath.Join(cwd, below)) {
		return checkout{root: cwd, app: below, here: below, keys: keys}
	}
	root, app := cwd, "."
	for i := len(source) - 1; i >= 0 && filepath.Base(root) == source[i] && filepath.Dir(root) != root; i-- {
		root, app = filepath.Dir(root), filepath.Join(source[i], app)
	}
	return checkout{root: root, app: app, here: ".", keys: keys}
}

// steps of a path in a repository; one that leads out of it has none.
func steps(path string) []string {
	path = filepath.Clean(filepath.FromSlash(path))
	if path == "." || !filepath.IsLocal(path) {
		return nil
	}
	return strings.Split(path, string(filepath.Separator))
}

func endsIn(folder string, source []string) bool {
	have := strings.Split(folder, string(filepath.Separator))
	return len(have) > len(source) && slices.Equal(have[len(have)-len(source):], source)
}

// file holds a path, relative to the application's folder, against the
// repository, symbolic links followed, and gives it relative to the working
// folder. What is not there is no error yet.
func (t checkout) file(path string) (string, error) {
	if filepath.IsAbs(path) || strings.HasPrefix(path, "/") {
		return "", problem.ArgoCDLeaves.With("it is absolute").In(path)
	}
	below := filepath.Join(t.app, filepath.FromSlash(path))
	if !filepath.IsLocal(below) {
		return "", problem.ArgoCDLeaves.With("it leads out of the repository").In(path)
	}
	return filepath.Join(t.here, filepath.FromSlash(path)), t.inside(below, path)
}

// inside follows the links of a path relative to the root; shown is what people
// call it. Absolute links count as leading out, as they do in Argo CD itself.
func (t checkout) inside(below, shown string) error {
	root, err := os.OpenRoot(t.root)
	if err != nil {
		return files.Unread(shown, err)
	}
	defer root.Close()
	_, err = root.Stat(below)
	// The server sends .git where its exclusions (reposerver.plugin.tar.exclusions) are empty.
	if err == nil && disk.InGit(t.root, filepath.Join(t.root, below)) {
		return problem.ArgoCDLeaves.With("it is in .git, which may hold credentials of the repository").In(shown)
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) {
		return nil // whoever reads it will say so
	}
	return problem.ArgoCDLeaves.With("a symbolic link on its way leads out of the repository, or is absolute").In(shown).Because(err)
}

// folder is file for a folder and everything in it: no link below it leads out.
func (t checkout) folder(path string) (string, error) {
	from, err := t.file(path)
	if err != nil {
		return "", err
	}
	err = t.links(filepath.Join(t.app, filepath.FromSlash(path)), map[string]bool{})
	return from, err
}

// links follows the links in a folder, and in the folders that they lead to.
func (t checkout) links(below string, seen map[string]bool) error {
	if real, err := filepath.EvalSymlinks(filepath.Join(t.root, below)); err != nil || seen[real] {
		return nil // not there: its reader says so
	} else {
		seen[real] = true
	}
	entries, err := os.ReadDir(filepath.Join(t.root, below))
	if err != nil {
		return nil // a file, then
	}
	for _, entry := range entries {
		if disk.NamesGit(entry.Name()) {
			continue // nothing reads it
		}
		path := filepath.Join(below, entry.Name())
		if entry.Type()&fs.ModeSymlink != 0 {
			if err := t.inside(path, filepath.ToSlash(path)); err != nil {
				return err
			}
		}
		if entry.IsDir() || entry.Type()&fs.ModeSymlink != 0 {
			if err := t.links(path, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// key holds the path of a key, as the state has it, against the repository and
// the folder for keys.
func (t checkout) key(statePath, path string) error {
	if !filepath.IsAbs(path) {
		below, err := filepath.Rel(t.here, filepath.Join(filepath.Dir(statePath), filepath.FromSlash(path)))
		if err != nil {
			return problem.ArgoCDLeaves.With("it leads out of the repository").In(path)
		}
		_, err = t.file(below)
		return err
	}
	if below, err := filepath.Rel(t.keys, path); t.keys != "" && err == nil && filepath.IsLocal(below) {
		return nil
	}
	return problem.ArgoCDKeyFolder.With().In(path)
}
