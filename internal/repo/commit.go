package repo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// ErrHook says that a hook of the repository changed what was committed.
var ErrHook = errors.New("a hook changed the files of the commit")

// nobody is who commits where Git was not told who the user is, as in a CI job.
var nobody = []string{"-c", "user.name=l5d-pki-render", "-c", "user.email=l5d-pki-render@localhost"}

// Commit commits the staged tree with the program, so that hooks run and the
// commit is signed as configured. Author's and committer's dates are the
// instant: the same parent, tree, message and instant give the same commit,
// unless it is signed (signatures are not the same twice) or a hook adds to the
// message. It is ErrHook if the commit has another tree.
func (w *Worktree) Commit(tree, message string, when time.Time) (commit string, err error) {
	date := when.UTC().Format("2006-01-02T15:04:05+0000")
	c := w.call(longPatience)
	c.use, c.stdin = child.Committing, []byte(message)
	c.env = []string{"GIT_AUTHOR_DATE=" + date, "GIT_COMMITTER_DATE=" + date, "GIT_EDITOR=true"}
	if c.hooks, err = w.hooks(); err != nil {
		return "", err
	}
	var args []string
	if _, err := (call{dir: w.Dir, wait: patience, use: child.Committing}).run("var", "GIT_COMMITTER_IDENT"); err != nil {
		args = nobody
	}
	if _, err = c.run(append(slices.Clone(args), "commit", "--quiet", "--cleanup=whitespace", "--file=-")...); err != nil {
		var said *Error
		if errors.As(err, &said) && said.Text == "" && c.hooks != "" {
			said.Text = "refused without a word, as a hook does (pre-commit, commit-msg) that only exits with an error"
		}
		return "", err
	}
	if commit, err = w.git(patience, nil, "rev-parse", "--verify", "HEAD"); err != nil {
		return "", err
	}
	committed, err := w.git(patience, nil, "rev-parse", "--verify", "HEAD^{tree}")
	if err == nil && committed != tree {
		err = ErrHook
	}
	return commit, err
}

// Seal is the SHA-256 (lower-case hex) of what lies between two trees or
// commits: modes, object names and paths of every file that differs. It tells
// whether a commit is still what was once written.
func (r *Repo) Seal(from, to string) (string, error) {
	if err := r.measure(nil, from, to); err != nil {
		return "", err
	}
	out, err := git(r.Top, "diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", "--abbrev=64", "--end-of-options", from, to, "--")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(out)
	return hex.EncodeToString(sum[:]), nil
}

// Changed lists the files that differ between two trees or commits, sorted.
func (r *Repo) Changed(from, to string) ([]string, error) {
	if err := r.measure(nil, from, to); err != nil {
		return nil, err
	}
	out, err := git(r.Top, "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--end-of-options", from, to, "--")
	return strings.FieldsFunc(string(out), func(c rune) bool { return c == 0 }), err
}

// Details are what a commit says.
type Details struct {
	Commit, Tree, Subject, Committer string
	Parents                          []string
	Trailers                         map[string]string
}

// Inspect reads a commit.
func (r *Repo) Inspect(commit string) (Details, error) {
	out, err := r.git("show", "--no-patch", "--no-show-signature", "--format=%H%n%T%n%P%n%cn <%ce>%n%s%n%(trailers:only=true,unfold=true)%n%x1e%B", "--end-of-options", commit, "--")
	if err != nil {
		return Details{}, err
	}
	head, body, _ := strings.Cut(out, "\x1e")
	lines := strings.Split(head, "\n")
	if len(lines) < 5 {
		return Details{}, &Error{"show", "commit " + commit + " cannot be read", -1}
	}
	d := Details{Commit: lines[0], Tree: lines[1], Parents: strings.Fields(lines[2]), Committer: lines[3], Subject: lines[4],
		Trailers: map[string]string{}}
	for _, line := range append(lines[5:], ownTrailers(body)...) {
		if key, value, found := strings.Cut(line, ":"); found {
			d.Trailers[key] = strings.TrimSpace(value)
		}
	}
	return d, nil
}

// ownPrefix begins the names of this program's trailers.
const ownPrefix = "L5d-Pki-"

// ownTrailers are the lines of the last paragraph that has trailers of this program.
// A hook that adds a footer as a paragraph of its own hides them from git, which
// reads the last paragraph alone.
func ownTrailers(body string) []string {
	paragraphs := strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n")
	for _, paragraph := range slices.Backward(paragraphs) {
		var own []string
		for _, line := range strings.Split(paragraph, "\n") {
			if strings.HasPrefix(line, ownPrefix) {
				own = append(own, line)
			}
		}
		if len(own) > 0 {
			return own
		}
	}
	return nil
}
