package rotation

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// contradicted lists the assumptions that the log or the evidence shows cannot be
// true yet, and marks those that are forced. What the log does not reach back to,
// or what was not seen, contradicts nothing, and a word that the move does not
// rely on is not asked.
func (w *way) contradicted() problem.List {
	var problems problem.List
	words := oncePerNeed(w.scene.evidence.Assumptions)
	for i, a := range words {
		if !w.reliesOn(a.Code) {
			continue
		}
		switch against := w.against(a.Code); {
		case against == "" || a.Forced:
		case w.options.Force:
			words[i].Forced = true
		default:
			problems = append(problems, problem.RotationContradicted.With(a.Code, against))
		}
	}
	w.scene.evidence.Assumptions = words
	return problems
}

// reliesOn reports whether the move needs the word, or the gate is open only by it.
func (w *way) reliesOn(n Need) bool {
	if slices.Contains(w.neededCodes(), n) {
		return true
	}
	live, err := w.scene.without(n).live()
	return err == nil && w.verdict.Safe && !Judge(w.now, w.due, live, w.scene.verifier).Safe
}

// against is what the evidence or the log knows against an assumption; "" is nothing.
func (w *way) against(n Need) string {
	own := w.ownWithout()
	t := target{w.scene.without(n), own, own.live(), w.due, w.changes()}
	if n == BundleLoaded || n == LeavesRenewed {
		t.to = w.now
	}
	if len(meters[n](t)) == 0 {
		return ""
	}
	if shown := t.seenOtherwise(n); shown != "" {
		return shown
	}
	if against := logSays[n]; against != nil {
		return against(w)
	}
	return ""
}

// logSays is what the log knows against a word.
var logSays = map[Need]func(*way) string{
	BundleLoaded:    (*way).bundleUnloaded,
	LeavesRenewed:   (*way).leavesAlive,
	BundleDelivered: (*way).otherBundleInForce,
	IdentityLoaded:  (*way).otherBundleInForce,
	IssuerLoaded:    (*way).otherIssuerInForce,

	WebhookCertServed: (*way).webhooksNotSwitched,
	RetiredGone:       (*way).justRetired,
}

// replayed reports whether the log reaches back to the beginning of the rotation.
func (w *way) replayed() bool {
	entries, whole := w.scene.dossier.entries()
	return whole && len(entries) > 0
}

// leavesAlive says until when leaves of another issuer than the one in force
// live, if none of its successors' waits can be over: the leaves have not
// expired, and no rollout began since the switch.
func (w *way) leavesAlive() string {
	if !w.replayed() {
		return ""
	}
	now := chainID(w.now.Issuer[:1])
	switched, changed := w.lastChange(func(m Material) bool { return chainID(m.Issuer[:1]) == now })
	end := switched.Add(w.scene.leafLife())
	if !changed || !w.at.Before(end) || w.rolledOutSince(switched) {
		return ""
	}
	return fmt.Sprintf("the issuer in force signs since %s, leaves of the one before live until %s, and no rollout that began in between can be over", instantText(switched), instantText(end))
}

// bundleUnloaded says that proxies cannot have the incoming anchor: they read
// their bundle when they start, and no rollout began since it was added.
func (w *way) bundleUnloaded() string {
	incoming := w.scene.incomingID()
	if incoming == "" || !w.replayed() {
		return ""
	}
	if !w.now.Bundle.Contains(incoming) {
		return "no phase so far delivers the incoming anchor"
	}
	added, changed := w.lastChange(func(m Material) bool { return m.Bundle.Contains(incoming) })
	if !changed || w.rolledOutSince(added) {
		return ""
	}
	return fmt.Sprintf("the incoming anchor was added at %s, and no rollout that began since can be over", instantText(added))
}

// lastChange is when the log says that the property came about that the material
// in force has; changed is false if it has had it since before the rotation.
func (w *way) lastChange(has func(Material) bool) (at time.Time, changed bool) {
	p := w.own.past
	for i := len(p.moments) - 1; i >= 0; i-- {
		before := p.first
		if i > 0 {
			before = p.moments[i-1].material
		}
		if !has(before) {
			return p.moments[i].at, true
		}
	}
	return time.Time{}, false
}

// shortestRollout is less than any rolling restart of a data plane takes.
const shortestRollout = 10 * time.Second

// rolledOutSince reports whether a rollout began at the instant or later, early
// enough to be over. The stamp has the epoch of the move that began the last one.
func (w *way) rolledOutSince(t time.Time) bool {
	entries, _ := w.scene.dossier.entries()
	for _, e := range entries {
		at, _ := time.Parse(time.RFC3339, e.At)
		if w.beganRollout(e) && !at.Before(t) && !w.at.Before(at.Add(shortestRollout)) {
			return true
		}
	}
	return false
}

// beganRollout reports whether the entry's move restarted the workloads: its
// phase always does, or the stamp in force is of its epoch. (A reissued issuer
// changes what a stamp is made of, so the stamp alone does not tell.)
func (w *way) beganRollout(e state.LogEntry) bool {
	if i := w.path.index(e.Phase); e.Move == state.MoveAdvance && i >= 0 && w.path.Steps[i].Rollout == state.RolloutAlways {
		return true
	}
	m, err := w.scene.dossier.phase(e.Phase)
	return err == nil && Stamp(e.Epoch, m) == w.scene.state.Status.Stamp
}

// without is the scene without a person's word for one need.
func (c *scene) without(n Need) *scene {
	bare := *c
	bare.evidence.Assumptions = slices.DeleteFunc(slices.Clone(c.evidence.Assumptions), func(a Assumption) bool { return a.Code == n })
	return &bare
}

// ownWithout is this cluster without a person's word for what is live in it.
func (w *way) ownWithout() *cluster {
	own := *w.own
	own.loaded, own.renewed = false, false
	return &own
}
