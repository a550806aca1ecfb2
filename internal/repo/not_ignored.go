package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// Shown gives those of the files, there or not yet, that Git would show: they lie
// in a work tree and are tracked, or not ignored. Symbolic links are followed.
// Where there is a repository and git cannot say, a file counts as shown. Files
// outside of any repository cost no process.
func Shown(files []string) []string { return slices.Sorted(maps.Keys(ShownWhy(files))) }

// ShownWhy is [Shown] with the reason for which git cannot say; the reason is nil
// where git said that it would show the file.
func ShownWhy(files []string) map[string]error { return shownWhy(files, disk.Real) }

// shownWhy is ShownWhy for files that are where a function says.
func shownWhy(files []string, where func(file string) string) map[string]error {
	shown := map[string]error{}
	byPlace := map[place]map[string][]string{} // place, then the name in it -> the files as they were given
	named, namedErr := namedPlace()
	for _, file := range files {
		real := where(file)
		at, found, err := around(filepath.Dir(real))
		if err == nil {
			err = namedErr
		}
		if err != nil {
			shown[file] = err
			continue
		}
		places := map[place]bool{at: found, named: named.top != ""}
		for at, counts := range places {
			if !counts || !within(real, at.top) {
				continue
			}
			name, _ := filepath.Rel(at.top, real)
			if byPlace[at] == nil {
				byPlace[at] = map[string][]string{}
			}
			name = filepath.ToSlash(name)
			byPlace[at][name] = append(byPlace[at][name], file)
		}
	}
	for at, names := range byPlace {
		ignored, err := at.ignored(slices.Sorted(maps.Keys(names)))
		for name, given := range names {
			for _, file := range given {
				if err != nil || !ignored[name] {
					shown[file] = err
				}
			}
		}
	}
	return shown
}

// around finds the nearest .git upward from a directory, which need not be there.
// One that is damaged is an error: once it is repaired, it has a work tree.
func around(dir string) (place, bool, error) {
	for top := dir; ; top = filepath.Dir(top) {
		path := filepath.Join(top, ".git")
		if _, err := os.Lstat(path); err == nil || errors.Is(err, fs.ErrPermission) {
			gitDir, found, _ := gitDirOf(top)
			if !found {
				return place{}, false, fmt.Errorf("%s is there and is not the .git of a repository", path)
			}
			return place{top, gitDir}, true, nil
		}
		if top == filepath.Dir(top) {
			return place{}, false, nil
		}
	}
}

// namedPlace is the repository that GIT_DIR and GIT_WORK_TREE name, as in a hook
// or for a home directory under Git: its work tree needs no .git. It is empty
// where they name none, or the one that is around the directory anyway.
func namedPlace() (at place, err error) {
	gitDir, tree := os.Getenv("GIT_DIR"), os.Getenv("GIT_WORK_TREE")
	if gitDir == "" && tree == "" {
		return at, nil
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return at, err
	}
	if gitDir == "" {
		around, found, err := around(disk.Real(here))
		if err != nil || !found { // git takes no other directory for the repository
			return at, err
		}
		gitDir = around.gitDir
	}
	if gitDir, err = filepath.Abs(gitDir); err != nil {
		return at, err
	}
	args := []string{"--git-dir=" + gitDir}
	if tree != "" {
		args = append(args, "--work-tree="+tree)
	}
	out, err := told(here, nil, append(args, "rev-parse", "--show-toplevel")...)
	if err != nil {
		return at, fmt.Errorf("GIT_DIR or GIT_WORK_TREE is set: %w", err)
	}
	return place{disk.Real(strings.TrimSuffix(out, "\n")), disk.Real(gitDir)}, nil
}

// ignored asks git which names are ignored and not tracked. It names the
// repository, so git answers also for one of another owner, and for one that says
// it is bare: this only reads.
func (p place) ignored(names []string) (map[string]bool, error) {
	out, err := told(p.top, []byte(strings.Join(names, "\x00")+"\x00"), "--git-dir="+p.gitDir, "--work-tree="+p.top, "check-ignore", "-z",
		"--stdin")
	var said *Error
	if err != nil && !(errors.As(err, &said) && said.status == 1) { // 1: none is ignored
		return nil, err
	}
	ignored := map[string]bool{}
	for name := range strings.SplitSeq(out, "\x00") {
		ignored[name] = true
	}
	return ignored, nil
}

// told is what git says to a question that only reads; the error has its words.
func told(dir string, stdin []byte, args ...string) (string, error) {
	if err := supported(dir); errors.Is(err, ErrNone) {
		return "", errNoProgram
	} else if err != nil {
		return "", err
	}
	c := call{dir: dir, wait: patience}
	var out bytes.Buffer
	err := c.program(bytes.NewReader(stdin), &out, append(append([]string{"--no-pager"}, c.neutral()...), args...))
	var failed *child.Failure
	switch {
	case err == nil, !errors.As(err, &failed):
		return out.String(), err
	case failed.Missing():
		return "", errNoProgram
	}
	return out.String(), &Error{verb(args), address.RedactText(strings.Join(strings.Fields(failed.Stderr), " ")), failed.Code}
}

// errNoProgram says why nothing was asked.
var errNoProgram = errors.New("there is no git program to ask")
