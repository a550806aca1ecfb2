package rotation

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Review finds the move that leads from base to next, however next was made,
// and judges it as a move made at the instant: by the gate, the needs of the
// phase and the dates. [Move.Shut] says why it would be refused now. It is an
// error if no single move of this tool makes next's status of base's.
//
// Choices that a person made are read from next: how leaves go, a split wave,
// and from the log whether downtime was accepted.
func Review(base, next *state.Rotation, e Evidence, at time.Time) (*Move, error) {
	if base.Metadata.Name != next.Metadata.Name {
		return nil, problem.RotationOtherMesh.With(base.Metadata.Name, next.Metadata.Name)
	}
	if err := grewByOneMove(base, next); err != nil {
		return nil, err
	}
	if err := notAhead(next, at); err != nil {
		return nil, err
	}
	if isRollout(next) {
		return reviewRollout(base, next, e, at)
	}
	from, err := before(base, next)
	if err != nil {
		return nil, err
	}
	from = withLongerLeaves(from, next)
	path, ok := pathOf(from)
	if !ok {
		return nil, problem.RotationNoMove.With(base.Status.Phase, next.Status.Phase, "no rotation leads there")
	}
	var problems problem.List
	for _, target := range path.reaching(next.Status.Phase) {
		m, err := enter(from, path, target, madeWith(path, target, base, next), e, at)
		if err != nil {
			problems.Add(err)
			continue
		}
		if err := sameOutcome(base, m.State, next); err != nil {
			problems.Add(err)
			continue
		}
		m.From, m.State = base.Status.Phase, next
		return m, nil
	}
	if len(problems) == 0 {
		problems = problem.List{problem.RotationNoMove.With(base.Status.Phase, next.Status.Phase,
			"the rotation "+path.label()+" has no such phase")}
	}
	return nil, problems[:1].Err()
}

// sameOutcome is an error if the state that a move makes of base is not next.
func sameOutcome(base, made, next *state.Rotation) error {
	if differs := statusDiffers(made.Status, next.Status); len(differs) > 0 {
		return problem.RotationNoMove.With(base.Status.Phase, next.Status.Phase, "it would leave another "+strings.Join(differs, ", "))
	}
	if wrong := otherMove(made, next); wrong != "" {
		return problem.RotationNoMove.With(base.Status.Phase, next.Status.Phase, wrong)
	}
	return nil
}

// grewByOneMove: the epoch grew by one and the log by one entry; the first move
// of an adopted state also records where it began.
func grewByOneMove(base, next *state.Rotation) error {
	b, n := base.Status, next.Status
	if err := state.Continues(b.Log, n.Log); err != nil {
		return err
	}
	added := len(n.Log) - len(b.Log)
	if len(b.Log) == 0 && added == 2 && n.Log[0].Move == state.MoveAdopt && n.Log[0].Epoch == b.Epoch && n.Log[0].Phase == b.Phase {
		added--
	}
	if n.Epoch != b.Epoch+1 || added != 1 {
		return problem.RotationSkip.With(b.Epoch, n.Epoch, added)
	}
	return nil
}

// otherMove says why the last entries are not of the same move; "" if they are.
// Whether it was made ahead of its gate is judged anew, by [Move.Shut]; that
// downtime was accepted is a person's word, and is given only where it is asked.
func otherMove(made, found *state.Rotation) string {
	a, b := made.Status.Log, found.Status.Log
	x, y := a[len(a)-1], b[len(b)-1]
	switch {
	case x.Move != y.Move || x.Kind != y.Kind || x.Strategy != y.Strategy:
		return "its log entry is of another move"
	case y.DowntimeAccepted && !x.DowntimeAccepted:
		return "its log entry accepts downtime, and the move has none"
	}
	return ""
}

// before is base as the move begins: in stable, with the rotation and the
// incoming material that next chose, and with what was there unchanged.
func before(base, next *state.Rotation) (*state.Rotation, error) {
	if base.Status.Rotation != nil {
		r := next.Status.Rotation
		if r != nil && (r.Kind != base.Status.Rotation.Kind || r.Strategy != base.Status.Rotation.Strategy) {
			return nil, problem.RotationNoMove.With(base.Status.Phase, next.Status.Phase, "another rotation is under way: "+progress(base))
		}
		return base, nil
	}
	if next.Status.Rotation == nil {
		return nil, problem.RotationNoMove.With(base.Status.Phase, next.Status.Phase, "no rotation leads there")
	}
	from := base.Clone()
	chosen := next.Clone().Status
	from.Status.Rotation, from.Status.Anchors, from.Status.Issuers, from.Status.Webhooks = chosen.Rotation, chosen.Anchors, chosen.Issuers,
		chosen.Webhooks
	from.Status.Rotation.Leaves = ""
	from.Status.Retired = withoutIncoming(from.Status)
	return from, sameBeginning(base, from, next.Status.Phase)
}

// withoutIncoming is the retired anchors without the one that comes back: a start
// takes it out of them.
func withoutIncoming(st state.Status) []state.Anchor {
	return slices.DeleteFunc(slices.Clone(st.Retired), func(retired state.Anchor) bool {
		return slices.ContainsFunc(st.Anchors, func(a state.Anchor) bool {
			return a.Role == state.RoleIncoming && sameCertificate(a.Certificate, retired.Certificate)
		})
	})
}

func sameCertificate(a, b string) bool {
	one, err := pki.ParseChain([]byte(a))
	other, err2 := pki.ParseChain([]byte(b))
	return err == nil && err2 == nil && one[0].Fingerprint() == other[0].Fingerprint()
}

// reaching lists the steps with this phase: "stable" is both ends of a path.
func (p Path) reaching(phase string) []int {
	var targets []int
	for i, s := range p.Steps {
		if s.Name == phase {
			targets = append(targets, i)
		}
	}
	if phase == state.PhaseStable {
		targets = append(targets, -1)
	}
	return targets
}

// madeWith reads a person's choices from what the move left.
func madeWith(path Path, target int, base, next *state.Rotation) Options {
	o := Options{Ahead: true}
	waved := base.Status.Stamp != next.Status.Stamp
	if target >= 0 && path.Steps[target].Rollout == state.RolloutChoice && waved && path.index(base.Status.Phase) < target {
		o.Leaves = LeavesWave
	}
	if w := next.Status.Wave; w != nil && waved {
		o.Namespaces = w.Namespaces
		if w.Stale {
			o.StaleOnly, o.stale = true, append([]string{}, w.Workloads...)
		}
	}
	log := next.Status.Log
	if len(log) > 0 {
		o.AcceptDowntime = log[len(log)-1].DowntimeAccepted
		o.abandon = log[len(log)-1].Move == state.MoveAbandon
	}
	return o
}

// statusDiffers names the fields of status in which the two differ. The log is
// judged apart, and where a key is kept is the custody's affair.
func statusDiffers(made, found state.Status) []string {
	a, b := reflect.ValueOf(withoutKeys(made)), reflect.ValueOf(withoutKeys(found))
	var names []string
	for i := range a.NumField() {
		name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
		if name != "log" && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			names = append(names, name)
		}
	}
	return names
}

// withoutKeys is a copy without the paths of keys.
func withoutKeys(s state.Status) state.Status {
	s = (&state.Rotation{Status: s}).Clone().Status
	for _, anchors := range [][]state.Anchor{s.Anchors, s.Retired} {
		for i := range anchors {
			anchors[i].Key = ""
		}
	}
	for i := range s.Issuers {
		s.Issuers[i].Key = ""
	}
	for name, w := range s.Webhooks {
		w.Key = ""
		if w.Incoming != nil {
			w.Incoming.Key = ""
		}
		s.Webhooks[name] = w
	}
	return s
}

// SameMaterial tells whether both states deliver, sign, serve and stamp the
// same: they may differ in where keys are kept and in how far a split wave went.
func SameMaterial(a, b *state.Rotation) bool {
	one, other := a.Clone().Status, b.Clone().Status
	one.Wave, other.Wave = nil, nil
	return len(statusDiffers(one, other)) == 0
}
