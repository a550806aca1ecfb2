package repo

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Shown gives those of the files, there or not yet, that Git would show: they lie
// in a work tree and are tracked, or not ignored. Symbolic links are followed.
// Without the git program nothing can be told, and none is given. Files outside
// of any repository cost no process.
func Shown(files []string) (shown []string) {
	byFolder := map[string]map[string][]string{} // folder, then the name in it -> the files as they were given
	for _, file := range files {
		real := behindLinks(file)
		if !insideWorkTree(filepath.Dir(real)) {
			continue
		}
		folder, name := filepath.Dir(real), filepath.Base(real)
		for !isFolder(folder) { // git runs in the nearest folder that is there
			folder, name = filepath.Dir(folder), filepath.Join(filepath.Base(folder), name)
		}
		if byFolder[folder] == nil {
			byFolder[folder] = map[string][]string{}
		}
		name = filepath.ToSlash(name)
		byFolder[folder][name] = append(byFolder[folder][name], file)
	}
	for folder, names := range byFolder {
		ignored, known := ignoredIn(folder, slices.Sorted(maps.Keys(names)))
		for name, given := range names {
			if known && !ignored[name] {
				shown = append(shown, given...)
			}
		}
	}
	slices.Sort(shown)
	return shown
}

// ignoredIn asks git which names are ignored and not tracked; not known where it
// cannot be asked.
func ignoredIn(folder string, names []string) (ignored map[string]bool, known bool) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := command(ctx, folder, []string{"check-ignore", "-z", "--stdin"})
	cmd.Stdin = strings.NewReader(strings.Join(names, "\x00") + "\x00")
	out, err := cmd.Output()
	var ended *exec.ExitError
	if err != nil && !(errors.As(err, &ended) && ended.ExitCode() == 1) { // 1: none is ignored
		return nil, false
	}
	ignored = map[string]bool{}
	for name := range strings.SplitSeq(string(out), "\x00") {
		ignored[name] = true
	}
	return ignored, true
}

// insideWorkTree looks for .git only, so that files outside of any repository
// cost no process.
func insideWorkTree(folder string) bool {
	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return true
		}
		if folder == filepath.Dir(folder) {
			return false
		}
	}
}

// behindLinks is where a path leads, as far as there is something.
func behindLinks(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	there, rest := full, ""
	for {
		if real, err := filepath.EvalSymlinks(there); err == nil {
			return filepath.Join(real, rest)
		}
		if there == filepath.Dir(there) {
			return full
		}
		there, rest = filepath.Dir(there), filepath.Join(filepath.Base(there), rest)
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
