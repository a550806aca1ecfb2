package repo

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// Refs of the record. Whoever may push can put refs of these names on the remote, and a
// fetch of all refs would bring them: a ref counts only while the list of the clone
// ([Repo.listed]), which no fetch writes, has the same commit for it.
const (
	// made keeps the commit that was made for a branch last, pushed or not.
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

// Settle lets the superseded commit of a branch go, if there is one: the newer one was
// pushed, or nobody wants the older one any more.
func (r *Repo) Settle(branch string) error {
	l, err := r.listed()
	if err == nil && l.now[replaced+branch] != "" {
		err = disk.Append(l.path, gone+" "+replaced+branch+"\n")
	}
	if err == nil {
		_, err = r.git("update-ref", "-d", replaced+branch)
	}
	return err
}

// Pending lists pending commits by their branch.
func (r *Repo) Pending(prefix string) (map[string]string, error) { return r.kept(pending, prefix) }

// Made lists remembered commits by their branch.
func (r *Repo) Made(prefix string) (map[string]string, error) { return r.kept(made, prefix) }

// Recorded reports whether a commit is the one that was made for a branch in this clone.
func (r *Repo) Recorded(branch, commit string) (bool, error) {
	for _, where := range []string{made, pending, replaced} {
		if kept, err := r.kept(where, branch); err != nil || kept[branch] == commit {
			return err == nil, err
		}
	}
	return false, nil
}

// ReplacedBy is the commit that this clone made for a branch after another one that it had
// made for it; "" if it made no such other.
func (r *Repo) ReplacedBy(branch, commit string) (string, error) {
	l, err := r.listed()
	if err != nil || !l.ever[commit+" "+made+branch] || l.now[made+branch] == commit {
		return "", err
	}
	return l.now[made+branch], nil
}

// maxList is how many bytes of the list are read, some hundred for each commit ever made.
const maxList = 16 << 20

// gone stands in the list for the commit of a ref that has none any more.
const gone = "-"

// list are the commits that were made in this clone, shared by its working trees. Its file
// has a commit and a ref of the record on each line. It is only added to: of two calls at
// the same time both are listed. It is in the user's directory for caches, not in .git: a
// CI may keep that for the next job, and a job of a pull request may have written to it.
type list struct {
	path string
	now  map[string]string // by ref: the last line counts
	ever map[string]bool   // lines
}

func (r *Repo) listed() (l list, err error) {
	dir, err := r.git("rev-parse", "--git-common-dir")
	if err != nil {
		return l, err
	}
	if dir = strings.TrimSpace(dir); !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Top, dir)
	}
	below, err := cacheDir()
	if err != nil {
		return l, err
	}
	l = list{filepath.Join(below, fmt.Sprintf("made-%x", sha256.Sum256([]byte(disk.Real(dir))))), map[string]string{}, map[string]bool{}}
	text, err := disk.ReadRegular(l.path, maxList)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return l, err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		commit, ref, _ := strings.Cut(line, " ")
		if l.ever[line] = true; commit == gone {
			commit = ""
		}
		l.now[ref] = commit
	}
	return l, nil
}

// record lists a commit, then points a ref of the record at it.
func (r *Repo) record(ref, commit string) error {
	l, err := r.listed()
	if err == nil && l.now[ref] != commit {
		err = disk.Append(l.path, commit+" "+ref+"\n")
	}
	if err == nil {
		_, err = r.git("update-ref", ref, commit)
	}
	return err
}

// kept lists the refs of a kind whose names begin with a prefix, at the end of a part.
func (r *Repo) kept(where, prefix string) (map[string]string, error) {
	l, err := r.listed()
	if err != nil {
		return nil, err
	}
	out, err := r.git("for-each-ref", "--format=%(objectname) %(refname)", where+prefix)
	commits := map[string]string{}
	for line := range strings.Lines(out) {
		if commit, ref, found := strings.Cut(strings.TrimSpace(line), " "); found && l.now[ref] == commit {
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
