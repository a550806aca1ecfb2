package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// replaceAll puts all files in place, or none: each is written whole beside its
// place, and only when all are there does the first one take its place. Each
// rename is atomic; a process that is killed between two of them leaves files
// of which each is old or new, and the next run does the rest.
func (a *app) replaceAll(files []syncFile) error {
	staged := make([]string, len(files))
	var made []string
	begun := false
	defer func() {
		for _, temporary := range staged {
			if temporary != "" {
				_ = os.Remove(temporary) // what a failure left; renamed ones are gone
			}
		}
		if !begun {
			removeFolders(made)
		}
	}()
	for i, f := range files {
		if f.want == nil {
			continue
		}
		folders, err := makeFolders(filepath.Dir(f.target))
		made = append(made, folders...)
		if err == nil {
			staged[i], err = a.stage(filepath.Dir(f.target), filepath.Base(f.target), f.want, f.mode)
		}
		if err != nil {
			return problem.CLIWrite.With(f.name, reason(err)).Because(err)
		}
	}
	for i, f := range files {
		if err := a.settle(f, staged[i]); err != nil {
			if !begun {
				return problem.CLIWrite.With(f.name, reason(err)).Because(err)
			}
			return problem.SyncPartly.With(reason(err), i, len(files)).In(f.name).Because(err)
		}
		begun = true
	}
	return syncFolders(files)
}

// settle puts one staged file in its place, or removes a stale one.
func (a *app) settle(f syncFile, staged string) error {
	if f.want == nil {
		a.step("remove " + f.name)
		return os.Remove(f.target)
	}
	a.step("rename " + f.name)
	return os.Rename(staged, f.target)
}

// makeFolders makes a folder and those above it, and names the ones that were
// not there, outermost first.
func makeFolders(folder string) (made []string, err error) {
	for missing := folder; ; missing = filepath.Dir(missing) {
		if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append([]string{missing}, made...)
	}
	return made, os.MkdirAll(folder, 0o755)
}

// removeFolders takes away folders that were made for nothing.
func removeFolders(made []string) {
	for _, folder := range slices.Backward(made) {
		_ = os.Remove(folder) // fails where something is in it, which is right
	}
}

// syncFolders makes the renames durable, each folder once.
func syncFolders(files []syncFile) error {
	done := map[string]bool{}
	for _, f := range files {
		folder := filepath.Dir(f.target)
		if done[folder] {
			continue
		}
		done[folder] = true
		if err := syncFolder(folder); err != nil {
			return problem.CLIWrite.With(folder, reason(err)).Because(err)
		}
	}
	return nil
}
