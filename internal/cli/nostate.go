package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Bounds of the search for a state file that was not where the command looked.
const (
	searchDepth   = 3    // directories below the current one
	searchEntries = 5000 // directory entries that are looked at
	searchShown   = 3    // files that are named
)

// readState reads a state file. Where there is none, the error names those that
// are near.
func readState(path string) ([]byte, error) {
	data, err := readFile(path, maxState)
	if err != nil {
		return nil, noState(path, err)
	}
	return data, nil
}

// noState is the error for a state file that does not exist; other errors stay.
func noState(path string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p := problem.CLINoState.With().In(path).Because(err)
	found := nearStates()
	if len(found) == 0 {
		return p.Hint("pass one with --state, or make one: `l5d-pki-render init --help`")
	}
	for _, file := range found {
		p.Hint("found one: add --state %s", file)
	}
	return p
}

// nearStates looks for state files below the current directory, then in the
// directories above it up to the top of the repository.
func nearStates() (found []string) {
	left := searchEntries
	_ = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		left--
		switch {
		case err != nil || left < 0 || len(found) == searchShown:
			return fs.SkipAll
		case entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || strings.Count(path, string(filepath.Separator)) >= searchDepth):
			return fs.SkipDir
		case entry.Type().IsRegular() && isStateName(entry.Name()) && isState(path):
			found = append(found, path)
		}
		return nil
	})
	for above := ".."; len(found) == 0 && !isTop(filepath.Dir(above)); above = filepath.Join("..", above) {
		for _, path := range []string{filepath.Join(above, "rotation.yaml"), filepath.Join(above, "pki", "rotation.yaml")} {
			if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && isState(path) {
				found = append(found, path)
			}
		}
		if strings.Count(above, "..") > 20 {
			break
		}
	}
	return found
}

func isStateName(name string) bool {
	return strings.Contains(name, "rotation") && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"))
}

// isTop reports whether a directory is the top of a repository.
func isTop(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, gitName))
	return err == nil
}

// stateLine is a line of a state file that no message has.
var stateLine = regexp.MustCompile(`(?m)^apiVersion: *["']?` + ownGroup)

// startsLikeState reports whether a file is a state and not a log that quotes one.
func startsLikeState(path string) bool {
	begin, err := readFile(path, maxMark)
	return err == nil && stateLine.Match(begin)
}
