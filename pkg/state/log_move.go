package state

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// rotationMoves change the phase of a rotation.
var rotationMoves = []string{MoveStart, MoveAdvance, MoveBack, MoveAbandon}

// move checks the fields that say what a log entry records: each move has its
// own, and a field of another move is refused.
func (f *findings) move(i int, e LogEntry, at manifest.Path) {
	if wrong := oneOf(Moves)(e.Move); wrong != nil {
		f.add(wrong, at.With("move"))
		return
	}
	if (e.Move == MoveInit || e.Move == MoveAdopt) && i > 0 {
		f.add(problem.StateLogField.With(fmt.Sprintf("the move %q begins a log", e.Move)), at.With("move"), atLog)
	}
	f.add(utf8Text(e.Why), at.With("why"))
	f.rotationOf(e, at)
	f.reissue(e, at)
	f.onWhoseWord(e, at)
}

// rotationOf checks the rotation that a move is of, and that it has the phase.
func (f *findings) rotationOf(e LogEntry, at manifest.Path) {
	if !slices.Contains(rotationMoves, e.Move) {
		f.foreign(e.Kind != "", e, at.With("kind"))
		f.foreign(e.Strategy != "", e, at.With("strategy"))
		return
	}
	if wrong := oneOf(Kinds)(e.Kind); wrong != nil {
		f.add(wrong, at.With("kind"))
		return
	}
	table, ok := TableOf(e.Kind, e.Strategy)
	switch known := e.Phase == PhaseStable || slices.Contains(table.names(), e.Phase); {
	case !slices.Contains(PhaseNames(), e.Phase): // said of the phase
	case !ok:
		f.add(problem.StateStrategy.With(e.Kind, strategiesOf(e.Kind), shown(e.Strategy)), at.With("strategy"))
	case !known, !leadsTo(e):
		f.add(problem.StateLogField.With(fmt.Sprintf("the move %q of %s does not lead to the phase %s", e.Move, table.title(), shown(e.Phase))),
			at.With("move"), at.With("phase"), at.With("kind"))
	}
}

// leadsTo reports whether the move can lead to the phase: a start leads into a
// rotation, abandon out of it; one step back may do either.
func leadsTo(e LogEntry) bool {
	switch e.Move {
	case MoveStart:
		return e.Phase != PhaseStable
	case MoveAbandon:
		return e.Phase == PhaseStable
	}
	return true
}

// sameRotation: the last entry is of the rotation under way.
func (f *findings) sameRotation(i int, last LogEntry, p *Progress) {
	if p == nil || last.Kind == "" || last.Kind == p.Kind && last.Strategy == p.Strategy {
		return
	}
	if _, ok := TableOf(p.Kind, p.Strategy); ok {
		f.add(problem.StateLogField.With("the last entry is of another rotation than the one under way"), atLog.With(i, "kind"), atRotation)
	}
}

func (f *findings) reissue(e LogEntry, at manifest.Path) {
	if e.Move != MoveReissue {
		f.foreign(e.Issuer != "", e, at.With("issuer"))
		f.foreign(e.Replaced != "", e, at.With("replaced"))
		return
	}
	f.add(digest(e.Issuer), at.With("issuer"))
	f.add(digest(e.Replaced), at.With("replaced"))
}

// onWhoseWord checks what a person vouched for or accepted.
func (f *findings) onWhoseWord(e LogEntry, at manifest.Path) {
	if e.Move == MoveRollout {
		f.foreign(e.DowntimeAccepted, e, at.With("downtimeAccepted"))
	} else if !slices.Contains(rotationMoves, e.Move) {
		f.foreign(len(e.Assumed) > 0, e, at.With("assumed"))
		f.foreign(e.DowntimeAccepted, e, at.With("downtimeAccepted"))
		f.foreign(e.Ahead, e, at.With("ahead"))
		f.foreign(e.Evidence != "" && e.Move != MoveLegacy, e, at.With("evidence"))
		return
	}
	if len(e.Assumed) > 0 && e.Evidence == "" {
		f.add(problem.StateLogField.With("assumed is evidence, but the entry has no digest of it"), at.With("evidence"), at.With("assumed"))
	}
	listed := map[string]bool{}
	for i, a := range e.Assumed {
		item := at.With("assumed", i)
		f.add(oneOf(NeedCodes)(a.Code), item.With("code"))
		if listed[a.Code] {
			f.add(problem.StateLogField.With(shown(a.Code)+" is assumed twice"), item.With("code"))
		}
		listed[a.Code] = true
		if IsBlank(a.Because) {
			f.add(problem.StateLogField.With("an assumption has no reason"), item.With("because"))
		}
		f.add(utf8Text(a.Because), item.With("because"))
	}
}

// IsBlank reports whether nothing of a text can be seen: white space, and characters
// without a width or a form.
func IsBlank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune(fillers, r)
	})
}

// fillers are letters and symbols of Unicode that have no form: of Hangul and of Braille.
const fillers = "\u115f\u1160\u3164\uffa0\u2800"

// foreign refuses a field that the entry's move does not have.
func (f *findings) foreign(set bool, e LogEntry, at manifest.Path) {
	if set {
		f.add(problem.StateLogField.With(fmt.Sprintf("the move %q has no such field", e.Move)), at)
	}
}

func utf8Text(text string) *problem.Problem {
	if utf8.ValidString(text) {
		return nil
	}
	return problem.StateLogField.With("the text is not UTF-8")
}
