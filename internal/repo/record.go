package repo

import (
	"strconv"
	"strings"
)

// replaced keeps the commit that the remote has for a branch while a newer one
// that was made for it is not pushed yet.
const replaced = "refs/l5d-pki-render-replaced/"

// Recorded reports whether a commit was made for a branch in this clone. Where
// it was fetched from says nothing: whoever may push can put any commit there,
// and in a clone that fetches refs of every name also into the record.
func (r *Repo) Recorded(branch, commit string) (bool, error) {
	if r.fetchesRecords() {
		return false, nil
	}
	out, err := r.git("for-each-ref", "--format=%(objectname)", made+branch, pending+branch, replaced+branch)
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) == commit {
			return true, err
		}
	}
	return false, err
}

// fetchesRecords reports whether a configured fetch may write the refs of the
// record, as with +refs/*:refs/*.
func (r *Repo) fetchesRecords() bool {
	const records = "refs/l5d-pki-render-"
	out, _ := r.git("config", "--get-regexp", `^remote\..*\.fetch$`) // none is an error
	for line := range strings.Lines(out) {
		_, to, _ := strings.Cut(strings.TrimSpace(line), ":")
		to, _, many := strings.Cut(to, "*")
		if many && strings.HasPrefix(records, to) || strings.HasPrefix(to, records) {
			return true
		}
	}
	return false
}

// Supersede keeps a recorded commit of a branch recorded until the one that is
// remembered next is pushed.
func (r *Repo) Supersede(branch, commit string) error {
	_, err := r.git("update-ref", replaced+branch, commit)
	return err
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
