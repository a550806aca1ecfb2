package repo

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// Refs of the record. Whoever may push can put refs of these names on the remote, and a
// fetch of all refs would bring them: a commit counts only if the list of the clone
// ([Repo.listed]) has it too, which no fetch writes.
const (
	// made keeps the commits that were made for a branch, pushed or not.
	made = "refs/l5d-pki-render-made/"
	// pending keeps commits whose keys were being written when a call ended.
	pending = "refs/l5d-pki-render-pending/"
	// replaced keeps the commit that the remote has for a branch while a newer one
	// that was made for it is not pushed yet.
	replaced = "refs/l5d-pki-render-replaced/"
)

// Remember keeps a commit that was made for a branch, so that a push that
// failed can be made up for. None is pending for it any more.
func (r *Repo) Remember(branch, commit string) error {
	if err := r.record(made+branch, commit); err != nil {
		return err
	}
	return r.Forget(branch)
}

// Await keeps a commit whose keys are about to be written.
func (r *Repo) Await(branch, commit string) error { return r.record(pending+branch, commit) }

// Forget lets the pending commit of a branch go, if there is one.
func (r *Repo) Forget(branch string) error {
	_, err := r.git("update-ref", "-d", pending+branch)
	return err
}

// Supersede keeps a recorded commit of a branch recorded until the one that is
// remembered next is pushed.
func (r *Repo) Supersede(branch, commit string) error { return r.record(replaced+branch, commit) }

// Pending lists pending commits by their branch.
func (r *Repo) Pending(prefix string) (map[string]string, error) { return r.kept(pending, prefix) }

// Made lists remembered commits by their branch.
func (r *Repo) Made(prefix string) (map[string]string, error) { return r.kept(made, prefix) }

// Recorded reports whether a commit was made for a branch in this clone.
func (r *Repo) Recorded(branch, commit string) (bool, error) {
	own, _, err := r.listed()
	if err != nil || !own[commit] {
		return false, err
	}
	out, err := r.git("for-each-ref", "--format=%(objectname)", made+branch, pending+branch, replaced+branch)
	return slices.Contains(strings.Fields(out), commit), err
}

// maxList is how many bytes of the list are read: 41 or 65 for each commit ever made.
const maxList = 16 << 20

// listed are the commits that were made in this clone, and the file that lists them: of
// the repository, shared by its working trees, one identifier on each line.
func (r *Repo) listed() (own map[string]bool, path string, err error) {
	dir, err := r.git("rev-parse", "--git-common-dir")
	if err != nil {
		return nil, "", err
	}
	if dir = strings.TrimSpace(dir); !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Top, dir)
	}
	path = filepath.Join(dir, "l5d-pki-render-made")
	text, err := disk.ReadRegular(path, maxList)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	own = map[string]bool{}
	for line := range strings.Lines(string(text)) {
		own[strings.TrimSpace(line)] = true
	}
	return own, path, nil
}

// record lists a commit, then points a ref of the record at it.
func (r *Repo) record(ref, commit string) error {
	own, path, err := r.listed()
	if err != nil {
		return err
	}
	if !own[commit] {
		if err := disk.Append(path, commit+"\n"); err != nil {
			return err
		}
	}
	_, err = r.git("update-ref", ref, commit)
	return err
}

// kept lists the refs of a kind whose names begin with a prefix.
func (r *Repo) kept(where, prefix string) (map[string]string, error) {
	own, _, err := r.listed()
	if err != nil {
		return nil, err
	}
	out, err := r.git("for-each-ref", "--format=%(objectname) %(refname)", where+prefix)
	commits := map[string]string{}
	for line := range strings.Lines(out) {
		if commit, ref, found := strings.Cut(strings.TrimSpace(line), " "); found && own[commit] {
			commits[strings.TrimPrefix(ref, where)] = commit
		}
	}
	return commits, err
}

// Regular returns a file of a commit; ok is false where the commit has none of
// this name, a larger one than limit (bytes), or a link, a submodule, a
// directory or an executable file.
func (r *Repo) Regular(commit, name string, limit int64) (text []byte, ok bool, err error) {
	out, err := r.git("ls-tree", "-z", "-l", "--full-tree", commit, "--", name)
	meta, path, _ := strings.Cut(strings.TrimSuffix(out, "\x00"), "\t")
	fields := strings.Fields(meta) // mode, type, object, size
	if err != nil || path != name || len(fields) != 4 || fields[0] != "100644" {
		return nil, false, err
	}
	if size, err := strconv.ParseInt(fields[3], 10, 64); err != nil || size > limit {
		return nil, false, err
	}
	text, err = git(r.Top, "cat-file", "blob", fields[2])
	return text, err == nil, err
}
