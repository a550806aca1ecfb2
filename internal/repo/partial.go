package repo

import (
	"errors"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// promisor is the remote that has what a partial clone left out, "" in other
// clones.
func (r *Repo) promisor() (string, error) {
	out, err := git(r.Top, "config", "-z", "--get-regexp", `^remote\..*\.promisor$`)
	var said *Error
	if errors.As(err, &said) && said.status == 1 {
		return "", nil
	}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		if value == "true" {
			return strings.TrimSuffix(strings.TrimPrefix(key, "remote."), ".promisor"), nil
		}
	}
	return "", err
}

// Lacks reports whether this is a partial clone that left out objects of a revision's
// history.
func (r *Repo) Lacks(revision string) (bool, error) {
	_, missing, err := r.missing(revision)
	return missing != "", err
}

// missing lists, line by line, the objects that a partial clone left out, of the revisions
// that git rev-list would list, and the remote that has them.
func (r *Repo) missing(revisions ...string) (remote, missing string, err error) {
	remote, err = r.promisor()
	if err != nil || remote == "" {
		return "", "", err
	}
	args := append([]string{"rev-list", "--objects", "--no-object-names", "--missing=print"}, revisions...)
	out, err := call{dir: r.Top, wait: longPatience}.run(append(args, "--")...)
	var all strings.Builder
	for line := range strings.Lines(string(out)) {
		if object, left := strings.CutPrefix(line, "?"); left {
			all.WriteString(object)
		}
	}
	return remote, all.String(), err
}

// complete fetches the objects that a partial clone left out, of the revisions
// that git rev-list would list. Reading never fetches by itself: it would be one
// connection for each file, and with the environment of a call that judges.
func (r *Repo) complete(revisions ...string) error {
	remote, missing, err := r.missing(revisions...)
	if err != nil || missing == "" {
		return err
	}
	_, err = call{
		dir: r.Top, stdin: []byte(missing), wait: longPatience, use: child.Transport,
		settings: []child.Setting{{"fetch.negotiationAlgorithm", "noop"}},
	}.run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin", "--", remote)
	return err
}
