package helmplugin

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxManifest is the largest plugin.yaml that is read, in bytes.
const maxManifest = 4 << 20

// removals are the files of ours in the directory, to be removed: of each plugin
// its plugin.yaml first. A directory that is someone else's is an error.
func removals(dir string) ([]disk.File, error) {
	var all []disk.File
	var problems problem.List
	for _, place := range folders {
		folder := filepath.Join(dir, filepath.FromSlash(place))
		names, err := ownNames(folder)
		problems.Add(err)
		for _, name := range names {
			all = append(all, disk.File{Path: filepath.Join(folder, name), Remove: true})
		}
	}
	return all, problems.Err()
}

// ownNames are the names of our files in one plugin's folder.
func ownNames(folder string) ([]string, error) {
	info, err := os.Lstat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.IsDir() {
		return nil, problem.HelmForeign.With().In(folder) // a link, as `helm plugin install FOLDER` makes them
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, files.Unread(folder, err)
	}
	var names []string
	manifest, strange := false, false
	for _, entry := range entries {
		switch name := entry.Name(); {
		case name == manifestName:
			manifest = true
		case isOwnName(name):
			names = append(names, name)
		default:
			strange = strange || name != filepath.Base(below4)
		}
	}
	if !manifest {
		if strange {
			return nil, problem.HelmForeign.With().In(folder)
		}
		return names, nil // nothing yet, or what an interrupted install left
	}
	text, err := files.Read(filepath.Join(folder, manifestName), maxManifest)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(text), header) {
		return nil, problem.HelmForeign.With().In(folder)
	}
	return append([]string{manifestName}, names...), nil
}

// isOwnName reports whether install writes files of that name, or stages them so.
func isOwnName(name string) bool {
	if staged, ok := strings.CutSuffix(name, ".tmp"); ok && strings.HasPrefix(staged, ".") {
		name = strings.TrimSuffix(staged[1:], filepath.Ext(staged))
	}
	switch strings.TrimSuffix(name, ".exe") {
	case program, completeName, manifestName:
		return true
	}
	return false
}

// removeEmpty takes away the folders that are empty now.
func removeEmpty(dir string) {
	for _, place := range folders {
		folder := filepath.Join(dir, filepath.FromSlash(place))
		disk.RemoveEmpty(folder)
		if strings.HasPrefix(place, below4) {
			disk.RemoveEmpty(filepath.Dir(folder))
		}
	}
}
