package repo

import (
	"errors"
	"os/exec"
	"strings"
)

// Conflict says that two commits cannot be merged by a machine.
type Conflict struct {
	Names []string // of the files
}

func (c *Conflict) Error() string { return "the commits conflict in " + strings.Join(c.Names, ", ") }

// ErrUnrelated says that two commits have no common history here, as in a clone
// whose history was cut off.
var ErrUnrelated = errors.New("the commits have no common history in this clone")

// Merge gives the commit that merging head into base would give. No branch, no
// working tree and no index has it. It needs Git 2.38 where base is not in the
// history of head.
func (r *Repo) Merge(base, head string) (string, error) {
	if r.Contains(head, base) {
		return head, nil
	}
	if _, err := r.git("merge-base", base, head); err != nil {
		return "", ErrUnrelated
	}
	tree, err := call{dir: r.Top, wait: longPatience}.run("merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", base, head)
	var said *Error
	switch {
	case errors.As(err, &said) && said.status == 1:
		names := strings.Split(strings.Trim(said.Text, "\x00"), "\x00")
		return "", &Conflict{names[1:]} // the first is the tree
	case err != nil:
		return "", err
	}
	args := append(append([]string{}, nobody...), "commit-tree", "-p", base, "-p", head, "-m", "what a merge would give", strings.Trim(string(tree), "\x00\n"))
	return r.git(args...)
}

// statusOf is the exit code of a process, -1 if it did not end by itself.
func statusOf(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}
