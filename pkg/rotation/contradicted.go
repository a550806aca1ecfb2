package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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
	BundleLoaded:    func(w *way) string { return w.own.past.bundleUnloaded(w.scene.incomingID(), w.at) },
	LeavesRenewed:   func(w *way) string { return w.own.past.leavesAlive(w.at) },
	BundleDelivered: (*way).otherBundleInForce,
	IdentityLoaded:  (*way).otherBundleInForce,
	IssuerLoaded:    (*way).otherIssuerInForce,

	WaveDone:          func(w *way) string { return w.scene.waveGoesOn() },
	WebhookCertServed: (*way).webhooksNotSwitched,
	RetiredGone:       (*way).justRetired,
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
