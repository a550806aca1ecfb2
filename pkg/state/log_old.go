package state

import (
	"reflect"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// oldEntry is a log entry from before its fields: why was a sentence that held
// the move, what was assumed, and whether downtime was accepted.
type oldEntry struct {
	Epoch    int64  `json:"epoch"`
	Phase    string `json:"phase"`
	At       string `json:"at"`
	Why      string `json:"why"`
	Evidence string `json:"evidence,omitempty"`
	Previous string `json:"previous,omitempty"`
}

// asOld is a migrated entry as it was; ok is false for any entry that says more.
func (e LogEntry) asOld() (canonical any, ok bool) {
	old := LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: MoveLegacy, Why: e.Why, Evidence: e.Evidence, Previous: e.Previous}
	e.Assumed = append([]Assumed(nil), e.Assumed...) // none and an empty list are the same
	return struct {
		Epoch    int64  `json:"epoch"`
		Phase    string `json:"phase"`
		At       string `json:"at"`
		Why      string `json:"why"`
		Evidence string `json:"evidence"`
		Previous string `json:"previous"`
	}{e.Epoch, e.Phase, e.At, e.Why, e.Evidence, e.Previous}, reflect.DeepEqual(e, old)
}

// ParseLegacy is [Parse] that also reads a log from before its entries had
// fields. Each old entry becomes one of the move "legacy": its sentence is kept
// as Why and gives nothing else, so no text is ever taken for a field, and its
// digest stays the same.
//
// It is for what was reviewed or is the caller's own: the base branch, older
// versions in Git, the file that a move is about to rewrite. The head of a pull
// request is read with Parse.
func ParseLegacy(name string, data []byte) (*Rotation, error) {
	r, _, problems := read(data, true)
	return parsed(name, r, problems)
}

// logEntry reads an entry of the log; one that has no move and nothing that an
// old entry did not have is an old one.
func (s *shape) logEntry(n *manifest.Node, seen any, p manifest.Path) any {
	if !isOld(n) {
		return s.mapping(n, seen, reflect.TypeFor[LogEntry](), p)
	}
	if !s.legacy {
		s.oldLog(n, p)
		return nil
	}
	taken, ok := s.mapping(n, seen, reflect.TypeFor[oldEntry](), p).(map[string]any)
	if !ok {
		return nil
	}
	taken["move"] = MoveLegacy
	s.old = append(s.old, p)
	return taken
}

// oldLog refuses the old form once, at its first entry.
func (s *shape) oldLog(n *manifest.Node, p manifest.Path) {
	for _, what := range s.problems {
		if what.Code == problem.StateLogOld.Code {
			s.bad = append(s.bad, p)
			return
		}
	}
	s.refuse(n, p, problem.StateLogOld.With())
}

func isOld(n *manifest.Node) bool {
	if n.Kind() != manifest.Mapping || n.Len() == 0 {
		return false
	}
	known := keysOf(reflect.TypeFor[oldEntry]())
	for k := range n.Pairs() {
		if _, ok := known.types[k.Value()]; !ok {
			return false
		}
	}
	return true
}

// migrated: old entries stand at the beginning of the log; nothing is added in
// their form.
func (f *findings) migrated(log []LogEntry) {
	for i := 1; i < len(log); i++ {
		if log[i].Move == MoveLegacy && log[i-1].Move != MoveLegacy {
			f.add(problem.StateLogField.With("an old entry follows one that is not old"), atLog.With(i, "move"), atLog)
		}
	}
}

// migrate spells the move of old entries out in the text.
func (u *updater) migrate(old []manifest.Path) error {
	for _, p := range old {
		if err := u.edit(manifest.Insert(p.With("move"), []byte(MoveLegacy+"\n"))); err != nil {
			return err
		}
	}
	return nil
}
