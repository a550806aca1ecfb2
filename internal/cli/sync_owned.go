package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// maxOwned is the largest file that is compared, in bytes.
const maxOwned = 64 << 20

// headSize is how much of a file is read to see whose it is, in bytes: more than
// a header has.
const headSize = 1 << 10

// ownedBy begins the first line of every file that a state owns.
func ownedBy(s *state.Rotation) string {
	return "# l5d-pki-render: owned by " + s.Metadata.Name + ", output "
}

// header is the first line of an owned file. Outputs count from 1, as people do.
func header(s *state.Rotation, output int) string {
	return fmt.Sprintf("%s%d: do not edit\n", ownedBy(s), output+1)
}

// compute gives every file that is owned or should be, sorted by name.
func (c *syncCall) compute() ([]syncFile, error) {
	files, err := c.produce()
	if err != nil {
		return nil, err
	}
	var problems problem.List
	for i := range files {
		problems.Add(c.compare(&files[i]))
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	stale, err := c.stale(files)
	files = append(files, stale...)
	slices.SortFunc(files, func(a, b syncFile) int { return cmp.Compare(a.name, b.name) })
	return files, err
}

// compare reads what stands in a file's place, and refuses to touch what is not ours.
func (c *syncCall) compare(f *syncFile) error {
	f.mode = 0o644
	if holdsSecret(f.want) {
		return problem.SyncKey.With(fmt.Sprintf("spec.outputs[%d]", f.output)).In(f.name)
	}
	info, err := os.Stat(f.target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return problem.CLIRead.With(reason(err)).In(f.name).Because(err)
	case !info.Mode().IsRegular():
		return problem.SyncForeign.With().In(f.name)
	}
	f.mode = info.Mode().Perm()
	if f.have, err = readFile(f.target, maxOwned); err != nil {
		return err
	}
	edited := c.state.Spec.Outputs[f.output].Kind == state.OutputEdit
	if !edited && !bytes.HasPrefix(f.have, []byte(ownedBy(c.state))) {
		return problem.SyncForeign.With().In(f.name)
	}
	if f.have == nil {
		f.have = []byte{} // an empty file is a file
	}
	return nil
}

// stale finds the files of this state in its repository that no output names.
// Where another state file has the same name, nobody knows whose they are.
func (c *syncCall) stale(files []syncFile) ([]syncFile, error) {
	wanted := map[string]bool{}
	for _, f := range files {
		wanted[f.target] = true
	}
	var stale []syncFile
	err := c.place.yamlFiles(func(file string) {
		if !wanted[file] && bytes.HasPrefix(readHead(file), []byte(ownedBy(c.state))) {
			stale = append(stale, syncFile{name: c.place.nameOf(file), target: file})
		}
	})
	if err != nil || len(stale) == 0 {
		return nil, err
	}
	if err := c.checkNamesakes(stale[0]); err != nil {
		return nil, err
	}
	for i := range stale {
		if stale[i].have, err = readFile(stale[i].target, maxOwned); err != nil {
			return nil, err
		}
	}
	return stale, nil
}

func (p place) nameOf(file string) string {
	below, err := filepath.Rel(p.root, file)
	if err != nil {
		return file
	}
	return filepath.ToSlash(below)
}

// readHead is the beginning of a file; of one that cannot be read, nothing.
func readHead(file string) []byte {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, headSize))
	return head
}
