package repo

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

// What is replayed to see where a rebase ends.
const (
	maxReplayed = 1000
	replayTime  = time.Minute
)

// ErrLong says that a rebase was not followed to its end.
var ErrLong = fmt.Errorf("it has more than %d commits to rebase, or that takes more than %s", maxReplayed, replayTime)

// Rebase gives the commit that `git rebase` would end with, or one with its tree:
// commits that are no merges, in Git's order, each applied to what the one before
// gave. It is head itself where nothing has to be applied again. A [Conflict] says
// that a rebase stops. No branch, no working tree and no index has the commit. It
// needs Git 2.38 unless every commit has its place already.
func (r *Repo) Rebase(base, head string) (string, error) {
	if err := r.complete(base + "..." + head); err != nil {
		return "", err
	}
	list, err := call{dir: r.Top, wait: longPatience}.run("rev-list", "--topo-order", "--reverse", "--no-merges", "--parents",
		"--cherry-pick", "--right-only", base+"..."+head)
	if err != nil {
		return "", err
	}
	at, again, read := base, [][2]string{}, []string{"--no-walk", base}
	for line := range strings.Lines(string(list)) {
		commit, parent, _ := strings.Cut(strings.TrimSpace(line), " ")
		if len(again) == 0 && parent == at {
			at = commit
			continue
		}
		if again = append(again, [2]string{commit, parent}); parent != "" {
			read = append(read, parent)
		}
	}
	switch {
	case len(again) == 0:
		return at, nil
	case len(again) > maxReplayed:
		return "", ErrLong
	}
	if err := errors.Join(atLeast(r.Top, oldestMerge), r.complete(read...)); err != nil {
		return "", err
	}
	for began := time.Now(); len(again) > 0; again = again[1:] {
		if time.Since(began) > replayTime {
			return "", ErrLong
		}
		if at, err = r.replay(again[0][0], again[0][1], at); err != nil {
			return "", err
		}
	}
	return at, nil
}

// replay applies a commit to another one: it merges both as if they had the commit's
// parent in common and nothing else.
func (r *Repo) replay(commit, parent, onto string) (string, error) {
	sibling, err := r.commitTree(onto+"^{tree}", parent)
	if err != nil {
		return "", err
	}
	// Where Git would ask a person whether a file follows a renamed directory, it stays.
	tree, err := r.mergeTree(sibling, commit, child.Setting{"merge.directoryRenames", "false"})
	if err != nil {
		return "", err
	}
	return r.commitTree(tree, onto)
}

// commitTree makes a commit that no branch has.
func (r *Repo) commitTree(tree string, parents ...string) (string, error) {
	args := append([]string{}, nobody...)
	args = append(args, "commit-tree", "-m", "what a merge would give", tree)
	for _, parent := range parents {
		if parent != "" {
			args = append(args, "-p", parent)
		}
	}
	return r.git(args...)
}
