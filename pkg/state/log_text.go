package state

import (
	"strconv"
	"strings"
)

// Sentence is the entry in words, for people to read. Free text stands in Go
// quotes, with control characters and quotes escaped: it cannot be mistaken for
// what the fields say, and it is one line.
func (e LogEntry) Sentence() string {
	text := e.headline()
	if e.Why != "" {
		text += ": " + strconv.Quote(e.Why)
	}
	parts := []string{text}
	for _, a := range e.Assumed {
		word := "assumed "
		if a.Forced {
			word = "assumed by force, against what the log said, "
		}
		parts = append(parts, word+a.Code+" because "+strconv.Quote(a.Because))
	}
	if e.DowntimeAccepted {
		parts = append(parts, "downtime accepted")
	}
	if e.Ahead {
		parts = append(parts, "prepared before its gate was open")
	}
	return strings.Join(parts, "; ")
}

// headline is what was done.
func (e LogEntry) headline() string {
	name := e.Kind
	if e.Strategy != "" {
		name += " (" + e.Strategy + ")"
	}
	switch e.Move {
	case MoveInit:
		return "first PKI minted"
	case MoveAdopt:
		return "running mesh adopted"
	case MoveReissue:
		return "issuer " + e.Issuer[:min(16, len(e.Issuer))] + " replaced " + e.Replaced[:min(16, len(e.Replaced))]
	case MoveRollout:
		return "rollout in " + e.Phase
	case MoveLegacy:
		return "old entry"
	}
	return e.Move + " " + name + " to " + e.Phase
}
