package guard

import (
	"errors"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeLanded: a new log entry is not older than the base's commit that brought
// the entry before it. Its author chooses what it says, and an observation from
// before the last move must not count for a state that it did not see.
//
// Two clocks may differ: the one of the forge, or of who merged, and the one of
// who made the move ([skewOf]).
func (g *judgement) judgeLanded(was, next *state.Rotation) error {
	l, err := g.stateLandings(g.wasName)
	if err != nil {
		return err
	}
	return g.judgeDates(l, was, next, g.State, func(entry int, at, how string) {
		g.r.fail(problem.PRGuardLogAt.With(entry, at, how).In(g.State).On("status.log"))
	})
}

// judgeDates refuses each new entry that is older than the commit that brought the last
// one of was; file is where the log is.
func (g *judgement) judgeDates(l *landings, was, next *state.Rotation, file string, refuse func(entry int, at, how string)) error {
	known := len(was.Status.Log)
	if known == 0 || len(next.Status.Log) <= known {
		return nil
	}
	landed, _, err := g.landed(l, l.having(was.Status.Log), known)
	if why := unlanded(err, known); why != nil {
		g.r.failOnce(why.In(file))
		return nil
	}
	if err != nil || landed.IsZero() {
		return base.GitProblem(err)
	}
	skew := skewOf(was)
	for i, entry := range next.Status.Log[known:] {
		at, err := time.Parse(time.RFC3339, entry.At)
		if err == nil && at.Before(landed.Add(-skew)) {
			refuse(known+i+1, entry.At, "before the entry above it came to the base at "+landed.Format(time.RFC3339))
		}
	}
	return nil
}

// unlanded is the finding of a history that does not say when an entry came to the base;
// nil for other errors.
func unlanded(err error, entry int) *problem.Problem {
	var ahead *aheadError
	switch {
	case errors.As(err, &ahead):
		return problem.PRGuardLandedAhead.With(ahead.commit, entry, ahead.at.Format(time.RFC3339)).On("status.log")
	case errors.Is(err, errCut):
		return problem.PRGuardUnreadable.With("base", err)
	}
	return nil
}

// skewOf is how far two clocks may differ. What gates wait for contains
// spec.leaf.clockSkew, so an instant that is off by no more than that closes nothing
// early; what an observation shows directly has no such wait, hence its limit.
func skewOf(s *state.Rotation) time.Duration { return rotation.Skew(s) }

var errCut = errors.New("its history is cut off in this clone")

// landed is when the last of so many entries of a log came to the base; zero where the
// history does not say. brought: the history has a version without it, or more versions
// than are read. has is [landings.having] of the log.
func (g *judgement) landed(l *landings, has []int, entries int) (at time.Time, brought bool, err error) {
	if len(l.all) == 0 {
		return at, false, nil
	}
	fewer := l.without(has, entries)
	switch {
	case fewer == 0:
		return g.Instant, true, nil // the change brings it
	case fewer < 0 && l.cut:
		return at, false, errCut
	case fewer < 0:
		at, err = g.instantOf(l.all[len(l.all)-1])
		return at, l.older, err
	}
	at, err = g.instantOf(l.all[fewer-1])
	return at, true, err
}
