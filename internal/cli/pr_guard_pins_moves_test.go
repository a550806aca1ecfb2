package cli

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestGuardPinsOfNoMove: the state at a new pin is the one at the old pin and one move:
// whoever may push a branch to the member's repository writes its status otherwise.
func TestGuardPinsOfNoMove(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	r.moved("west", "other", "start anchor --assume DELIVERED-ELSEWHERE")
	west, err := state.Parse("west", []byte(gitIn(t, filepath.Join(r.top, "west"), "show", "other:rotation.yaml")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	theirs := state.Anchor{Name: "theirs", Role: state.RoleExtra, Certificate: west.Status.Anchors[1].Certificate}
	for branch, c := range map[string]struct {
		moves []string
		edit  func(*state.Rotation)
		want  []string
	}{
		"start":         {[]string{"start anchor --strategy bundle --assume DELIVERED-ELSEWHERE"}, nil, nil},
		"start-and-one": {[]string{"start anchor --strategy bundle --assume DELIVERED-ELSEWHERE"}, func(s *state.Rotation) { s.Status.Anchors = append(s.Status.Anchors, theirs) }, []string{"guard-pin"}},
		"reissue": {nil, func(s *state.Rotation) {
			s.Status.Anchors = append(s.Status.Anchors, theirs)
			s.Status.Log = state.Append(s.Status.Log, state.LogEntry{Epoch: s.Status.Epoch, Phase: s.Status.Phase, At: r.at.Add(time.Hour).Format(time.RFC3339),
				Move: state.MoveReissue, Issuer: s.Status.Log[0].Digest(), Replaced: s.Status.Log[0].Digest()})
		}, []string{"guard-pin"}},
	} {
		dir := filepath.Join(r.top, "east")
		r.moved("east", branch, c.moves...)
		if c.edit != nil {
			gitIn(t, dir, "checkout", "-q", branch)
			editState(t, filepath.Join(dir, "rotation.yaml"), c.edit)
			gitIn(t, dir, "commit", "-q", "-a", "-m", "edit")
			gitIn(t, dir, "push", "-q", "origin", branch)
			gitIn(t, dir, "checkout", "-q", "main")
		}
		r.pinned("pin-"+branch, "east", branch, nil)
		if codes := r.guard("fleet", "pin-"+branch); !slices.Equal(codes, c.want) {
			t.Errorf("%s: %v, want %v", branch, codes, c.want)
		}
	}
}
