package outputs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// checkNamesakes refuses to remove a stale file where another state of the
// repository has the same name, or where a file that cannot be read may be one:
// the stale file may be its output. A state file can have any name, and its head
// may stand anywhere in it.
func (c *Job) checkNamesakes(stale File) error {
	return filepath.WalkDir(c.Place.Root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return problem.SyncUnsure.With(files.Reason(err), stale.Name).In(c.Place.nameOf(file)).Because(err)
		case d.IsDir() && file != c.Place.Root && (d.Name() == gitName || isRepository(file)):
			return fs.SkipDir
		case !d.Type().IsRegular() || file == c.Place.File:
			return nil
		}
		return c.checkNamesake(file, stale)
	})
}

// checkNamesake judges one file. What is larger than a state may be is none.
func (c *Job) checkNamesake(file string, stale File) error {
	name := c.Place.nameOf(file)
	info, err := os.Stat(file)
	if err == nil && info.Size() > statefile.MaxSize {
		return nil
	}
	text, err := files.Read(file, statefile.MaxSize)
	if err != nil {
		return problem.SyncUnsure.With(problem.Of(err)[0].Text, stale.Name).In(name).Because(err)
	}
	names, err := state.Names(text)
	if slices.Contains(names, c.State.Metadata.Name) {
		return problem.SyncTwoStates.With(name, stale.Name).In(c.StatePath).On("metadata.name")
	}
	if err != nil && mayBeState(file) {
		return problem.SyncUnsure.With(problem.Of(err)[0].Text, stale.Name).In(name).Because(err)
	}
	return nil
}

// mayBeState reports whether a file that is not YAML may be a damaged state: a
// page or a program that quotes one is not.
func mayBeState(file string) bool {
	return files.IsYAML(file) || filepath.Ext(file) == ".json" || filepath.Ext(file) == ""
}
