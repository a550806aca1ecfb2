package repo

import (
	"strconv"
	"strings"
	"time"
)

// Authorship is who wrote a commit and who committed it, as "Name <address>", and when
// it was committed.
func (r *Repo) Authorship(commit string) (author, committer string, at time.Time, err error) {
	out, err := r.git("show", "--no-patch", "--no-show-signature", "--format=%an <%ae>%x00%cn <%ce>%x00%ct", "--end-of-options", commit, "--")
	if err != nil {
		return "", "", time.Time{}, err
	}
	fields := strings.Split(strings.TrimSpace(out), "\x00")
	if len(fields) != 3 {
		return "", "", time.Time{}, &Error{"show", "commit " + commit + " cannot be read", -1}
	}
	seconds, err := strconv.ParseInt(fields[2], 10, 64)
	return fields[0], fields[1], time.Unix(seconds, 0).UTC(), err
}
