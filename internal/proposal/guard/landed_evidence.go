package guard

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// asLanded are base and head for the gate, with the instants that count of the entries of
// the base ([judgement.counted]), as far as the new one is not before them; judgeLanded
// judges that.
func (g *judgement) asLanded(next *state.Rotation) (was, is *state.Rotation, err error) {
	was, is = g.Now.Clone(), next.Clone()
	known := len(was.Status.Log)
	if len(is.Status.Log) <= known || state.Continues(was.Status.Log, is.Status.Log) != nil {
		return was, is, nil // Review says what is wrong
	}
	if began(was.Status.Log) == known {
		return was, is, nil // the new entry begins the first rotation
	}
	l, err := g.stateLandings(g.wasName)
	if err != nil {
		return nil, nil, err
	}
	counted, _, err := g.counted(g.Now, l) // judgeLanded fails where the history does not say it
	if err != nil {
		return nil, nil, err
	}
	latest := is.Status.Log[known].At
	var log []state.LogEntry
	for i, entry := range is.Status.Log {
		if i < known {
			entry.At = min(counted.Status.Log[i].At, latest) // one form, so texts sort as instants
		}
		log = state.Append(log, entry)
	}
	was.Status.Log, is.Status.Log = slices.Clone(log[:known]), log
	return was, is, nil
}

// began is the index of the entry that began the rotation that is under way.
func began(log []state.LogEntry) int {
	for i, entry := range slices.Backward(log) {
		if entry.Move == state.MoveStart {
			return i
		}
	}
	return len(log)
}

// counted is a state with the instants of its log that count for gates: of each entry of
// the rotation under way that of the commit of the base that brought it, less the skew of
// clocks, or now, if the change brings it, where this is later than what its author wrote.
// What was observed in between did not see the state, and no wait began then. An entry
// that was there when the file came, as after a move of the file, or when a fleet first
// pinned the member, keeps its instant. why says where the history does not tell.
func (g *judgement) counted(s *state.Rotation, l *landings) (is *state.Rotation, why *problem.Problem, err error) {
	is = s.Clone()
	has := l.having(s.Status.Log)
	var log []state.LogEntry
	for i, entry := range s.Status.Log {
		if i >= began(s.Status.Log) {
			landed, brought, err := g.landed(l, has, i+1)
			if p := unlanded(err, i+1); p != nil {
				why = p
			} else if err != nil {
				return nil, nil, base.GitProblem(err)
			}
			own, wrong := time.Parse(time.RFC3339, entry.At)
			if landed = landed.Add(-skewOf(s)); err == nil && brought && wrong == nil && landed.After(own) {
				entry.At = landed.UTC().Format(time.RFC3339)
			}
			if i > 0 {
				entry.At = max(entry.At, log[i-1].At)
			}
		}
		log = state.Append(log, entry)
	}
	is.Status.Log = log
	return is, why, nil
}

// countedOther is counted for another cluster, whose log is in a file. In a step what the
// history does not tell is a finding, and a late merge is noted.
func (g *judgement) countedOther(who, file string, s *state.Rotation, l *landings, step bool) (*state.Rotation, error) {
	is, why, err := g.counted(s, l)
	if err != nil || !step {
		return is, err
	}
	if why != nil {
		g.r.failOnce(why.In(sink.Name(file)))
	}
	if last, _ := s.LastEntry(); last.At != "" {
		made, err := time.Parse(time.RFC3339, last.At)
		now, _ := is.LastEntry()
		if from, wrong := time.Parse(time.RFC3339, now.At); err == nil && wrong == nil && from.Sub(made) > maxAhead {
			g.r.noteOnce(fmt.Sprintf("%s: log entry %d is dated %s, and came to the base later: waits count from %s",
				who, len(s.Status.Log), last.At, now.At))
		}
	}
	return is, nil
}
