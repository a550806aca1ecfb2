package proposal

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestOneJudgement: however often a command asks for a move, it is made once, so that
// its gate is judged once and a start mints once.
func TestOneJudgement(t *testing.T) {
	file := filepath.Join("..", "..", "fixtures", "rotation", "bundle", "stable.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	c := &call{
		Base:  &base.Base{World: base.World{Instant: at}, StatePath: file, State: "stable.yaml", Now: s, Root: filepath.Dir(file)},
		tree:  &repo.Worktree{},
		Moves: moves.World{Custody: custody.World{Random: rand.NewChaCha8([32]byte{}), Getenv: func(string) string { return "" }}},
		q: Request{Evidence: base.Evidence{Load: func(string, *state.Rotation) (rotation.Evidence, error) {
			asked++
			return rotation.Evidence{}, nil
		}}},
	}
	defer c.wipe()
	start := plan.Wish{Verb: state.MoveStart, Kind: state.KindAnchor}
	first, err := c.move(start)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if again, err := c.move(start); err != nil || again != first {
			t.Errorf("the move was made again (%v)", err)
		}
	}
	if _, err := c.move(plan.Wish{Verb: state.MoveStart, Kind: state.KindWebhooks}); err != nil {
		t.Error(err)
	}
	if asked != 1 {
		t.Errorf("evidence was loaded %d times", asked)
	}
}
