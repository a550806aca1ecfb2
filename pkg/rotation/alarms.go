package rotation

import (
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Ago says how long ago a certificate ended: "expired 2 days ago".
func (x Expiry) Ago(at time.Time) string {
	past := at.Sub(x.NotAfter)
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		switch n := int(past / unit.of); {
		case n == 1:
			return "expired 1 " + unit.name + " ago"
		case n > 1:
			return fmt.Sprintf("expired %d %ss ago", n, unit.name)
		}
	}
	return "expired less than a minute ago"
}

// maxClockError is how far two healthy clocks may differ: a certificate that begins
// later than that is no matter of seconds.
const maxClockError = time.Hour

// clockNotes say that certificates in use are not valid yet: most likely the clock is behind.
func (s *Status) clockNotes() []string {
	var early []string
	var last time.Time
	for _, x := range s.Certificates {
		if x.InUse && x.NotBefore.Sub(s.At) > maxClockError {
			early = append(early, fmt.Sprintf("%s %q", x.Kind, x.Name))
			if x.NotBefore.After(last) {
				last = x.NotBefore
			}
		}
	}
	if len(early) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("in use and not valid yet, before %s: %s; is the clock right?", last.Format(time.RFC3339), strings.Join(early, ", "))}
}

// alarms are what is wrong already: certificates in use that have ended, and
// entries of the log that no move of this tool makes.
func (s *Status) alarms(r *state.Rotation) []string {
	var list []string
	if s.Refused != "" {
		list = append(list, s.Refused)
	}
	for _, x := range s.Certificates {
		if x.InUse && x.Expired && !s.spare(x) {
			list = append(list, fmt.Sprintf("%s: %s %q is in use", x.Ago(s.At), x.Kind, x.Name))
		}
	}
	return append(list, handEdits(r.Status.Log)...)
}

// handEdits finds log entries that skip an epoch, or that enter a phase with
// needs although nothing was brought that could meet them.
func handEdits(log []state.LogEntry) (found []string) {
	for i := 1; i < len(log); i++ {
		e, before := log[i], log[i-1]
		path, ok := PathOf(e.Kind, e.Strategy)
		if !ok {
			continue // no move of a rotation
		}
		if e.Epoch != before.Epoch+1 {
			found = append(found, fmt.Sprintf("the log goes from epoch %d to %d: a move is missing, or the file was edited by hand", before.Epoch, e.Epoch))
		}
		step := path.index(e.Phase)
		if e.Move == state.MoveAdvance && step >= 0 && len(path.Steps[step].Needs) > 0 && e.Evidence == "" && !e.Ahead {
			found = append(found, fmt.Sprintf("the log enters %s at epoch %d with no evidence, which no move does: the file was edited by hand, and the phase before may not have been applied", e.Phase, e.Epoch))
		}
	}
	return found
}
