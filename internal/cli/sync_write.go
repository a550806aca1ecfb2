package cli

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// replaceAll puts all files in place, or none (see [disk.Disk.WriteAll]), below the
// directory that has them all. A process that is killed between two renames leaves
// files of which each is old or new, and the next run does the rest.
func (a *app) replaceAll(all []syncFile) error {
	targets := make([]string, len(all))
	for i, f := range all {
		targets[i] = f.target
	}
	root, below, err := rootOf(targets)
	if root == nil {
		return err
	}
	defer root.Close()
	return a.replace(root, all, below)
}

// replace writes files below a root, at these paths.
func (a *app) replace(root *os.Root, files []syncFile, below []string) error {
	all := make([]disk.File, len(files))
	for i, f := range files {
		all[i] = disk.File{Path: below[i], Data: f.want, Remove: f.want == nil, Mode: f.mode, Dirs: true}
		if f.place != nil {
			all[i].Place = func(path string) error { return f.place(filepath.Join(root.Name(), path)) }
		}
	}
	w := a.files()
	w.Disk.Root = root
	return w.ReplaceAll(all, func(i int) string { return files[i].name })
}

// rootOf opens the directory that files stay below: their repository, or what they
// have in common where that is no single one. The paths from there are without
// links: what becomes a link from now on leads nowhere else. Of no files it is nil.
func rootOf(targets []string) (root *os.Root, below []string, err error) {
	if len(targets) == 0 {
		return nil, nil, nil
	}
	common, all := "", make([]string, len(targets))
	for i, target := range targets {
		dir, path, err := files.Anchor(target)
		if err != nil {
			return nil, nil, err
		}
		all[i] = filepath.Join(dir, path)
		if common == "" {
			common = dir
		}
		for _, inside := files.Below(common, all[i]); !inside; _, inside = files.Below(common, all[i]) {
			common = filepath.Dir(common)
		}
	}
	for i := range all {
		if all[i], err = filepath.Rel(common, all[i]); err != nil {
			return nil, nil, problem.CLIWrite.With(targets[i], reason(err)).Because(err)
		}
	}
	if root, err = os.OpenRoot(common); err != nil {
		return nil, nil, problem.CLIWrite.With(common, reason(err)).Because(err)
	}
	return root, all, nil
}
