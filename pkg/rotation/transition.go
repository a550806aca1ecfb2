package rotation

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// way is one move while it is judged: from one step of a path to another.
type way struct {
	scene    *scene
	path     Path
	from, to int // indexes of steps; -1 is the stable phase before the path
	options  Options
	at       time.Time

	own      *cluster
	ownLive  Live
	now, due Material // (D, I) and (D', I')
	wave     bool
	verdict  Verdict
	needs    []NeedResult
	shut     problem.List // of a move that is made ahead of its gate
	accepted bool
}

func (w *way) back() bool { return w.to < w.from }

// phase is the name of the phase to be entered.
func (w *way) phase() string {
	if w.to < 0 {
		return state.PhaseStable
	}
	return w.path.Steps[w.to].Name
}

// material of step i of the path.
func (w *way) material(i int) (Material, error) {
	switch {
	case i < 0:
		return w.scene.dossier.before()
	case i == len(w.path.Steps)-1:
		return w.scene.dossier.after()
	}
	return w.scene.dossier.phase(w.path.Steps[i].Name)
}

// judge finds every reason against the move, and reports them together.
func (w *way) judge() error {
	if err := w.look(); err != nil {
		return err
	}
	var problems problem.List
	problems = append(append(problems, w.choices()...), w.staleChoice()...)
	if !w.back() {
		problems = append(problems, w.dates()...)
	}
	live := w.ownLive
	if len(w.scene.state.Spec.Links) > 0 {
		var err error
		if live, err = w.scene.live(); err != nil {
			return err
		}
	}
	w.verdict = Judge(w.now, w.due, live, w.scene.verifier)
	contradicted := w.contradicted() // first: it notes which words are forced
	shut := append(append(w.scene.ofRefusedMesh(w.now, w.gate()), w.unmet()...), contradicted...)
	if w.options.Ahead {
		w.shut = shut
		return problems.Err()
	}
	return append(problems, shut...).Err()
}

// unmet looks at everything that must be known, and lists what is not.
func (w *way) unmet() problem.List {
	var problems problem.List
	for _, n := range w.neededCodes() {
		r := target{w.scene, w.own, w.ownLive, w.due, w.changes()}.meet(n)
		w.needs = append(w.needs, r)
		if !r.Met {
			problems = append(problems, r.problem())
		}
	}
	return problems
}

// look resolves the material of both ends and whether the move starts a wave.
func (w *way) look() (err error) {
	if w.now, err = w.scene.dossier.current(); err != nil {
		return err
	}
	if w.due, err = w.material(w.to); err != nil {
		return err
	}
	if w.own, err = w.scene.own(); err != nil {
		return err
	}
	w.ownLive = w.own.live()
	if w.back() {
		w.wave, err = w.opensNextBack()
		return err
	}
	w.wave = w.path.Steps[w.to].Restarts(w.options.Leaves) || w.restartsExpired(w.to)
	return nil
}

// opensNextBack tells whether a move back needs a wave so that the one after it
// can open: the bundle is the one delivered already, it would verify the issuer
// of the phase before, and some live bundle would not.
func (w *way) opensNextBack() (bool, error) {
	if w.to < 0 || bundleID(w.now.Bundle) != bundleID(w.due.Bundle) {
		return false, nil
	}
	before, err := w.material(w.to - 1)
	if err != nil || !w.scene.verifier.structural(w.due.Bundle, before.Issuer) {
		return false, err
	}
	return slices.ContainsFunc(w.ownLive.Bundles, func(h Held) bool {
		return h.Unknown == "" && !w.scene.verifier.structural(h.Bundle, before.Issuer)
	}), nil
}

// neededCodes lists what must be known: the phase's needs on the way forward,
// and at every wave that pods which restart are given the bundle.
func (w *way) neededCodes() []Need {
	var needs []Need
	if !w.back() {
		needs = append(needs, w.stepNeeds(w.to)...)
		if wave := w.scene.state.Status.Wave; wave != nil && !wave.Stale {
			needs = append(needs, WaveDone)
		}
		if len(delivery.Missing(delivery.Of(w.scene.state, ""), w.changes())) > 0 {
			needs = append(needs, DeliveredElsewhere)
		}
		if w.from < 0 && len(w.scene.retiredKeys()) > 0 {
			needs = append(needs, RetiredGone)
		}
	}
	if w.wave && !slices.Contains(needs, BundleDelivered) {
		needs = append(needs, BundleDelivered)
	}
	return needs
}

// changes are the kinds of objects that the move changes in the cluster.
func (w *way) changes() []delivery.Kind {
	return kindsAt(w.now, w.due, w.path, max(w.from, w.to))
}

// choices refuses options that do not fit the phase.
func (w *way) choices() problem.List {
	var problems problem.List
	if l := w.options.Leaves; l != "" && l != LeavesWaited && l != LeavesWave {
		problems = append(problems, problem.RotationLeaves.With(l))
	}
	if l := w.options.Leaves; l != "" && (w.back() || w.path.Steps[w.to].Rollout != state.RolloutChoice) {
		problems = append(problems, problem.RotationNoChoice.With(w.phase()))
	}
	if len(w.options.Namespaces) > 0 && !w.wave {
		problems = append(problems, problem.RotationNoWave.With(w.phase()))
	}
	if w.path.Kind == state.KindReplace && !w.options.AcceptDowntime && w.to == 0 && !w.back() {
		problems = append(problems, problem.RotationDowntime.With("a replacement breaks connections until every workload has restarted"))
	}
	return problems
}

// endure: the later steps of a replacement change neither bundle nor issuer, so
// the pairs that fail are those whose downtime was accepted at its start.
func (w *way) endure() {
	var left []Reason
	for _, r := range w.verdict.Reasons {
		if r.Rule == G3 {
			left = append(left, r)
			continue
		}
		w.verdict.Standing = append(w.verdict.Standing, r)
	}
	w.verdict.Reasons, w.verdict.Safe = left, len(left) == 0
}

// gate turns the verdict into a refusal. A person who accepts downtime may pass
// pairs that fail by their dates alone, in a replacement all of G1 and G2; a
// phase whose own bundle refuses its own issuer (G3) never passes.
func (w *way) gate() problem.List {
	var problems problem.List
	dated := false
	if w.path.Kind == state.KindReplace && !w.back() && w.now.Same(w.due) {
		w.endure()
	}
	for _, r := range w.verdict.Reasons {
		may := r.Rule != G3 && (r.Dated || w.path.Kind == state.KindReplace) || w.back() && r.Dated
		switch {
		case may && w.options.AcceptDowntime:
			w.accepted = true
		case may && r.Dated:
			dated = true
			problems = append(problems, r.problem())
		default:
			problems = append(problems, r.problem())
		}
	}
	for _, r := range w.verdict.Standing {
		if r.Dated && !w.options.AcceptDowntime {
			problems = append(problems, problem.RotationStanding.With(r.Text, r.Cause))
			dated = true
		}
		w.accepted = w.accepted || r.Dated
	}
	if dated {
		problems = append(problems, problem.RotationDowntime.With("material has expired: identity issues nothing until the rotation has passed"))
	}
	return problems
}
