package disk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// An Intent is a note on the disk, beside a file that is about to be changed:
// which new files the change brings. It is written before the first of them and
// removed after the change. A command that is killed in between leaves it, and
// so the next one knows which files nobody needs. It holds hashes and no key.
type Intent struct {
	disk Disk
	path string
	file *os.File // open, and so locked, as long as the command is at work
	made []string // directories, for a file that is the first in its own
}

// intentText is what an Intent says.
type intentText struct {
	About string `json:"about"`
	// Number of the note's own file: a copy of it, in a clone of the repository
	// for one, says nothing about the files there.
	Number uint64 `json:"number"`
	// Before is the file as it was; nil: the note itself says how far the change
	// came, since it is removed as soon as the new files are there.
	Before *stamp    `json:"before,omitempty"`
	Files  []intends `json:"files"`
}

// stamp tells whether a file is still the one it was: a file that was replaced
// and put back has another time.
type stamp struct {
	SHA256   string `json:"sha256,omitempty"` // "": there was no file
	Modified int64  `json:"modified,omitempty"`
}

type intends struct {
	Path   string `json:"path"` // from the directory of the note
	SHA256 string `json:"sha256"`
}

const (
	intentAbout = "written by l5d-pki-render before it makes key files; after a kill the next run of the command uses and removes it"
	maxIntent   = 1 << 20
	maxCreated  = 1 << 20 // of one new file
	maxTarget   = 64 << 20
)

// IntentPath is where the note about a change of target lies.
func IntentPath(target string) string {
	dir, base := filepath.Split(target)
	return dir + "." + base + ".pending"
}

// Intend writes the note for a change of target that brings new files. With
// alone the note does not look at target: it is about the files alone.
func (d Disk) Intend(target string, alone bool, files []File) (*Intent, error) {
	text := intentText{About: intentAbout}
	if !alone {
		before, err := stampOf(target)
		if err != nil {
			return nil, err
		}
		text.Before = &before
	}
	path := IntentPath(target)
	dir := filepath.Dir(Real(path))
	for _, f := range files {
		of := Real(f.Path)
		if below, err := filepath.Rel(dir, of); err == nil {
			of = filepath.ToSlash(below)
		}
		text.Files = append(text.Files, intends{of, hashed(f.Data)})
	}
	made, err := d.makeDirs(filepath.Dir(path), 0)
	var file *os.File
	if err == nil {
		file, err = d.putIntent(path, text)
	}
	if err != nil {
		d.removeEmpty(made)
		return nil, err
	}
	return &Intent{d, path, file, made}, nil
}

// putIntent writes the note, durably, and keeps it open.
func (d Disk) putIntent(path string, text intentText) (*os.File, error) {
	f := File{Path: path, Mode: 0o600, New: true}
	d.sweep([]File{f})
	if err := d.at("stage", path); err != nil {
		return nil, err
	}
	s, err := d.open(f)
	if err != nil {
		return nil, err
	}
	defer func() {
		if s.name != "" {
			_ = os.Remove(s.name)
		}
	}()
	info, err := s.file.Stat()
	if err == nil {
		text.Number = fileNumber(info)
		lock(s.file)
		f.Data, err = json.MarshalIndent(text, "", "  ")
	}
	if err == nil {
		err = s.fill(d, f)
	}
	if err == nil {
		err = d.at("rename", path)
	}
	if err == nil {
		err = s.settle(f)
	}
	if err != nil {
		letGo(s.file)
		return nil, err
	}
	if err = syncDir(d.tree(), filepath.Dir(path), path); err != nil {
		_ = os.Remove(path)
		letGo(s.file)
		return nil, err
	}
	return s.file, nil
}

// Done removes the note: the change is made, or nothing of it is left.
func (i *Intent) Done() error {
	err := i.disk.Remove(i.path)
	i.Keep()
	i.disk.removeEmpty(i.made)
	return err
}

// DoneDurably is Done for a note that must not come back after a power cut.
func (i *Intent) DoneDurably() error {
	if err := i.Done(); err != nil {
		return err
	}
	return syncDir(i.disk.tree(), filepath.Dir(i.path), filepath.Dir(i.path))
}

// Keep ends the work and leaves the note for the next command.
func (i *Intent) Keep() { letGo(i.file) }

// Recover ends a change of target that a killed command had begun: the files it
// made are removed if they are still what it wrote, if target is still what it
// was before, and if named, asked with the absolute path, does not know them.
// It is ErrBusy while that command is alive.
func (d Disk) Recover(target string, named func(path string) bool) (removed []string, err error) {
	path := IntentPath(target)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	now, err := os.Lstat(path)
	if !lock(f) || err == nil && now.Mode().IsRegular() && !os.SameFile(info, now) {
		return nil, ErrBusy
	}
	if err != nil || !now.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	data, err := ReadAll(f, maxIntent)
	if err != nil {
		return nil, err
	}
	var text intentText
	ours := json.Unmarshal(data, &text) == nil && text.Number == fileNumber(info)
	if ours && text.Before != nil {
		now, err := stampOf(target)
		if err != nil {
			return nil, err
		}
		ours = *text.Before == now
	}
	if ours {
		if removed, err = d.takeBack(path, text, named); err != nil {
			return removed, err
		}
	}
	return removed, d.Remove(path)
}

func (d Disk) takeBack(path string, text intentText, named func(string) bool) (removed []string, err error) {
	dir := filepath.Dir(Real(path))
	for _, f := range text.Files {
		file := filepath.FromSlash(f.Path)
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		info, err := os.Lstat(file)
		if err != nil || !info.Mode().IsRegular() || named(file) {
			continue
		}
		data, err := Read(file, maxCreated)
		if err != nil || hashed(data) != f.SHA256 {
			continue
		}
		if err := d.Remove(file); err != nil {
			return removed, err
		}
		removed = append(removed, file)
	}
	return removed, nil
}

// stampOf a file that does not exist is empty.
func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}, nil
	}
	if err != nil {
		return stamp{}, err
	}
	data, err := Read(path, maxTarget)
	return stamp{hashed(data), info.ModTime().UnixNano()}, err
}

func hashed(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
