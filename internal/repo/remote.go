package repo

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// ErrNoRemote says that the repository knows no remote.
var ErrNoRemote = errors.New("the repository has no remote")

// ErrRemotes says that several remotes could be meant.
var ErrRemotes = errors.New("the repository has several remotes, and none of them is origin")

// ErrMoved says that a branch of the remote is not where it was when it was
// looked at: somebody else pushed to it.
var ErrMoved = errors.New("the branch moved while this command was at work")

// hold keeps what was fetched from being collected as garbage; it is no branch.
const hold = "refs/l5d-pki-render/"

// DefaultRemote is the only remote, else origin. That of the branch that is
// checked out may be the fork of a contributor, whose change is being reviewed.
func (r *Repo) DefaultRemote() (string, error) {
	out, err := r.git("remote")
	if err != nil {
		return "", err
	}
	names := strings.Fields(out)
	for _, name := range names {
		if name == "origin" || len(names) == 1 {
			return name, nil
		}
	}
	if len(names) == 0 {
		return "", ErrNoRemote
	}
	return "", fmt.Errorf("%w: %s", ErrRemotes, address.Redact(strings.Join(names, ", ")))
}

// URL is the address that a remote is pushed to.
func (r *Repo) URL(remote string) (string, error) {
	return r.git("remote", "get-url", "--push", "--", remote)
}

// Branches are the heads of a remote, by name.
type Branches struct {
	// Default is the branch that the remote's HEAD names, or "".
	Default string
	Heads   map[string]string
}

// here is the repository itself as a remote, as in Git's configuration.
const here = "."

// local lists the repository's own branches as a remote's.
func (r *Repo) local() (Branches, error) {
	out, err := r.git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads/")
	b := Branches{Default: r.Branch(), Heads: map[string]string{}}
	for line := range strings.Lines(out) {
		commit, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		b.Heads[name] = commit
	}
	return b, err
}

// Look lists the branches of a remote in one call.
func (r *Repo) Look(remote string) (Branches, error) {
	if remote == here {
		return r.local()
	}
	out, err := call{dir: r.Top, wait: longPatience, use: child.Transport}.run("ls-remote", "--symref", "--", remote, "HEAD", "refs/heads/*")
	if err != nil {
		return Branches{}, err
	}
	b := Branches{Heads: map[string]string{}}
	for line := range strings.Lines(string(out)) {
		value, ref, found := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		switch name, isHead := strings.CutPrefix(ref, "refs/heads/"); {
		case !found:
		case ref == "HEAD" && strings.HasPrefix(value, "ref: refs/heads/"):
			b.Default = strings.TrimPrefix(value, "ref: refs/heads/")
		case isHead:
			b.Heads[name] = value
		}
	}
	return b, nil
}

// Fetch brings the commit at the head of a remote's branch, unless it is here.
// In a repository whose history is cut off it brings depth commits of it and
// not the whole history. The user's own branches of the remote stay as they are.
func (r *Repo) Fetch(remote, branch, commit string, depth int) error {
	if err := r.fetch(remote, branch, commit, depth); err != nil {
		return err
	}
	return r.complete("--no-walk", commit)
}

func (r *Repo) fetch(remote, branch, commit string, depth int) error {
	if r.Has(commit) && (depth < 2 || r.Has(commit+"^")) {
		return nil
	}
	args := []string{"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap="}
	if r.Shallow() {
		args = append(args, fmt.Sprintf("--depth=%d", depth))
	}
	_, err := call{dir: r.Top, wait: longPatience, use: child.Transport}.run(append(args, "--", remote,
		fmt.Sprintf("+refs/heads/%s:%s%x", branch, hold, sha256.Sum256([]byte(branch))))...) // a/b would be in the way of a
	if err == nil && !r.Has(commit) {
		return ErrMoved
	}
	return err
}

// PutBranch moves a local branch that is where it was seen (was, or "" for
// none) to a commit. One that is checked out somewhere is left alone.
func (r *Repo) PutBranch(branch, commit, was string) error {
	out, err := r.git("worktree", "list", "--porcelain")
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) == "branch refs/heads/"+branch {
			return &Error{"branch", branch + " is checked out", -1}
		}
	}
	if was == "" {
		was = strings.Repeat("0", len(commit))
	}
	_, err = r.git("update-ref", "-m", "l5d-pki-render: pr", "refs/heads/"+branch, commit, was)
	return err
}
