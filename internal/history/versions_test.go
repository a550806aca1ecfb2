package history

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestAlarmsOfMoves: a commit that takes the state to another path hides no edit and no
// step back.
func TestAlarmsOfMoves(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(m mover)
		edited  string
		ahead   string // path of the version that is ahead
		alarmed bool
	}{
		"moved":                {func(m mover) { m.git("mv", old, now) }, "", "", false},
		"moved, then goes on":  {func(m mover) { m.git("mv", old, now); m.commit(); m.put(now, "a", "b", "c") }, "", "", false},
		"edited in the move":   {func(m mover) { m.git("rm", "-q", old); m.put(now, "a", "forged") }, "edited by hand", "", true},
		"dropped in the move":  {func(m mover) { m.git("rm", "-q", old); m.put(now, "a") }, "edited by hand", old, true},
		"dropped after a move": {func(m mover) { m.git("mv", old, now); m.commit(); m.put(now, "a") }, "edited by hand", "", true},
		"of another mesh":      {func(m mover) { m.putOf("other", old, "x", "y"); m.commit(); m.git("rm", "-q", old); m.put(now, "z") }, "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := mover{t, t.TempDir()}
			m.git("init", "-q", "-b", "main")
			m.begin()
			c.change(m)
			m.commit()
			path := filepath.Join(m.dir, filepath.FromSlash(now))
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := state.Parse(path, text)
			if err != nil {
				t.Fatal(err)
			}
			reverted, edited, err := Look(path, s)
			if err != nil || !strings.Contains(strings.Join(edited, "\n"), c.edited) || len(Alarms(path, s)) > 0 != c.alarmed {
				t.Errorf("%q %v %v", edited, Alarms(path, s), err)
			}
			if c.ahead != "" && (reverted == nil || reverted.Name != c.ahead) {
				t.Errorf("ahead: %+v", reverted)
			}
		})
	}
}
