package guard

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// maxLandings is how many versions of a state are read to find the one that
// brought its last log entry. A move changes the state once; the others are edits
// of its spec. Of an entry that all of them have, the oldest stands for its commit.
const maxLandings = 200

// judgeLanded: a new log entry is not older than the base's commit that brought
// the entry before it. Its author chooses what it says, and an observation from
// before the last move must not count for a state that it did not see.
//
// Two clocks may differ: the one of the forge, or of who merged, and the one of
// who made the move ([skewOf]).
func (g *judgement) judgeLanded(was, next *state.Rotation) error {
	known := len(was.Status.Log)
	if known == 0 || len(next.Status.Log) <= known {
		return nil
	}
	landed, _, err := g.landed(known)
	var ahead *aheadError
	switch {
	case errors.As(err, &ahead):
		g.r.fail(problem.PRGuardLandedAhead.With(ahead.commit, known, ahead.at.Format(time.RFC3339)).In(g.State).On("status.log"))
		return nil
	case errors.Is(err, errCut):
		g.r.fail(problem.PRGuardUnreadable.With("base", err).In(g.State))
		return nil
	case err != nil || landed.IsZero():
		return base.GitProblem(err)
	}
	skew := skewOf(was)
	for i, entry := range next.Status.Log[known:] {
		at, err := time.Parse(time.RFC3339, entry.At)
		if err == nil && at.Before(landed.Add(-skew)) {
			how := "before the entry above it came to the base at " + landed.Format(time.RFC3339)
			g.r.fail(problem.PRGuardLogAt.With(known+i+1, entry.At, how).In(g.State).On("status.log"))
		}
	}
	return nil
}

// maxSkew is the most that two clocks may differ, whatever a state says.
const maxSkew = 5 * time.Minute

// skewOf is how far two clocks may differ. What gates wait for contains
// spec.leaf.clockSkew, so an instant that is off by no more than that closes nothing
// early; what an observation shows directly has no such wait, hence the limit.
func skewOf(s *state.Rotation) time.Duration {
	return min(time.Duration(s.WithDefaults().Spec.Leaf.ClockSkew), maxSkew)
}

var (
	errCut  = errors.New("its history is cut off in this clone")
	errDone = errors.New("done")
)

// landed is when the last of so many log entries came to the base; zero where the
// history does not say. brought: the history has a version without it, or more versions
// than are read.
func (g *judgement) landed(entries int) (at time.Time, brought bool, err error) {
	past, err := g.landings()
	if err != nil || len(past.all) == 0 {
		return at, false, err
	}
	oldest, brought := past.broughtEntry(entries)
	if !brought && g.Repo.Shallow() {
		return at, false, errCut
	}
	at, err = g.instantOf(past.all[oldest])
	return at, brought || len(past.all) == maxLandings, err
}

// landings are the commits of the base that changed the state, newest first, with how
// many log entries each of them has: as far back as the rotation under way began.
type landings struct {
	all     []repo.Landing
	entries []int
}

// landings are read once.
func (g *judgement) landings() (landings, error) {
	if g.landingsRead != nil {
		return *g.landingsRead, nil
	}
	all, err := g.Repo.Landings(g.Tip, g.wasName, maxLandings)
	if err != nil {
		return landings{}, err
	}
	var objects []string
	for _, l := range all {
		if l.Object == "" {
			break
		}
		objects = append(objects, l.Object)
	}
	read := landings{all: all}
	least := min(began(g.Now.Status.Log)+1, len(g.Now.Status.Log))
	err = g.Repo.Contents(objects, func(_ int, c repo.Content) error {
		text, err := io.ReadAll(io.LimitReader(c.Text, statefile.MaxSize))
		if err != nil {
			return err
		}
		has := -1 // what is no state has not even none
		if s, err := state.ParseLegacy(g.wasName, text); err == nil {
			has = len(s.Status.Log)
		}
		read.entries = append(read.entries, has)
		if has < least {
			return errDone
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDone) {
		return landings{}, err
	}
	g.landingsRead = &read
	return read, nil
}

// broughtEntry is the oldest in a row of landings, from the newest on, whose state
// has so many entries; found is false where all of them have.
func (l landings) broughtEntry(entries int) (brought int, found bool) {
	fewer := slices.IndexFunc(l.entries, func(has int) bool { return has < entries })
	if fewer < 0 {
		return max(0, len(l.entries)-1), len(l.entries) < len(l.all)
	}
	return max(0, fewer-1), true
}
