package outputs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// namedByStates are the files that a state of the repository reads: none of them is
// removed, whatever its first line is. It refuses to remove a stale file where another
// state has the same name, or where a file that cannot be read may be one: the stale file
// may be its output. A state file can have any name, and its head may stand anywhere in it.
func (c *Job) namedByStates(stale File) (map[string]bool, error) {
	named := map[string]bool{}
	addNamed(named, c.Place.File, c.State)
	return named, filepath.WalkDir(c.Place.Root, func(file string, d fs.DirEntry, err error) error {
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
		return c.checkNamesake(file, stale, named)
	})
}

// addNamed adds what a state reads: keys, the certificate that seals them, linked
// clusters and values.
func addNamed(named map[string]bool, file string, s *state.Rotation) {
	paths := append(keyfile.Names(s), s.Spec.Custody.Certificate)
	for _, l := range s.Spec.Links {
		paths = append(paths, l.State, l.Observation)
	}
	for _, o := range s.Spec.Outputs {
		paths = append(paths, o.ValuesFiles...)
	}
	for _, p := range paths {
		if p != "" {
			named[disk.Real(statefile.Beside(file, p))] = true
		}
	}
}

// checkNamesake judges one file. What is larger than a state may be is none.
func (c *Job) checkNamesake(file string, stale File, named map[string]bool) error {
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
	if len(names) > 0 {
		if other, err := state.ParseLegacy(name, text); err == nil {
			addNamed(named, file, other)
		}
	}
	if err != nil && statefile.MayBe(file) {
		return problem.SyncUnsure.With(problem.Of(err)[0].Text, stale.Name).In(name).Because(err)
	}
	return nil
}
