package rotation

import (
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestWalks goes through every path from stable to stable. Between moves the
// clock goes on by a day and a half, so leaves are renewed, and the observation
// shows a cluster that has caught up.
func TestWalks(t *testing.T) {
	for _, path := range Paths {
		t.Run(path.label(), func(t *testing.T) {
			m := newMesh(t, "prod", now)
			at := now.Add(time.Hour)
			o := StartOptions{Kind: path.Kind, Strategy: path.Strategy}
			o.AcceptDowntime = path.Kind == state.KindReplace
			moves := []*Move{m.start(t, o, Evidence{}, at)}
			for i := range path.Steps[1:] {
				at = at.Add(36 * time.Hour)
				sight := m.sight(at.Add(-time.Minute))
				showHooks(m.state, sight)
				moves = append(moves, m.advance(t, Options{}, seen(sight), at))
				if got, want := m.state.Status.Phase, path.Steps[i+1].Name; got != want {
					t.Fatalf("phase %q, want %q", got, want)
				}
			}
			checkWalk(t, path, moves)
			final := must(state.Marshal(m.state))
			if _, err := state.Parse("rotation.yaml", final); err != nil {
				t.Errorf("the final state does not read back: %s", explain(err))
			}
		})
	}
}

func checkWalk(t *testing.T, path Path, moves []*Move) {
	t.Helper()
	stamp := ""
	for i, m := range moves {
		if _, err := state.Parse("rotation.yaml", must(state.Marshal(m.State))); err != nil {
			t.Errorf("phase %s does not read back: %s", m.To, explain(err))
		}
		if m.State.Status.Epoch != int64(i+1) {
			t.Errorf("phase %s has epoch %d, want %d", m.To, m.State.Status.Epoch, i+1)
		}
		if wave := path.Steps[i].Rollout == state.RolloutAlways; m.Wave != wave || (m.State.Status.Stamp != stamp) != wave {
			t.Errorf("phase %s: wave %t, stamp %q after %q", m.To, m.Wave, m.State.Status.Stamp, stamp)
		}
		stamp = m.State.Status.Stamp
	}
	end := moves[len(moves)-1].State.Status
	if end.Rotation != nil || len(end.Issuers) != 1 || len(end.Anchors) != 1 {
		t.Errorf("stable has rotation %v, %d issuers, %d anchors", end.Rotation, len(end.Issuers), len(end.Anchors))
	}
	if chain := chainFPs(end.Issuers[0].Certificate); len(chain) != 1 {
		t.Errorf("the cross certificate outlives the rotation: %d certificates", len(chain))
	}
	retires := slices.Contains([]string{state.KindAnchor, state.KindReplace, state.KindRenew}, path.Kind)
	if got := len(end.Retired) == 1; got != retires {
		t.Errorf("retired %d anchors", len(end.Retired))
	}
}

// showHooks lets the observation see every webhook as the phase has it.
func showHooks(s *state.Rotation, o *Observation) {
	for _, name := range state.WebhookKeys {
		cert, ca, _ := s.WebhookMaterial(name)
		if ca == "" {
			continue
		}
		o.Webhooks = append(o.Webhooks, Hook{Name: name, CABundle: chainFPs(ca), Served: chainFPs(cert)})
	}
}

func TestStartRefusesASecondRotation(t *testing.T) {
	m := newMesh(t, "prod", now)
	m.start(t, StartOptions{Kind: state.KindIssuer}, Evidence{}, now)
	_, err := Start(m.state, StartOptions{Kind: state.KindWebhooks}, Evidence{}, now, random("x"))
	if got := codes(err); !slices.Equal(got, []string{string(problem.RotationUnderWay.Code)}) {
		t.Errorf("got %v", got)
	}
}
