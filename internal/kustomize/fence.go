package kustomize

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// fence is a disk that ends at a folder: what lies outside of it, by its path
// or behind a symbolic link, is not there and is not even looked at. What was
// asked for out there is kept, since kustomize's own words would be others.
type fence struct {
	filesys.FileSystem
	folder  string // absolute, without symbolic links
	root    *os.Root
	refused problem.List
}

func newFence(disk filesys.FileSystem, folder string) (*fence, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, problem.OverlayNoFolder.With().Because(err)
	}
	return &fence{FileSystem: disk, folder: folder, root: root}, nil
}

// inside is an error for what lies outside, and for what is not there.
func (f *fence) inside(path string) error {
	below, err := filepath.Rel(f.folder, path)
	if err == nil && filepath.IsLocal(below) {
		_, err = f.root.Stat(below)
		if err == nil && disk.InGit(f.folder, path) {
			return f.refuse(problem.OverlayGit.With(filepath.ToSlash(below)))
		}
		// ENOTDIR: kustomize tries a path as a file and as a folder.
		if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) {
			return err
		}
	}
	return f.refuse(problem.OverlayOutside.With(filepath.ToSlash(below)))
}

// refuse keeps a problem once, and returns it.
func (f *fence) refuse(p *problem.Problem) error {
	for _, known := range f.refused {
		if known.Error() == p.Error() {
			return p
		}
	}
	f.refused = append(f.refused, p)
	return p
}

func (f *fence) Exists(path string) bool { return f.inside(path) == nil && f.FileSystem.Exists(path) }

func (f *fence) IsDir(path string) bool { return f.inside(path) == nil && f.FileSystem.IsDir(path) }

func (f *fence) Open(path string) (filesys.File, error) {
	if err := f.inside(path); err != nil {
		return nil, err
	}
	return f.FileSystem.Open(path)
}

func (f *fence) ReadFile(path string) ([]byte, error) {
	if err := f.inside(path); err != nil {
		return nil, err
	}
	return f.FileSystem.ReadFile(path)
}

func (f *fence) ReadDir(path string) ([]string, error) {
	if err := f.inside(path); err != nil {
		return nil, err
	}
	return f.FileSystem.ReadDir(path)
}

func (f *fence) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	if err := f.inside(path); err != nil {
		return "", "", err
	}
	return f.FileSystem.CleanedAbs(path)
}

func (f *fence) Walk(path string, each filepath.WalkFunc) error {
	if err := f.inside(path); err != nil {
		return err
	}
	return f.FileSystem.Walk(path, each)
}

// Glob looks at the folder in which the pattern begins to be one; files that it
// finds behind links are refused when they are read.
func (f *fence) Glob(pattern string) ([]string, error) {
	fixed := pattern
	if i := strings.IndexAny(pattern, `*?[\`); i >= 0 {
		fixed = filepath.Dir(pattern[:i] + "x")
	}
	if err := f.inside(fixed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return f.FileSystem.Glob(pattern)
}
