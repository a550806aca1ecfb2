package guard

import (
	"errors"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// asLanded are base and head for the gate, with each log entry of the base that its
// history shows to have been brought by a commit dated to that commit: what was
// observed between the instant that its author wrote and the merge did not see the
// state, and no wait began then. An entry that was there when the file came, as
// after a move of the file, keeps its instant; judgeLanded judges that of the new one.
func (g *judgement) asLanded(next *state.Rotation) (was, is *state.Rotation, err error) {
	was, is = g.Now.Clone(), next.Clone()
	known := len(was.Status.Log)
	if len(is.Status.Log) <= known || state.Continues(was.Status.Log, is.Status.Log) != nil {
		return was, is, nil // Review says what is wrong
	}
	latest := is.Status.Log[known].At
	var log []state.LogEntry
	for i, entry := range is.Status.Log {
		if i < known && i >= began(was.Status.Log) {
			if entry.At, err = g.landedAt(i+1, entry.At, latest); err != nil {
				return nil, nil, err
			}
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

// landedAt is the instant of an entry of the base, the last of so many, or that of
// the commit that brought it, less the skew of clocks, where this is later.
func (g *judgement) landedAt(entries int, at, latest string) (string, error) {
	landed, brought, err := g.landed(entries)
	var ahead *aheadError
	if errors.Is(err, errCut) || errors.As(err, &ahead) || err == nil && (!brought || landed.IsZero()) {
		return at, nil // judgeLanded fails where the history is cut off or in the future
	}
	if err != nil {
		return "", base.GitProblem(err)
	}
	own, err := time.Parse(time.RFC3339, at)
	end, wrong := time.Parse(time.RFC3339, latest)
	landed = landed.Add(-skewOf(g.Now))
	if landed.After(end) {
		landed = end
	}
	if err != nil || wrong != nil || !landed.After(own) {
		return at, nil
	}
	return landed.UTC().Format(time.RFC3339), nil
}
