package cli

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// replaceAll puts all files in place, or none (see [disk.Disk.WriteAll]). A
// process that is killed between two renames leaves files of which each is old
// or new, and the next run does the rest.
func (a *app) replaceAll(files []syncFile) error { return a.replace(nil, files) }

// replace writes below a root, where there is one, by the names of the files.
func (a *app) replace(root *os.Root, files []syncFile) error {
	all := make([]disk.File, len(files))
	for i, f := range files {
		path := f.target
		if root != nil {
			path = filepath.FromSlash(f.name)
		}
		all[i] = disk.File{Path: path, Data: f.want, Remove: f.want == nil, Mode: f.mode, Dirs: true, Place: f.place}
	}
	w := a.files()
	w.Disk.Root = root
	return w.ReplaceAll(all, func(i int) string { return files[i].name })
}
