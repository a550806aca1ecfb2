package rotation

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Rollout starts a wave and changes nothing else: phase, bundle and issuer stay,
// the stamp is new. It is a move with a gate: a pod that restarts must be given
// the bundle of the phase, and that bundle must verify every chain that is live.
// After a rotation that went back it is the way to take from pods what they got
// in it, since no phase restarts them any more.
func Rollout(s *state.Rotation, o Options, e Evidence, at time.Time) (*Move, error) {
	if last, _ := s.LastEntry(); isRollout(s) && last.Evidence != "" && last.Evidence == e.Digest() {
		return nil, problem.RotationRolledOut.With(last.At)
	}
	needs := []Need{BundleDelivered}
	if w := s.Status.Wave; w != nil && !w.Stale {
		needs = append(needs, WaveDone)
	}
	// A word for another need could open the gate against what the log knows.
	e.Assumptions = slices.DeleteFunc(oncePerNeed(e.Assumptions),
		func(a Assumption) bool { return a.Code.Known() && !slices.Contains(needs, a.Code) })
	c, err := openScene(s, e, at)
	if err != nil {
		return nil, err
	}
	now, err := c.dossier.current()
	if err != nil {
		return nil, err
	}
	own, err := c.own()
	if err != nil {
		return nil, err
	}
	live, err := c.live()
	if err != nil {
		return nil, err
	}
	m := &Move{From: s.Status.Phase, To: s.Status.Phase, Wave: true, Verdict: Judge(now, now, live, c.verifier)}
	m.Verdict.endureReplacement(s)
	m.Shut = m.Verdict.Problems()
	t := target{scene: c, own: own, live: own.live(), to: now}
	m.Shut = append(m.Shut, t.contradictedWords()...)
	for _, n := range needs {
		r := t.meet(n)
		m.Needs = append(m.Needs, r)
		if !r.Met {
			m.Shut = append(m.Shut, r.problem())
		}
	}
	if o.Leaves != "" {
		return nil, problem.RotationNoChoice.With(s.Status.Phase)
	}
	if len(m.Shut) > 0 && !o.Ahead {
		return nil, m.Shut.Err()
	}
	m.State = c.rolledOut(o, now, len(m.Shut) > 0)
	return m, nil
}

// contradictedWords are the words of a rollout that an observation speaks against.
func (t target) contradictedWords() (problems problem.List) {
	for _, a := range t.scene.evidence.Assumptions {
		bare := t
		bare.scene = t.scene.without(a.Code)
		against := bare.seenOtherwise(a.Code)
		if a.Code == WaveDone {
			against = t.scene.waveGoesOn()
		}
		if against != "" && !a.Forced && len(meters[a.Code](bare)) > 0 {
			problems = append(problems, problem.RotationContradicted.With(a.Code, against))
		}
	}
	return problems
}

// endureReplacement: the pairs that fail in a replacement are those whose downtime
// was accepted at its start; restarting the pods is what ends them.
func (v *Verdict) endureReplacement(s *state.Rotation) {
	if r := s.Status.Rotation; r == nil || r.Kind != state.KindReplace {
		return
	}
	w := way{verdict: *v}
	w.endure()
	*v = w.verdict
}

// rolledOut is the state with a new stamp, and the move in its log.
func (c *scene) rolledOut(o Options, now Material, ahead bool) *state.Rotation {
	s := c.state.Clone()
	begin(s, c.at)
	st := &s.Status
	st.Epoch++
	previous := st.Stamp
	st.Stamp = Stamp(st.Epoch, now)
	o.StaleOnly = false // a rollout is asked for because nothing else restarts the pods
	st.Wave = o.split(previous, st.Wave, nil)
	entry := state.LogEntry{Move: state.MoveRollout, Why: o.Why, Ahead: ahead, Evidence: c.evidence.Digest()}
	for _, a := range c.evidence.Assumptions {
		entry.Assumed = append(entry.Assumed, state.Assumed{Code: string(a.Code), Because: a.Because, Forced: a.Forced})
	}
	record(s, c.at, entry)
	return s
}

// reviewRollout is [Review] for a move that only starts a wave.
func reviewRollout(base, next *state.Rotation, e Evidence, at time.Time) (*Move, error) {
	o := Options{Ahead: true}
	if w := next.Status.Wave; w != nil {
		o.Namespaces = w.Namespaces
	}
	m, err := Rollout(withLongerLeaves(base, next), o, e, at)
	if err != nil {
		return nil, err
	}
	if err := sameOutcome(base, m.State, next); err != nil {
		return nil, err
	}
	m.State = next
	return m, nil
}

// isRollout reports whether the last move of a state was one.
func isRollout(s *state.Rotation) bool {
	log := s.Status.Log
	return len(log) > 0 && log[len(log)-1].Move == state.MoveRollout
}

// widened reports whether a rotation ended where it began, so that pods may hold
// its anchor and no phase restarts them.
func (c *scene) widened() bool {
	log := c.state.Status.Log
	if c.state.Status.Phase != state.PhaseStable || len(log) == 0 || len(c.retiredKeys()) == 0 {
		return false
	}
	last := log[len(log)-1].Move
	return last == state.MoveBack || last == state.MoveAbandon
}

// rolloutMove is what a rollout needs, where one is due: in stable, after a
// rotation that went back, until nothing holds its anchor.
func (c *scene) rolloutMove(retiredGone bool) []NextMove {
	if retiredGone || !c.widened() {
		return nil
	}
	m, err := Rollout(c.state, Options{Ahead: true}, c.evidence, c.at)
	if err != nil {
		return []NextMove{{Verb: state.MoveRollout, To: c.state.Status.Phase, Wave: true, Problems: problem.Of(err)}}
	}
	return []NextMove{{state.MoveRollout, m.To, true, len(m.Shut) == 0, m.Needs, m.Verdict, m.Shut}}
}
