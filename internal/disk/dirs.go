package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// MakeDirs makes a directory and those above it.
func (d Disk) MakeDirs(dir string) error {
	_, err := d.makeDirs(dir, 0)
	return err
}

// makeDirs names the directories that it made, outermost first. The innermost
// one is made with mode (0: 0755), so that it is never open to more people.
func (d Disk) makeDirs(dir string, mode os.FileMode) (made []string, err error) {
	var missing []string
	for above := dir; ; above = filepath.Dir(above) {
		if _, err := d.tree().Stat(above); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append(missing, above)
	}
	for i, each := range slices.Backward(missing) {
		with := os.FileMode(0o755)
		if i == 0 && mode != 0 {
			with = mode
		}
		if err := d.at("make directory", each); err != nil {
			return made, err
		}
		err := d.tree().Mkdir(each, with)
		if errors.Is(err, fs.ErrExist) {
			continue // somebody else made it meanwhile
		}
		if err != nil {
			return made, err
		}
		made = append(made, each)
	}
	return made, nil
}

// RemoveEmpty removes a directory if nothing is in it.
func RemoveEmpty(dir string) { Disk{}.removeEmpty([]string{dir}) }

func (d Disk) removeEmpty(made []string) {
	for _, dir := range slices.Backward(made) {
		if info, err := d.tree().Lstat(dir); err == nil && info.IsDir() {
			_ = d.tree().Remove(dir) // fails where something is in it, which is right
		}
	}
}
