package chart

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// fenced refuses a chart's folder with links that lead out of the repository, or of the
// folder where there is none, or to what Git keeps: Helm follows them, and a template
// may write what they lead to into its output.
func fenced(folder string) error {
	root := disk.Real(folder)
	f := fence{top: root, seen: map[string]bool{}}
	for dir := root; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			f.top = dir
			break
		}
	}
	return f.walk(root)
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
		target, err := filepath.EvalSymlinks(path)
		if err != nil {
			return nil
		}
		below, err := filepath.Rel(f.top, target)
		if err != nil || !filepath.IsLocal(below) || disk.InGit(f.top, target) {
			name, _ := filepath.Rel(f.top, path)
			return problem.ChartLink.With(filepath.ToSlash(name))
		}
		return f.walk(target)
	})
}
