package repo

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
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
	if err := errors.Join(r.complete(head, "^"+base), r.complete("--no-walk", head)); err != nil {
		return "", err
	}
	if r.Contains(head, base) {
		return head, nil
	}
	if err := r.related(base, head); err != nil {
		return "", err
	}
	if err := atLeast(r.Top, oldestMerge); err != nil {
		return "", err
	}
	tree, err := r.mergeTree(base, head)
	if err != nil {
		return "", err
	}
	return r.commitTree(tree, base, head)
}

// related is [ErrUnrelated] where this clone has no commit that both come from.
func (r *Repo) related(base, head string) error {
	_, err := call{dir: r.Top, wait: longPatience}.run("merge-base", base, head)
	if said := new(Error); errors.As(err, &said) && said.status == 1 {
		return ErrUnrelated // else git did not say: it was slow, or stopped
	}
	return err
}

// mergeTree gives the tree of a merge. It is made in an empty directory and
// without an index: attributes of the files that are checked out could choose
// merge drivers and filters of the configuration, which the forge does not have.
func (r *Repo) mergeTree(base, head string, more ...child.Setting) (string, error) {
	empty, err := os.MkdirTemp("", "l5d-pki-render-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(empty)
	var out bytes.Buffer
	err = call{
		dir: r.Top, tree: empty, wait: longPatience, env: []string{"GIT_INDEX_FILE=" + filepath.Join(empty, "index")},
		settings: append(more, child.Setting{"core.attributesFile", os.DevNull}, child.Setting{"merge.default", "text"},
			child.Setting{"merge.renormalize", "false"}),
	}.stream(nil, &out, "merge-tree", "--write-tree", "--allow-unrelated-histories", "--no-messages", "--name-only", "-z", base, head)
	names := strings.Split(strings.Trim(out.String(), "\x00\n"), "\x00") // the first is the tree
	var said *Error
	if errors.As(err, &said) && said.status == 1 {
		return "", &Conflict{names[1:]}
	}
	return names[0], err
}
