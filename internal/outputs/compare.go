package outputs

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// MaxOwned is the largest file that is compared, in bytes.
const MaxOwned = 64 << 20

// HeadSize is how much of a file is read to see whose it is, in bytes: more than
// a header has.
const HeadSize = 1 << 10

// Mark begins the first line of every file that a state owns.
const Mark = "# l5d-pki-render: owned by "

// OwnedBy is Mark with the name of a state.
func OwnedBy(s *state.Rotation) string { return Mark + s.Metadata.Name + ", output " }

// header is the first line of an owned file. Outputs count from 1, as people do.
func header(s *state.Rotation, output int) string {
	return fmt.Sprintf("%s%d: do not edit\n", OwnedBy(s), output+1)
}

// Compute gives every file that is owned or should be, sorted by name.
func (c *Job) Compute() ([]File, error) {
	all, err := c.produce()
	if err != nil {
		return nil, err
	}
	var problems problem.List
	for i := range all {
		problems.Add(c.compare(&all[i]))
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	stale, err := c.stale(all)
	all = append(all, stale...)
	order.By(all, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return all, err
}

// compare reads what stands in a file's place, and refuses to touch what is not ours.
func (c *Job) compare(f *File) error {
	f.Mode = 0o644
	if len(secret.Find(f.Want)) > 0 {
		return problem.SyncKey.With(fieldOf(f.Output)).In(f.Name)
	}
	info, err := os.Stat(f.Target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return files.Unread(f.Name, err)
	case !info.Mode().IsRegular():
		return problem.SyncForeign.With().In(f.Name)
	}
	f.Mode = info.Mode().Perm()
	if f.Have, err = files.Read(f.Target, MaxOwned); err != nil {
		return err
	}
	edited := c.State.Spec.Outputs[f.Output].Kind == state.OutputEdit
	if !edited && !bytes.HasPrefix(f.Have, []byte(OwnedBy(c.State))) {
		return problem.SyncForeign.With().In(f.Name)
	}
	if f.Have == nil {
		f.Have = []byte{} // an empty file is a file
	}
	return nil
}

// stale finds the files of this state in its repository that no output names.
// Where another state file has the same name, nobody knows whose they are.
func (c *Job) stale(all []File) ([]File, error) {
	wanted := map[string]bool{}
	for _, f := range all {
		wanted[f.Target] = true
	}
	var stale []File
	err := c.Place.yamlFiles(func(file string) {
		if !wanted[file] && bytes.HasPrefix(readHead(file, HeadSize), []byte(OwnedBy(c.State))) && c.mayBeOutput(file) {
			stale = append(stale, File{Name: c.Place.nameOf(file), Target: file})
		}
	})
	if err != nil || len(stale) == 0 {
		return nil, err
	}
	named, err := c.namedByStates(stale[0])
	if err != nil {
		return nil, err
	}
	stale = slices.DeleteFunc(stale, func(f File) bool { return named[f.Target] })
	for i := range stale {
		if stale[i].Have, err = files.Read(stale[i].Target, MaxOwned); err != nil {
			return nil, err
		}
	}
	return stale, nil
}

// mayBeOutput reports whether a file can have been an output: no state, fleet file or
// observation is one, nor a gate by itself, nor what CI runs or another tool trusts.
func (c *Job) mayBeOutput(file string) bool {
	text := readHead(file, MaxOwned)
	return state.ProtectedPath(c.Place.nameOf(file)) == "" && !state.IsInput(text) && !files.OfKind(text, rotation.ObservationKind) &&
		!files.OnlyOfKind(text, gate.Kind)
}

func (p Place) nameOf(file string) string {
	below, err := filepath.Rel(p.Root, file)
	if err != nil {
		return file
	}
	return filepath.ToSlash(below)
}

// readHead is the beginning of a file; of one that cannot be read, nothing.
func readHead(file string, size int64) []byte {
	head, _ := files.Head(file, size)
	return head
}
