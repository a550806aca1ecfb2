package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Due says what an unattended call does: the wish that is due and why, or a plan
// that ends it.
func Due(s Snapshot, wish Wish, margin rotation.Margin, move Moves) (w Wish, why string, ended *Plan, err error) {
	switch len(s.Due) {
	case 0:
		return s.dueNext(wish, margin, move)
	case 1:
		w, ended = s.dueOpen(wish)
		return w, "", ended, nil
	}
	return w, "", nil, s.TwoOpen()
}

// dueNext is the next phase, if its gate is open.
func (s Snapshot) dueNext(w Wish, margin rotation.Margin, move Moves) (_ Wish, why string, ended *Plan, err error) {
	w.Verb = state.MoveAdvance
	if s.Now.Status.Rotation == nil {
		w.Verb = state.MoveStart
		if w.Kind, why, ended = s.dueStart(margin); ended != nil {
			return w, why, ended, nil
		}
	}
	if _, err := move(w); err != nil && w.Verb == state.MoveStart {
		return w, why, blocked(why, problem.PRBlocked.With(why, problem.Of(err)[0].Text).Because(err)), nil
	} else if err != nil {
		return w, why, s.waiting(w, err), nil
	}
	return w, why, nil, nil
}

// dueStart is a start, if a certificate ends soon.
func (s Snapshot) dueStart(margin rotation.Margin) (kind, why string, ended *Plan) {
	st, err := rotation.StatusOf(s.Now, rotation.Evidence{}, s.Instant)
	if err != nil {
		return "", "", blocked("", err)
	}
	x, ok := endingSoon(st, margin, s.Instant)
	if !ok {
		return "", "", ending(Report{Operation: OpNone, Why: "no rotation is under way, and no certificate in use ends soon"})
	}
	why = fmt.Sprintf("%s %q ends at %s", x.Kind, x.Name, text.Instant(x.NotAfter))
	switch {
	case s.KeysErr != nil:
		return "", "", blocked("", s.KeysErr)
	case x.Expired && x.Rotation == state.KindAnchor:
		return "", "", blocked(why, problem.PRBlocked.With(why, "expired material is replaced or renewed by a person"))
	case s.KeysLost:
		return "", "", blocked(why, problem.PRBlocked.With(why, "custody file would leave the new keys in the folder of this job: give --keys-dir an absolute path that outlives it, or start the rotation by hand"))
	}
	return x.Rotation, why, nil
}

// dueOpen brings the open pull request up to date with the base.
func (s Snapshot) dueOpen(w Wish) (_ Wish, ended *Plan) {
	pull, h := s.Due[0], s.Head
	r := Report{Operation: OpNone, Branch: pull.Head, Epoch: s.Now.Status.Epoch + 1, Number: pull.Number, URL: pull.URL, Draft: pull.Draft}
	switch {
	case h == nil:
		r.Why = "the open pull request has no branch any more: close it, or restore the branch"
		return w, ending(r)
	case h.Foreign != "":
		return w, ending(s.left(h))
	case !h.holds(s.Now): // the state at the base was changed under it
		r.Why, r.Number, r.URL = "the state changed at "+s.Base+": the open pull request is superseded", 0, ""
		return w, &Plan{Report: &r, Close: s.Due}
	}
	w.Verb, w.Held, w.Ahead = verbOf(h.last()), true, h.prepared()
	return w, nil
}

// waiting says what the next phase waits for.
func (s Snapshot) waiting(w Wish, err error) *Plan {
	r := Report{Operation: OpNone, Why: fmt.Sprintf("the gate of %q is shut: merged is not yet applied, or no evidence shows it", w.target(s.Now))}
	for _, p := range problem.Of(err) {
		r.Needs = append(r.Needs, p.Error())
	}
	return ending(r)
}

// Refused reports that a person closed a pull request of the branch without
// merging it; nil if nobody did. Those that were superseded say so in their title.
func Refused(closed []forge.Pull, branch string) *Report {
	for _, p := range slices.Backward(closed) {
		if !strings.HasSuffix(p.Title, SupersededTitle) && !strings.HasSuffix(p.Title, formerTitle) {
			return &Report{Operation: OpNone, Branch: branch, Number: p.Number,
				Why: fmt.Sprintf("a person closed pull request #%d of this phase: open it again, or run `l5d-pki-render pr`", p.Number)}
		}
	}
	return nil
}

// blocked reports that a person is needed.
func blocked(why string, err error) *Plan {
	return ending(Report{Operation: OpNone, Why: why, Blocked: err})
}

// endingSoon finds the certificate in use because of which a rotation is due.
func endingSoon(st *rotation.Status, m rotation.Margin, at time.Time) (x rotation.Replaced, ok bool) {
	for _, x := range st.Replaceable() {
		if !m.Never() && at.After(x.DueAt(m)) {
			return x, true
		}
	}
	return x, false
}

// MarginOf reads "30%", a duration, or "never".
func MarginOf(text string) (rotation.Margin, error) {
	if text == "never" || text == "" {
		return rotation.Margin{}, nil
	}
	if number, isPercent := strings.CutSuffix(text, "%"); isPercent {
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || percent <= 0 || percent >= 100 {
			return rotation.Margin{}, problem.PRMargin.With(text)
		}
		return rotation.Margin{Percent: percent}, nil
	}
	left, err := state.ParseDuration(text)
	if err != nil || left <= 0 {
		return rotation.Margin{}, problem.PRMargin.With(text)
	}
	return rotation.Margin{Left: time.Duration(left)}, nil
}
