package rotation

import (
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestJumpVerdict: a jump over phases is one move, and [To], which makes it, and
// [Review], which judges it afterwards, never disagree: with everything that can be
// seen, with a person's word for every need, and with nothing.
func TestJumpVerdict(t *testing.T) {
	word := Evidence{}
	for _, need := range []Need{BundleDelivered, BundleLoaded, IssuerLoaded, LeavesRenewed, DeliveredElsewhere, WaveDone, RetiredGone} {
		word.Assumptions = append(word.Assumptions, Assumption{need, "seen", false})
	}
	made, refused := 0, 0
	for _, path := range Paths {
		t.Run(path.label(), func(t *testing.T) {
			m := newMesh(t, "prod", now)
			instant := now.Add(time.Hour)
			m.start(t, StartOptions{Kind: path.Kind, Strategy: path.Strategy, Options: Options{AcceptDowntime: path.Kind == state.KindReplace}}, Evidence{}, instant)
			for i := range path.Steps[:len(path.Steps)-1] {
				instant = instant.Add(36 * time.Hour)
				sight := m.sight(instant.Add(-time.Minute))
				showHooks(m.state, sight)
				for _, e := range []Evidence{seen(sight), word, {}} {
					for j, name := range path.names() {
						if j-i < 2 && i-j < 2 {
							continue
						}
						_, err := To(m.state, name, Options{}, e, instant)
						ahead, cannot := To(m.state, name, Options{Ahead: true}, e, instant)
						if cannot != nil {
							if err == nil {
								t.Errorf("%s to %s: made, and not ahead: %v", m.state.Status.Phase, name, cannot)
							}
							continue
						}
						reviewed, wrong := Review(m.state, ahead.State, e, instant)
						if wrong != nil {
							t.Errorf("%s to %s: advance --to makes it, the guard finds no move: %v", m.state.Status.Phase, name, wrong)
							continue
						}
						if (err == nil) != (len(reviewed.Shut) == 0) {
							t.Errorf("%s to %s: advance --to says %v, the guard %v", m.state.Status.Phase, name, err, reviewed.Shut.Err())
						}
						if err == nil {
							made++
						} else {
							refused++
						}
					}
				}
				m.advance(t, Options{}, seen(sight), instant)
			}
		})
	}
	if made < 5 || refused < 5 {
		t.Errorf("%d jumps were made and %d refused: too few to compare", made, refused)
	}
}
