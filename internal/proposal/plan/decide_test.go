package plan

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

var at = time.Date(2026, 6, 2, 13, 0, 0, 0, time.UTC)

// seen is a base in the phase anchor-added, and the moves on it; open says that a
// person vouches for every need.
func seen(t *testing.T, open bool) (Snapshot, Moves) {
	t.Helper()
	data, err := os.ReadFile("../../../fixtures/rotation/bundle/anchor-added.yaml")
	if err != nil {
		t.Fatal(err)
	}
	now, err := state.Parse("rotation.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []state.LogEntry{
		{Epoch: 1, Phase: state.PhaseStable, At: "2026-06-01T12:00:00Z", Move: state.MoveAdopt},
		{Epoch: 2, Phase: state.PhaseAnchorAdded, At: "2026-06-01T12:00:00Z", Move: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle},
	} {
		now.Status.Log = state.Append(now.Status.Log, e)
	}
	var evidence rotation.Evidence
	for _, code := range state.NeedCodes {
		if open {
			evidence.Assumptions = append(evidence.Assumptions, rotation.Assumption{Code: rotation.Need(code), Because: "test"})
		}
	}
	move := func(w Wish) (*rotation.Move, error) {
		o := w.Options
		o.Ahead = w.Ahead
		if w.Verb == state.MoveBack {
			return rotation.Back(now, o, evidence, at)
		}
		return rotation.Advance(now, o, evidence, at)
	}
	return Snapshot{State: "pki/rotation.yaml", Base: "main", Tip: "tip", Signers: "pki/allowed_signers", Now: now, Instant: at}, move
}

var advance = Wish{Verb: state.MoveAdvance}

// head is a branch with the next phase, made on the tip and recorded in this clone.
func head(t *testing.T, s Snapshot) *Head {
	t.Helper()
	_, move := seen(t, true)
	m, err := move(advance)
	if err != nil {
		t.Fatal(err)
	}
	return &Head{Branch: text.Branch(m.State), Commit: strings.Repeat("c", 40), Tree: "tree", Parent: s.Tip, Subject: "move", Committer: "me",
		Proof: RecordedHere, Pushed: true, Next: m.State, Before: s.Now}
}

// TestDecide: what a branch holds is taken over where it answers and is proven, left
// where it is somebody else's, and made again in all other cases.
func TestDecide(t *testing.T) {
	for name, c := range map[string]struct {
		open   bool
		wish   Wish
		change func(s *Snapshot)
		want   string // take, move, the operation of the report, or the code of a problem
	}{
		"nothing is there":        {true, advance, func(s *Snapshot) { s.Head = nil }, "move"},
		"the gate is shut":        {false, advance, func(s *Snapshot) { s.Head = nil }, "rotation-unmet"},
		"the branch has it":       {false, advance, func(*Snapshot) {}, "take"},
		"it is asked for anew":    {true, Wish{Verb: state.MoveAdvance, Anew: true}, func(*Snapshot) {}, "move"},
		"another move is asked":   {true, Wish{Verb: state.MoveBack}, func(*Snapshot) {}, "move"},
		"another move is open":    {true, Wish{Verb: state.MoveBack}, withPull, "pr-open"},
		"two are open":            {true, advance, func(s *Snapshot) { withPull(s); s.Due = append(s.Due, s.Due[0]) }, "pr-two-open"},
		"somebody's commit":       {true, advance, func(s *Snapshot) { s.Head.Foreign = "it is a merge" }, OpLeft},
		"not proven, no pull":     {true, advance, func(s *Snapshot) { s.Head.Proof = "" }, "move"},
		"not proven, as it ought": {false, advance, func(s *Snapshot) { withPull(s); s.Head.Proof = "" }, OpNone},
		"not proven, next, shut":  {false, Wish{Verb: state.MoveAdvance, Held: true, Next: true}, func(s *Snapshot) { withPull(s); s.Head.Proof, s.Head.Parent = "", "older" }, OpLeft},
		"not proven, next, open":  {true, Wish{Verb: state.MoveAdvance, Held: true, Next: true}, func(s *Snapshot) { withPull(s); s.Head.Proof, s.Head.Parent = "", "older" }, "move"},
		"flags that it ignores":   {true, advance, func(s *Snapshot) { s.Ignored = []string{"--name"} }, "pr-ignored"},
		"a word without a record": {true, Wish{Verb: state.MoveAdvance, Assumed: []string{"WAVE-SOMETHING"}}, func(*Snapshot) {}, "pr-ignored"},
		"the base's spec changed": {true, advance, func(s *Snapshot) { s.Now = s.Now.Clone(); s.Now.Spec.Linkerd.TrustDomain = "other.example" }, "move"},
	} {
		s, move := seen(t, c.open)
		s.Head = head(t, s)
		c.change(&s)
		p, err := Decide(s, c.wish, move)
		if got := outcome(p, err); got != c.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
	}
}

func withPull(s *Snapshot) {
	s.Due = []forge.Pull{{Number: 7, Head: s.Head.Branch, URL: "u"}}
}

func outcome(p Plan, err error) string {
	var known *problem.Problem
	switch {
	case errors.As(err, &known):
		return string(known.Code)
	case err != nil:
		return err.Error()
	case p.Report != nil:
		return p.Report.Operation
	case p.Take != nil:
		return "take"
	}
	return "move"
}

// TestDue: an unattended call makes the next phase where its gate is open, and says
// what it waits for where it is not.
func TestDue(t *testing.T) {
	s, move := seen(t, true)
	if w, _, ended, err := Due(s, Wish{Next: true}, rotation.Margin{}, move); err != nil || ended != nil || w.Verb != state.MoveAdvance || !w.Next {
		t.Errorf("open: %+v %+v %v", w, ended, err)
	}
	_, shut := seen(t, false)
	if _, _, ended, err := Due(s, Wish{Next: true}, rotation.Margin{}, shut); err != nil || ended == nil || ended.Report.Operation != OpNone || len(ended.Report.Needs) == 0 {
		t.Errorf("shut: %+v %v", ended, err)
	}
	s.Head = head(t, s)
	withPull(&s)
	if w, _, ended, err := Due(s, Wish{Next: true}, rotation.Margin{}, shut); err != nil || ended != nil || !w.Held {
		t.Errorf("one is open: %+v %+v %v", w, ended, err)
	}
	s.Head.Before = s.Head.Before.Clone()
	s.Head.Before.Status.Epoch--
	if _, _, ended, err := Due(s, Wish{Next: true}, rotation.Margin{}, shut); err != nil || ended == nil || len(ended.Close) != 1 {
		t.Errorf("it became superseded: %+v %v", ended, err)
	}
	if Refused([]forge.Pull{{Number: 1, Title: "x" + SupersededTitle}, {Number: 3, Title: "x - moot"}}, "b") != nil || Refused([]forge.Pull{{Number: 2, Title: "x"}}, "b") == nil {
		t.Error("what a person closed, and what this command closed, are mixed up")
	}
}

// TestPublish: a change is pushed where the branch lacks it; the pull request is
// opened, brought up to date, or left as it is.
func TestPublish(t *testing.T) {
	s, _ := seen(t, true)
	h := head(t, s)
	words, err := text.Of(s.Now, h.Next, rotation.Evidence{})
	if err != nil {
		t.Fatal(err)
	}
	c := ChangeOf(words, words.Body(forge.LimitsOf("github")), "new", "old")
	if got := Publish(s, c, How{}); !got.Push || got.Open == nil || got.Update != nil || got.Report.Operation != OpCreated {
		t.Errorf("%+v", got)
	}
	s.Head = h
	withPull(&s)
	if got := Publish(s, c, How{}); !got.Push || got.Open != nil || got.Update == nil || got.Report.Operation != OpUpdated || got.Report.Number != 7 {
		t.Errorf("another text: %+v", got)
	}
	s.Due[0].Title, s.Due[0].Body, c.Was = "Draft: "+words.Title(), c.Body, "new"
	if got := Publish(s, c, How{}); got.Push || got.Open != nil || got.Update != nil || got.Report.Operation != OpNone {
		t.Errorf("as it should be: %+v", got)
	}
	if got := Publish(s, c, How{Draft: true}); got.Update == nil || !*got.Update.Draft || !got.Report.Draft || got.Report.Operation != OpUpdated {
		t.Errorf("it becomes a draft: %+v", got)
	}
	if got := Publish(s, c, How{Draft: true, Next: true}); got.Update != nil {
		t.Errorf("a person made it ready: %+v", got)
	}
	s.Due[0].Draft = true
	if got := Publish(s, c, How{Draft: true}); got.Update != nil {
		t.Errorf("it is a draft: %+v", got)
	}
}
