package fleet

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// ordered puts canaries first, in their order.
func (s *Scene) ordered(members []int) []int {
	rank := map[string]int{}
	for i, name := range s.File.Spec.Canaries {
		rank[name] = i - len(s.File.Spec.Canaries)
	}
	members = slices.Clone(members)
	order.By(members, func(a, b int) int { return rank[s.Clusters[a].Name] - rank[s.Clusters[b].Name] })
	return members
}

// canaries are those of the component that come before a member and have not entered
// the phase that it is about to enter.
func (s *Scene) canaries(member int, m *rotation.Move, positions map[int]int) (holds []Hold) {
	_, to := rotation.Steps(m.State)
	if m.To == state.PhaseStable {
		to = done
	}
	for _, name := range s.File.Spec.Canaries {
		if name == s.Clusters[member].Name {
			break
		}
		i := slices.IndexFunc(s.Clusters, func(c Cluster) bool { return c.Name == name })
		if s.groupOf[i] != s.groupOf[member] {
			continue
		}
		at, moved := positions[i]
		if !moved {
			at = s.position(i, m)
		}
		if at < to {
			holds = append(holds, Hold{Rule: HeldCanary, Members: []int{i}})
		}
	}
	return holds
}

// position is how far a member is on the way of a move: [done] where it has the
// incoming anchor alone or, in rotations that keep the anchor, where it is stable.
func (s *Scene) position(i int, m *rotation.Move) int {
	now := s.Clusters[i].Now
	if now == nil {
		return -1
	}
	if now.Status.Rotation != nil {
		_, at := rotation.Steps(now)
		return at
	}
	goal := Incoming(m.State)
	if goal == "" && m.To == state.PhaseStable {
		goal = anchorOf(m.State, state.RoleCurrent)
	}
	if goal == "" || anchorOf(now, state.RoleCurrent) == goal {
		return done
	}
	return -1
}

// restarting are the members whose restart is under way: they are in a phase that
// restarts workloads, and lack what the next one needs.
func (s *Scene) restarting() (members []int) {
	if s.File.Spec.Limits.Restarts == 0 {
		return nil
	}
	under := make([]bool, len(s.Clusters))
	s.share(len(s.Clusters), func(i int, v *rotation.Verifier) { under[i] = s.restarts(i, v) })
	for i, restarts := range under {
		if restarts {
			members = append(members, i)
		}
	}
	return members
}

func (s *Scene) restarts(i int, v *rotation.Verifier) bool {
	now, e := s.Clusters[i].Now, s.evidence[i]
	if now == nil || now.Status.Rotation == nil {
		return false
	}
	steps, at := rotation.Steps(now)
	if at < 0 || !steps[at].Restarts(now.Status.Rotation.Leaves) {
		return false
	}
	alone := now.Clone()
	alone.Spec.Links, e.Verified = nil, v
	m, err := rotation.Advance(alone, rotation.Options{Ahead: true}, e, s.At)
	return err != nil || len(m.Shut) > 0
}
