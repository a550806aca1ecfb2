package repo

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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
	if _, err := r.git("merge-base", base, head); err != nil {
		return "", ErrUnrelated
	}
	if err := atLeast(oldestMerge); err != nil {
		return "", err
	}
	tree, err := r.mergeTree(base, head)
	if err != nil {
		return "", err
	}
	return r.git(append(append([]string{}, nobody...), "commit-tree", "-p", base, "-p", head, "-m", "what a merge would give", tree)...)
}

// mergeTree gives the tree of a merge. It is made in an empty directory and
// without an index: attributes of the files that are checked out could choose
// merge drivers and filters of the configuration, which the forge does not have.
func (r *Repo) mergeTree(base, head string) (string, error) {
	empty, err := os.MkdirTemp("", "l5d-pki-render-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(empty)
	var out bytes.Buffer
	err = call{
		dir: r.Top, tree: empty, wait: longPatience, env: []string{"GIT_INDEX_FILE=" + filepath.Join(empty, "index")},
		settings: []child.Setting{{"core.attributesFile", os.DevNull}, {"merge.default", "text"}, {"merge.renormalize", "false"}},
	}.stream(nil, &out, "merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", base, head)
	names := strings.Split(strings.Trim(out.String(), "\x00\n"), "\x00") // the first is the tree
	var said *Error
	if errors.As(err, &said) && said.status == 1 {
		return "", &Conflict{names[1:]}
	}
	return names[0], err
}

// Blob is a version of a file.
type Blob struct {
	Name, Object string
	Size         int64
}

// NewBlobs lists every version of a file that the commits of head bring and
// base does not have, those included that a later commit takes away again.
func (r *Repo) NewBlobs(base, head string) ([]Blob, error) {
	named, err := call{dir: r.Top, wait: longPatience}.run("rev-list", "--objects", head, "^"+base)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	var objects strings.Builder
	for line := range strings.Lines(string(named)) {
		object, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		names[object] = name
		objects.WriteString(object + "\n")
	}
	kinds, err := call{dir: r.Top, stdin: []byte(objects.String()), wait: longPatience}.run("cat-file", "--batch-check=%(objecttype) %(objectname) %(objectsize)")
	var blobs []Blob
	for line := range strings.Lines(string(kinds)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == "blob" {
			size, _ := strconv.ParseInt(fields[2], 10, 64)
			blobs = append(blobs, Blob{names[fields[1]], fields[1], size})
		}
	}
	return blobs, err
}

// Touched lists the files that any commit of head changes which base does not
// have, sorted, also where a later one takes the change back.
func (r *Repo) Touched(base, head string) ([]string, error) {
	out, err := call{dir: r.Top, wait: longPatience}.run("log", "--no-ext-diff", "--no-textconv", "--no-merges", "--format=", "--name-only", "--no-renames", "-z", head, "^"+base, "--")
	names := strings.FieldsFunc(string(out), func(c rune) bool { return c == 0 || c == '\n' })
	slices.Sort(names)
	return slices.Compact(names), err
}

// Object gives the text of a blob.
func (r *Repo) Object(object string) ([]byte, error) { return git(r.Top, "cat-file", "blob", object) }
