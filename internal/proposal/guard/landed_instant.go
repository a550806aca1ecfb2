package guard

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
)

// maxInstants is how many commits before one are looked at for an instant that is
// later than its own.
const maxInstants = 1000

// aheadError is a commit that is dated in the future, as are all that came after it.
type aheadError struct {
	commit string
	at     time.Time
}

func (e *aheadError) Error() string { return fmt.Sprintf("%s is dated in the future", e.commit) }

// instantOf is when a commit came to the base: not before any of those that it
// follows, whatever its author wrote. One from a clock that is ahead says nothing
// itself: the first commit behind it that is not has the latest instant it can be.
func (g *judgement) instantOf(l repo.Landing) (at time.Time, err error) {
	if noted, known := g.instants[l.Commit]; known {
		return noted, nil
	}
	if at, err = g.latestInstant(l); err == nil {
		g.instants[l.Commit] = at
	}
	return at, err
}

func (g *judgement) latestInstant(l repo.Landing) (time.Time, error) {
	before, err := g.Repo.Instants(maxInstants, l.Commit)
	if err != nil {
		return time.Time{}, err
	}
	isAhead := func(at time.Time) bool { return at.After(g.Instant.Add(maxAhead)) }
	if isAhead(l.At) {
		after, err := g.Repo.Instants(0, l.Commit+".."+g.Tip)
		if err != nil {
			return time.Time{}, err
		}
		if after = slices.DeleteFunc(after, isAhead); len(after) == 0 {
			return time.Time{}, &aheadError{l.Commit, l.At}
		}
		before = append(before, after[len(after)-1])
	}
	return slices.MaxFunc(slices.DeleteFunc(before, isAhead), time.Time.Compare), nil
}
