package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// errUnnamed: the system or the file system has no files without a name.
var errUnnamed = errors.New("files without a name are not supported")

// staged is a file whose bytes are on the disk and that is not in its place yet.
type staged struct {
	tree
	file *os.File // nil once it is closed
	name string   // "": it has none
	dir  *os.File // where a file without a name gets one
}

// stage writes and syncs the bytes of a file.
func (d Disk) stage(f File) (*staged, error) {
	if err := d.at("stage", f.Path); err != nil {
		return nil, err
	}
	s, err := d.open(f)
	if err != nil {
		return nil, err
	}
	whole := false
	defer func() {
		if !whole {
			s.discard()
		}
	}()
	if err = s.fill(d, f); err != nil {
		return nil, err
	}
	whole = true
	return s, nil
}

// open makes an empty file in the directory of f: without a name where f is new
// and the system can do that.
func (d Disk) open(f File) (*staged, error) {
	t := d.tree()
	if f.New {
		dir, file, err := unnamed(t, filepath.Dir(f.Path))
		if err == nil {
			return &staged{tree: t, file: file, dir: dir}, nil
		}
		if !errors.Is(err, errUnnamed) {
			return nil, err
		}
	}
	for range 1000 {
		name := temporary(f)
		if f.Place != nil {
			if err := f.Place(name); err != nil {
				return nil, err
			}
		}
		file, err := t.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		lock(file) // tells others that this process lives
		return &staged{tree: t, file: file, name: name}, nil
	}
	return nil, &fs.PathError{Op: "stage", Path: f.Path, Err: fs.ErrExist}
}

func (s *staged) fill(d Disk, f File) error {
	if err := d.at("write", f.Path); err != nil {
		return err
	}
	if _, err := s.file.Write(f.Data); err != nil {
		return err
	}
	if err := s.file.Chmod(f.Mode); err != nil {
		return err
	}
	if err := d.at("sync", f.Path); err != nil {
		return err
	}
	return s.file.Sync()
}

// settle gives the bytes their name.
func (s *staged) settle(f File) error {
	switch {
	case s.name == "":
		return linkUnnamed(s.file, s.dir, f.Path)
	case f.New: // a link fails where the name is taken, as a rename does not
		return s.Link(s.name, f.Path)
	}
	if !replacesOpenFiles {
		s.release()
	}
	if err := s.Rename(s.name, f.Path); err != nil {
		return err
	}
	s.name = ""
	return nil
}

// release closes the file and keeps its name.
func (s *staged) release() {
	if s.file != nil && s.name != "" {
		letGo(s.file) // it was synced
		s.file = nil
	}
}

// discard closes the file and removes its temporary name.
func (s *staged) discard() {
	if s.name != "" {
		_ = s.Remove(s.name) // the next write of the same file tries again
		s.name = ""
	}
	for _, file := range []*os.File{s.file, s.dir} {
		if file != nil {
			letGo(file)
		}
	}
	s.file, s.dir = nil, nil
}

// temporary is a free name beside a file: .rotation.yaml.123.tmp, or, for what
// must be ignored by Git, 2026.123.tmp.key.
func temporary(f File) string {
	dir, base := filepath.Split(f.Path)
	number := rand.Uint32()
	if f.Place == nil {
		return fmt.Sprintf("%s.%s.%d.tmp", dir, base, number)
	}
	ext := filepath.Ext(base)
	return fmt.Sprintf("%s%s.%d.tmp%s", dir, strings.TrimSuffix(base, ext), number, ext)
}

// finalName is the file that a temporary name stands for; false for other names.
func finalName(name string) (string, bool) {
	ext := ""
	stem, cut := strings.CutSuffix(name, ".tmp")
	if cut {
		if stem, cut = strings.CutPrefix(stem, "."); !cut {
			return "", false
		}
	} else {
		ext = filepath.Ext(name)
		if stem, cut = strings.CutSuffix(strings.TrimSuffix(name, ext), ".tmp"); !cut {
			return "", false
		}
	}
	number := filepath.Ext(stem)
	if len(number) < 2 || strings.Trim(number[1:], "0123456789") != "" {
		return "", false
	}
	return strings.TrimSuffix(stem, number) + ext, true
}

// sweep removes what killed processes left of earlier writes of the same files.
// A directory that cannot be read keeps what it has.
func (d Disk) sweep(files []File) {
	wanted := map[string]map[string]bool{}
	for _, f := range files {
		dir, base := filepath.Dir(f.Path), filepath.Base(f.Path)
		if wanted[dir] == nil {
			wanted[dir] = map[string]bool{}
		}
		wanted[dir][base] = true
	}
	for dir, bases := range wanted {
		for _, entry := range entries(d.tree(), dir) {
			name := filepath.Join(dir, entry.Name())
			if base, ours := finalName(entry.Name()); ours && bases[base] && entry.Type().IsRegular() && abandoned(d.tree(), name) {
				_ = d.tree().Remove(name)
			}
		}
	}
}
