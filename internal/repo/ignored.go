package repo

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const (
	ignoreName = ".gitignore"
	// maxIgnore bounds a file of patterns that is read, in bytes.
	maxIgnore = 1 << 20
)

// IgnoredIn tells which paths the .gitignore files of a commit have Git ignore,
// tracked or not. Nothing else of the commit is written out.
func (r *Repo) IgnoredIn(t *Tree, names []string) (map[string]bool, error) {
	at, found := find(r.Top)
	if !found {
		return nil, ErrNone
	}
	dir, err := os.MkdirTemp("", "l5d-pki-render-ignore-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for _, name := range ignoreFilesAbove(names) {
		e, err := t.Find(name)
		if err != nil {
			continue // Git follows no link there
		}
		text, err := r.Read(e, maxIgnore)
		if err != nil {
			return nil, err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, text, 0o600)); err != nil {
			return nil, err
		}
	}
	out, err := told(dir, []byte(strings.Join(names, "\x00")+"\x00"), "--git-dir="+at.gitDir, "--work-tree="+dir, "check-ignore", "--no-index",
		"-z", "--stdin")
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

// ignoreFilesAbove are the files whose patterns may match the paths.
func ignoreFilesAbove(names []string) (files []string) {
	for _, name := range names {
		for dir := path.Dir(name); ; dir = path.Dir(dir) {
			if file := path.Join(dir, ignoreName); !slices.Contains(files, file) {
				files = append(files, file)
			}
			if dir == "." {
				break
			}
		}
	}
	return files
}
