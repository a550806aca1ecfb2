package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// helmThere are the files of ours in the folder, to be removed: of each plugin
// its plugin.yaml first. A folder that is someone else's is an error.
func helmThere(dir string) ([]syncFile, error) {
	var there []syncFile
	var problems problem.List
	for _, place := range helmPlaces {
		folder := filepath.Join(dir, filepath.FromSlash(place))
		names, err := helmNames(folder)
		problems.Add(err)
		for _, name := range names {
			target := filepath.Join(folder, name)
			there = append(there, syncFile{name: target, target: target})
		}
	}
	return there, problems.Err()
}

// helmNames are the names of our files in one plugin's folder.
func helmNames(folder string) ([]string, error) {
	info, err := os.Lstat(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.IsDir() {
		return nil, problem.HelmForeign.With().In(folder) // a link, as `helm plugin install FOLDER` makes them
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, problem.CLIRead.With(reason(err)).In(folder).Because(err)
	}
	var names []string
	manifest, strange := false, false
	for _, entry := range entries {
		switch name := entry.Name(); {
		case name == helmManifest:
			manifest = true
		case isHelmName(name):
			names = append(names, name)
		default:
			strange = strange || name != filepath.Base(helm4Below)
		}
	}
	if !manifest {
		if strange {
			return nil, problem.HelmForeign.With().In(folder)
		}
		return names, nil // nothing yet, or what an interrupted install left
	}
	text, err := readFile(filepath.Join(folder, helmManifest), maxState)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(text), helmHeader) {
		return nil, problem.HelmForeign.With().In(folder)
	}
	return append([]string{helmManifest}, names...), nil
}

// isHelmName reports whether install writes files of that name, or stages them so.
func isHelmName(name string) bool {
	if staged, ok := strings.CutSuffix(name, ".tmp"); ok && strings.HasPrefix(staged, ".") {
		name = strings.TrimSuffix(staged[1:], filepath.Ext(staged))
	}
	switch strings.TrimSuffix(name, ".exe") {
	case programName, helmComplete, helmManifest:
		return true
	}
	return false
}

// removeHelmFolders takes away the folders that are empty now.
func removeHelmFolders(dir string) {
	for _, place := range helmPlaces {
		folder := filepath.Join(dir, filepath.FromSlash(place))
		disk.RemoveEmpty(folder)
		if strings.HasPrefix(place, helm4Below) {
			disk.RemoveEmpty(filepath.Dir(folder))
		}
	}
}
