package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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
	done, err := a.below(root).WriteAll(all)
	var failed *disk.FileError
	switch {
	case !errors.As(err, &failed):
		return a.written(filesIn(files), err)
	case done == 0:
		return a.written(files[failed.Index].name, failed.Err)
	}
	return problem.SyncPartly.With(reason(failed.Err), done, len(files)).In(files[failed.Index].name).Because(err)
}

// filesIn names one file, or says how many there are.
func filesIn(files []syncFile) string {
	if len(files) == 1 {
		return files[0].name
	}
	return fmt.Sprintf("each of %d files", len(files))
}
