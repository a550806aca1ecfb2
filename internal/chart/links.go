package chart

import (
	"io/fs"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// fenced refuses a chart, an archive or a directory, that lies outside of a boundary or in
// what Git keeps, by its path or behind links, and a directory with links that lead there:
// Helm follows them, and a template may write what they lead to into its output. Without
// a boundary everything is followed.
func fenced(chart, boundary string) error {
	if boundary == "" {
		return nil
	}
	f := fence{top: disk.Real(boundary), seen: map[string]bool{}}
	if err := f.check(chart); err != nil {
		return err
	}
	return f.walk(disk.Real(chart))
}

type fence struct {
	top  string          // without links
	seen map[string]bool // directories
}

func (f fence) walk(dir string) error {
	if f.seen[dir] {
		return nil
	}
	f.seen[dir] = true
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Type()&fs.ModeSymlink == 0 {
			return nil // Helm says what cannot be read
		}
		if err := f.check(path); err != nil {
			return err
		}
		return f.walk(disk.Real(path))
	})
}

// check is an error for what lies outside, or in .git. What is not there is none.
func (f fence) check(path string) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil
	}
	target = disk.Real(target) // absolute
	below, err := filepath.Rel(f.top, target)
	if err == nil && filepath.IsLocal(below) && !disk.InGit(f.top, target) {
		return nil
	}
	return problem.ChartLink.With(filepath.Base(path))
}
