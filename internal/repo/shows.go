package repo

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// Shows tells whether Git would show a file, there or not yet: it lies in a work
// tree and is tracked, or is not ignored. Symbolic links are followed. Without
// the git program nothing can be told, and the answer is false.
func Shows(file string) bool {
	file = behindLinks(file)
	if !insideWorkTree(filepath.Dir(file)) {
		return false
	}
	folder, name := filepath.Dir(file), filepath.Base(file)
	for !isFolder(folder) { // git runs in the nearest folder that is there
		folder, name = filepath.Dir(folder), filepath.Join(filepath.Base(folder), name)
	}
	err := gitStatus(folder, "check-ignore", "--quiet", "--", name) // says yes to what is ignored and not tracked
	var ended *exec.ExitError
	return errors.As(err, &ended) && ended.ExitCode() == 1
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
