package files

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// CheckPlace refuses to write a file that a flag names where it would mean
// something to Git or to CI, where it is a link, or where links lead it out of
// the repository that it is named in. Whoever may commit links could otherwise
// choose what the command writes.
func CheckPlace(file string) error { return checkPlace(file, state.ProtectedPath) }

// CheckLinks is CheckPlace for a file that may have a name that means something to
// other tools than Git.
func CheckLinks(file string) error { return checkPlace(file, state.GitPath) }

func checkPlace(file string, protected func(name string) string) error {
	if info, err := os.Lstat(file); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return problem.CLIPlace.With("a symbolic link").In(file)
	}
	root, below, err := Anchor(file)
	if err != nil {
		return err
	}
	real := filepath.Join(root, below)
	if root := disk.RepositoryOf(filepath.Dir(real)); root != "" {
		name, _ := Below(root, real)
		if why := protected(name); why != "" {
			return problem.CLIPlace.With(why).In(file)
		}
	}
	return nil
}

// MayReplace refuses a file that a flag or another file names, to be written, where
// [CheckLinks] does, and one that exists and is not what an earlier call wrote there, by
// its first bytes.
func MayReplace(path string, isOurs func(head []byte) bool, otherwise *problem.Problem) error {
	if err := CheckLinks(path); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode().IsRegular() && info.Size() == 0 {
		return nil // writing says what is wrong
	}
	if !info.Mode().IsRegular() {
		return otherwise.In(path)
	}
	head, err := Head(path, maxHead)
	if err != nil {
		return Unread(path, err)
	}
	if !isOurs(head) {
		return otherwise.In(path)
	}
	return nil
}

// maxHead is how much of a file says what it is, in bytes: the kind of an observation
// stands behind its bundles and endpoints.
const maxHead = 16 << 20

// MayWrite is CheckPlace and MayReplaceKind; "" is stdout.
func MayWrite(path, kind string) error {
	if path == "" {
		return nil
	}
	return cmp.Or(CheckPlace(path), MayReplaceKind(path, kind))
}

// MayReplaceKind is MayReplace for a document of ours, in YAML or JSON.
func MayReplaceKind(path, kind string) error {
	return MayReplace(path, func(text []byte) bool { return OfKind(text, kind) }, problem.CLINotKind.With(kind))
}

// kinds are the lines of YAML and the members of JSON that name one.
var kinds = lazy.New(`(?m)(?:^|[{,]\s*)"?kind"?:[ \t]*"?(\w+)`)

// OfKind tells whether a text says that it is of a kind, also where it is damaged.
func OfKind(text []byte, kind string) bool {
	return slices.ContainsFunc(kinds.Regexp().FindAllSubmatch(text, -1), func(found [][]byte) bool { return string(found[1]) == kind })
}

// OnlyOfKind reports whether a text says that it is of a kind, and of no other.
func OnlyOfKind(text []byte, kind string) bool {
	found := kinds.Regexp().FindAllSubmatch(text, -1)
	return len(found) > 0 && !slices.ContainsFunc(found, func(f [][]byte) bool { return string(f[1]) != kind })
}

// Anchor returns the directory that a file stays below when it is written, and its
// path from there, links among its directories followed: the repository that it is
// named in, or else the one that has it, or else the nearest directory that exists. Links
// that lead out of the repository that it is named in are an error.
func Anchor(file string) (root, below string, err error) {
	full, err := filepath.Abs(file)
	if err != nil {
		return "", "", Unread(file, err)
	}
	named := filepath.Dir(full)
	dir := disk.Real(named)
	root = disk.RepositoryOf(named)
	if root == "" {
		root = disk.RepositoryOf(dir)
	}
	if root == "" {
		root = nearest(dir)
	}
	root = disk.Real(root)
	below, inside := Below(root, filepath.Join(dir, filepath.Base(full)))
	if !inside {
		return "", "", problem.CLIPlace.With("out of its repository, behind a symbolic link").In(file)
	}
	return root, filepath.FromSlash(below), nil
}

// OpenAnchor opens the directory of [Anchor].
func OpenAnchor(file string) (root *os.Root, below string, err error) {
	dir, below, err := Anchor(file)
	if err != nil {
		return nil, "", err
	}
	if root, err = os.OpenRoot(dir); err != nil {
		return nil, "", problem.CLIWrite.With(dir, Reason(err)).Because(err)
	}
	return root, below, nil
}

// nearest is the directory itself, or the nearest one upward that exists.
func nearest(dir string) string {
	for !IsDir(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	return dir
}

// LeavesRepository reports whether links lead a path out of the repository in
// which it is named: a branch that somebody checks out may bring such links.
func LeavesRepository(path string) bool {
	full, err := filepath.Abs(path)
	if err != nil {
		return true
	}
	root := disk.RepositoryOf(filepath.Dir(full))
	if root == "" {
		return false
	}
	_, inside := Below(disk.Real(root), disk.Real(full))
	return !inside
}

// BoundaryOf a directory that is there is the repository that it is in, or where there is
// none the directory itself, links followed.
func BoundaryOf(dir string) string {
	real := disk.Real(dir)
	return cmp.Or(disk.RepositoryOf(real), real)
}
