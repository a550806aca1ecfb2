package repo

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Past is a file as some commit brought it.
type Past struct {
	// Commit that brought it, Name relative to the top of the work tree.
	Commit, Name string
	Text         []byte
}

// EachPast calls f for every content that a commit since an instant brought into
// the history of the current branch, each content once per name; the zero instant
// is the whole history. Larger ones than limit (bytes) are passed over. Commits that
// name more paths than are read are unread, and so is what a commit made of them.
func EachPast(dir string, since time.Time, limit int64, f func(Past)) (unread []string, err error) {
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if _, err := r.Resolve("HEAD"); err != nil {
		return nil, nil // no commit yet
	}
	args := []string{"log", "--format=%H", "-m", "--root", "--raw", "--no-ext-diff", "--no-textconv", "--no-abbrev", "--no-renames",
		"--diff-filter=AMT", "-z"}
	commits, large, err := r.pastCommits(since)
	if err != nil {
		return nil, err
	}
	var readable strings.Builder
	for _, c := range commits {
		switch {
		case large[c.tree]:
			unread = append(unread, c.hash)
		case !slices.ContainsFunc(c.parents, func(tree string) bool { return large[tree] }):
			readable.WriteString(c.hash + "\n")
		}
	}
	if readable.Len() == 0 {
		return unread, nil
	}
	out, err := call{dir: r.Top, stdin: []byte(readable.String()),
		wait: longPatience}.run(append(args, "--no-walk=unsorted", "--stdin", "--")...)
	if err != nil {
		return nil, err
	}
	return unread, r.eachPast(changesOf(string(out)), limit, f)
}

// Removed calls f for each file that a commit takes away, as a parent has it. Larger ones
// than limit (bytes), and what this clone does not have, are passed over.
func (r *Repo) Removed(commit string, limit int64, f func(Past)) error {
	details, err := r.Inspect(commit)
	for _, parent := range details.Parents {
		if err := r.measure(nil, parent, commit); err != nil {
			return err
		}
		out, err := git(r.Top, "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--diff-filter=A", "--end-of-options",
			commit, parent, "--") // what the parent adds to the commit
		if err != nil {
			return err
		}
		removed := changesOf(string(out))
		for i := range removed {
			removed[i].commit = parent
		}
		if err := r.eachPast(removed, limit, f); err != nil {
			return err
		}
	}
	return err
}

// pastCommit is a commit with the trees of itself and of its parents.
type pastCommit struct {
	hash, tree string
	parents    []string
}

// pastCommits lists the commits of the current branch since an instant, newest first,
// and the trees among theirs that name more paths than are read. In a partial clone,
// where trees may be missing, none is known to.
func (r *Repo) pastCommits(since time.Time) (commits []pastCommit, large map[string]bool, err error) {
	args := []string{"log", "--format=%H %T %P"}
	if !since.IsZero() {
		args = append(args, fmt.Sprintf("--since=@%d", since.Unix()))
	}
	out, err := call{dir: r.Top, wait: longPatience}.run(append(args, "HEAD", "--")...)
	if err != nil {
		return nil, nil, err
	}
	trees := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) >= 2 {
			trees[fields[0]] = fields[1]
			commits = append(commits, pastCommit{fields[0], fields[1], fields[2:]})
		}
	}
	for _, c := range commits {
		for i, parent := range c.parents {
			c.parents[i] = trees[parent] // "" for one from before that instant
		}
	}
	large, err = r.tooLarge(slices.Compact(slices.Sorted(maps.Values(trees))))
	if errors.Is(err, ErrMissing) {
		err = nil
	}
	return commits, large, err
}

// blob is one content under one name.
type blob struct{ hash, commit, name string }

// changesOf reads `git log --raw -z`: a commit's hash, then pairs of a line that
// begins with ":" and a name.
func changesOf(log string) []blob {
	var all []blob
	seen := map[[2]string]bool{}
	commit := ""
	words := strings.Split(log, "\x00")
	for i := 0; i < len(words); i++ {
		word := strings.TrimLeft(words[i], "\n")
		if !strings.HasPrefix(word, ":") {
			if word != "" {
				commit = word
			}
			continue
		}
		fields := strings.Fields(word) // :mode mode hash hash status
		if i++; i >= len(words) || len(fields) < 5 || fields[1] == "160000" {
			continue // a submodule is no content
		}
		key := [2]string{fields[3], words[i]}
		if !seen[key] {
			all = append(all, blob{fields[3], commit, words[i]})
		}
		seen[key] = true
	}
	return all
}

// eachPast reads contents of at most limit bytes. What this clone does not have, as
// a partial one, and the file of a commit that deleted it are passed over.
func (r *Repo) eachPast(all []blob, limit int64, f func(Past)) error {
	objects := make([]string, len(all))
	for i, b := range all {
		objects[i] = b.hash
	}
	return r.contents(objects, true, func(i int, c Content) error {
		if c.Size > limit || c.Kind != "blob" {
			return nil
		}
		text, err := io.ReadAll(c.Text)
		f(Past{all[i].commit, all[i].name, text})
		return err
	})
}
