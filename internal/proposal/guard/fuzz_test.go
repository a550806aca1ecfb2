package guard

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// FuzzGuard: what the gate refuses is never passed. A state of one phase is the
// base; a state of any phase, with a few bytes exchanged, is the head.
func FuzzGuard(f *testing.F) {
	paths, err := filepath.Glob("../../../fixtures/rotation/*/*.yaml")
	if err != nil || len(paths) < 20 {
		f.Fatalf("%d states, %v", len(paths), err)
	}
	var texts []string
	var states []*state.Rotation
	for _, path := range paths {
		text, err := files.Read(path, statefile.MaxSize)
		if err != nil {
			f.Fatal(err)
		}
		s, err := state.Parse(path, text)
		if err != nil {
			continue // a golden of other things
		}
		texts, states = append(texts, string(text)), append(states, s)
	}
	if len(states) < 20 {
		f.Fatalf("%d states", len(states))
	}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	passed := 0
	for i, base := range slices.Clone(states) { // heads that moves made, on somebody's word for every need
		m, err := rotation.Advance(base, rotation.Options{}, everyWord(), at)
		if err != nil {
			continue
		}
		text, err := state.Update([]byte(texts[i]), m.State)
		if err != nil {
			f.Fatal(err)
		}
		if safe, _ := guardPasses(f, base, m.State, at); safe {
			passed++
		}
		f.Add(uint8(i), uint8(len(texts)), uint16(0), "", uint8(0))
		texts, states = append(texts, string(text)), append(states, m.State)
	}
	if passed < 5 {
		f.Fatalf("the guard passes %d moves: nothing would be tested", passed)
	}
	for i := range states {
		f.Add(uint8(i), uint8(i+1), uint16(0), "", uint8(0))
		f.Add(uint8(i), uint8(i), uint16(300), "epoch: 9", uint8(8))
	}
	f.Fuzz(func(t *testing.T, from, to uint8, place uint16, put string, over uint8) {
		base, text := states[int(from)%len(states)], texts[int(to)%len(states)]
		cut := min(int(place), len(text))
		text = text[:cut] + put + text[min(len(text), cut+int(over)):]
		head, err := state.Parse("rotation.yaml", []byte(text))
		if err != nil {
			return
		}
		if safe, _ := guardPasses(t, base, head, at); safe {
			requirePassable(t, base, head, at)
		}
	})
}

// requirePassable asks the gate by another way than the guard does.
func requirePassable(t *testing.T, base, head *state.Rotation, at time.Time) {
	t.Helper()
	was, is := base.Status, head.Status
	if is.Epoch == was.Epoch {
		if len(was.Log) != len(is.Log) || !rotation.SameMaterial(base, head) || was.Phase != is.Phase {
			t.Fatalf("epoch %d stays, and the status is another one", was.Epoch)
		}
		return
	}
	if is.Epoch != was.Epoch+1 || state.Continues(was.Log, is.Log) != nil {
		t.Fatalf("epoch %d to %d: not one move, or another log", was.Epoch, is.Epoch)
	}
	last, _ := head.LastEntry()
	change, err := rotation.JudgeChange(base, head, rotation.Evidence{Assumptions: rotation.Vouched(last)}, at)
	if err != nil {
		t.Fatalf("cannot be judged: %v", err)
	}
	if !change.Verdict.Safe && !last.DowntimeAccepted {
		t.Fatalf("%s to %s is passed and unsafe: %v", was.Phase, is.Phase, change.Verdict.Reasons)
	}
}

// guardPasses has the guard judge a move, without files and Git.
func guardPasses(t testing.TB, was, head *state.Rotation, at time.Time) (bool, problem.List) {
	load := func(string, *state.Rotation) (rotation.Evidence, error) { return rotation.Evidence{}, nil }
	w := base.World{Instant: at, Load: func([]string, string, *state.Rotation) (rotation.Evidence, error) { return load("", nil) }}
	b := &base.Base{World: w, State: "rotation.yaml", Now: was, Root: t.TempDir()}
	empty := &repo.Tree{}
	g := newJudgement(b, Request{Evidence: base.Evidence{Load: load}}, "")
	g.before, g.after, g.next = empty, empty, head
	err := g.judgeMove(head)
	return err == nil && g.r.Safe(), g.r.findings
}

// everyWord vouches for everything.
func everyWord() (e rotation.Evidence) {
	for _, code := range state.NeedCodes {
		e.Assumptions = append(e.Assumptions, rotation.Assumption{Code: rotation.Need(code), Because: "test"})
	}
	return e
}
