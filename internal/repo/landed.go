package repo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Landing is a commit of a branch that changed a file there.
type Landing struct {
	Commit string
	// At is the committer's instant: of a squash, a rebase and a merge commit, when
	// the forge made it. A branch that was fast-forwarded has what its author wrote.
	At time.Time
	// Object is the file's content; "" where the commit removed it.
	Object string
}

// Landings lists the commits of a branch that changed a file, newest first, at
// most limit: of a merged branch the merge, and not the commits that it merged.
func (r *Repo) Landings(tip, name string, limit int) (list []Landing, err error) {
	out, err := call{dir: r.Top, wait: longPatience}.run("--literal-pathspecs", "log", "--first-parent", "-m", "--root", "--raw", "-z",
		"--format=%H %ct",
		"--no-ext-diff", "--no-textconv", "--no-abbrev", "--no-renames", fmt.Sprintf("--max-count=%d", limit), tip, "--", name)
	if err != nil {
		return nil, err
	}
	for word := range strings.SplitSeq(string(out), "\x00") {
		fields := strings.Fields(word)
		switch {
		case len(fields) == 2 && !strings.HasPrefix(fields[0], ":"):
			if seconds, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				list = append(list, Landing{Commit: fields[0], At: time.Unix(seconds, 0).UTC()})
			}
		case len(fields) == 5 && len(list) > 0 && strings.HasPrefix(fields[0], ":") && strings.Trim(fields[3], "0") != "": // :mode mode hash hash status
			list[len(list)-1].Object = fields[3]
		}
	}
	var commits []string
	for _, l := range list {
		commits = append(commits, l.Commit)
	}
	if len(commits) > 0 {
		err = r.complete(append([]string{"--no-walk"}, commits...)...)
	}
	return list, err
}

// Instants are those of the committers of a branch's commits in a range, newest first,
// at most limit; 0 is all of them.
func (r *Repo) Instants(limit int, revisions string) (list []time.Time, err error) {
	args := []string{"log", "--first-parent", "--format=%ct"}
	if limit > 0 {
		args = append(args, fmt.Sprintf("--max-count=%d", limit))
	}
	out, err := call{dir: r.Top, wait: longPatience}.run(append(args, revisions, "--")...)
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Fields(string(out)) {
		seconds, err := strconv.ParseInt(line, 10, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, time.Unix(seconds, 0).UTC())
	}
	return list, nil
}
