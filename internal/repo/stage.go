package repo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Stage puts files, by their names from the top, as they are in the directory (or
// as they are missing) into the tree of the next commit, whatever is ignored,
// and returns that tree. The commit has their bytes: attributes that would have
// Git convert them do not count, and a file with a filter is an error.
func (w *Worktree) Stage(names []string) (tree string, err error) {
	if err := w.unfiltered(names); err != nil {
		return "", err
	}
	var kept, paths, gone []string
	for _, name := range names {
		info, err := os.Lstat(filepath.Join(w.Dir, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			gone = append(gone, name)
			continue
		case err != nil:
			return "", err
		case !info.Mode().IsRegular():
			return "", &Error{"add", name + " is not a regular file", -1}
		}
		mode := modeFile
		if info.Mode()&0o100 != 0 {
			mode = modeExecutable
		}
		kept, paths = append(kept, mode+" %s\t"+strings.ReplaceAll(name, "%", "%%")), append(paths, quotedPath(name))
	}
	if len(kept) > 0 {
		if err := w.stageKept(kept, paths); err != nil {
			return "", err
		}
	}
	if len(gone) > 0 {
		if _, err = w.git(longPatience, []byte(strings.Join(gone, "\x00")), "update-index", "--force-remove", "-z", "--stdin"); err != nil {
			return "", err
		}
	}
	return w.git(patience, nil, "write-tree")
}

// stageKept puts files into the index; kept has a line for each, with %s for the
// object.
func (w *Worktree) stageKept(kept, paths []string) error {
	out, err := w.git(longPatience, []byte(strings.Join(paths, "\n")+"\n"), "hash-object", "-w", "--no-filters", "--stdin-paths")
	if err != nil {
		return err
	}
	objects := strings.Fields(out)
	if len(objects) != len(kept) {
		return &Error{"hash-object", "it wrote other files than it was told", -1}
	}
	var index strings.Builder
	for i, line := range kept {
		fmt.Fprintf(&index, line+"\x00", objects[i])
	}
	_, err = w.git(longPatience, []byte(index.String()), "update-index", "--add", "--replace", "-z", "--index-info")
	return err
}

// quotedPath is a path as `hash-object --stdin-paths` reads it.
func quotedPath(name string) string {
	if !strings.Contains(name, "\n") && !strings.HasPrefix(name, `"`) {
		return name
	}
	var b strings.Builder
	for _, c := range []byte(name) {
		fmt.Fprintf(&b, "\\%03o", c)
	}
	return `"` + b.String() + `"`
}

// attributes calls f for each attribute that is set for one of the files. They are
// read from the index: .gitattributes may be encoded in the checkout itself.
func (w *Worktree) attributes(names []string, f func(name, attribute, value string), attributes ...string) error {
	if len(names) == 0 {
		return nil
	}
	out, err := w.git(longPatience, []byte(strings.Join(names, "\x00")),
		append([]string{"check-attr", "--cached", "-z", "--stdin"}, attributes...)...)
	for fields := strings.Split(out, "\x00"); len(fields) >= 3; fields = fields[3:] {
		if fields[2] != "unspecified" && fields[2] != "unset" {
			f(fields[0], fields[1], fields[2])
		}
	}
	return err
}

// unfiltered refuses files that a filter of the user would convert, as those of
// Git LFS and git-crypt: who checks the commit out would not get its bytes.
func (w *Worktree) unfiltered(names []string) (err error) {
	if !w.reviewed {
		return nil // no filter runs there
	}
	failed := w.attributes(names, func(name, _, value string) {
		if err == nil {
			err = &Error{"add", fmt.Sprintf("%s has the attribute filter=%s, so a checkout would have other bytes than were computed. Add the line \"%s -filter\" to .gitattributes of the base branch", name, value, name), -1}
		}
	}, "filter")
	return errors.Join(failed, err)
}

// plain gives the files that Git converted in a checkout (encodings, line ends,
// $Id$) the bytes that the commit has: what is computed of them is committed. Files
// with a filter stay: a kustomization may need what is in Git LFS.
func (w *Worktree) plain() error {
	out, err := w.git(longPatience, nil, "ls-files", "-z")
	if err != nil {
		return err
	}
	all := strings.FieldsFunc(out, func(r rune) bool { return r == 0 })
	converted, filtered := map[string]bool{}, map[string]bool{}
	err = w.attributes(all, func(name, attribute, _ string) {
		if attribute == "filter" {
			filtered[name] = w.reviewed
		} else {
			converted[name] = true
		}
	}, "working-tree-encoding", "eol", "ident", "filter")
	if err != nil || len(converted) == 0 {
		return err
	}
	tree, err := w.repo.Tree(w.commit)
	if err != nil {
		return err
	}
	var names, objects []string
	for name := range converted {
		if e, err := tree.Find(name); err == nil && !filtered[name] {
			names, objects = append(names, name), append(objects, e.Object)
		}
	}
	root, err := os.OpenRoot(w.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := w.repo.Contents(objects, func(i int, c Content) error { return overwrite(root, names[i], c.Text) }); err != nil {
		return err
	}
	_, err = w.git(longPatience, nil, "update-index", "-q", "--refresh")
	var said *Error
	if errors.As(err, &said) && said.status == 1 { // files that Git would convert differ now
		return nil
	}
	return err
}

// overwrite gives a file of a temporary checkout other bytes. It is not synced.
func overwrite(root *os.Root, name string, text io.Reader) error {
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, text)
	return errors.Join(err, f.Close())
}
