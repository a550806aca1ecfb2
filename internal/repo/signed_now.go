package repo

import (
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// A bound on the time in which a key of an allowed_signers file counts, and the
// beginning of anything that may be one (ssh-keygen(1), ALLOWED SIGNERS).
var (
	validBound  = lazy.New(`(?i)valid-(after|before)="([0-9]+)(Z?)"`)
	validPrefix = lazy.New(`(?i)valid-(after|before)`)
)

// validAt gives the lines of an allowed_signers file whose keys count at an
// instant. git checks a signature at the commit's own date, which whoever holds
// an old key can choose, so a key that has expired must not reach git at all. A
// line with a bound that cannot be read counts never.
func validAt(allowed []byte, now time.Time) []byte {
	var valid []string
	for line := range strings.Lines(string(allowed)) {
		if lineValidAt(line, now) {
			valid = append(valid, line)
		}
	}
	return []byte(strings.Join(valid, ""))
}

func lineValidAt(line string, now time.Time) bool {
	bounds := validBound.Regexp().FindAllStringSubmatch(line, -1)
	if len(bounds) != len(validPrefix.Regexp().FindAllString(line, -1)) {
		return false
	}
	for _, b := range bounds {
		at, err := boundTime(b[2], b[3] != "")
		switch after := strings.EqualFold(b[1], "after"); {
		case err != nil, after && now.Before(at), !after && !now.Before(at):
			return false
		}
	}
	return true
}

// boundTime reads YYYYMMDD[HHMM[SS]], which is in local time unless Z follows.
func boundTime(digits string, utc bool) (time.Time, error) {
	where := time.Local
	if utc {
		where = time.UTC
	}
	const layout = "20060102150405"
	if n := len(digits); n != 8 && n != 12 {
		return time.ParseInLocation(layout, digits, where)
	}
	return time.ParseInLocation(layout[:len(digits)], digits, where)
}
