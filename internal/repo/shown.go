package repo

import (
	"errors"
	"maps"
	"os"
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
		folder, name := filepath.Dir(real), filepath.Base(real)
		for !isFolder(folder) && folder != filepath.Dir(folder) { // git runs in the nearest directory that is there
			folder, name = filepath.Dir(folder), filepath.Join(filepath.Base(folder), name)
		}
		if _, found := find(folder); !found {
			continue
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
	if _, err := verified(folder); err != nil {
		return nil, false
	}
	out, err := call{dir: folder, stdin: []byte(strings.Join(names, "\x00") + "\x00"), wait: patience}.run("check-ignore", "-z", "--stdin")
	var said *Error
	if err != nil && !(errors.As(err, &said) && said.status == 1) { // 1: none is ignored
		return nil, false
	}
	ignored = map[string]bool{}
	for name := range strings.SplitSeq(string(out), "\x00") {
		ignored[name] = true
	}
	return ignored, true
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
