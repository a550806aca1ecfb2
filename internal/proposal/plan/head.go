package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// RecordedHere is the proof of a commit that a call made in this clone.
const RecordedHere = "recorded in this clone"

// Head is the head of a branch that bears a name of ours.
type Head struct {
	Branch string
	// Commit, and what it says of itself.
	Commit, Tree, Parent string
	Subject, Committer   string
	// Digest is that of its state file, "" if it has none.
	Digest string
	// Material says where the material of a start comes from.
	Material string
	// Foreign says why the commit is not this tool's, or not as the tool made it;
	// "" if it is.
	Foreign string
	// Proof says how it is known that the commit may be taken over; "" if it is not:
	// anybody can make the trailers.
	Proof string
	// Replaced is the commit that this clone made in the place of this one, which it had
	// made too; "" if it made no such other.
	Replaced string
	// Carries are the files that go with the move, beside the state.
	Carries []string
	// Title and Body are what this command writes for the commit on its pull request, where
	// it was made again; "" where it was not.
	Title, Body string
	// Fits tells whether a title and a body have what they must have for the commit; nil
	// where that is not known.
	Fits func(title, body string) bool
	// Shut is what shuts the gate of the move now, which was open when it was made.
	Shut problem.List
	// Pushed: the remote has the branch.
	Pushed bool
	// Next is the state at the head, Before that of its parent; nil if foreign.
	Next, Before *state.Rotation
}

// words name the commit for people.
func (h *Head) words() string {
	return fmt.Sprintf("%s %q by %s: %s", h.Commit[:12], h.Subject, h.Committer, h.reason())
}

// holds tells whether the head's move can be kept: it was made from the state
// that the base still has, and what spec says of the mesh is the same. Outputs
// and links may differ: the files are written anew.
func (h *Head) holds(base *state.Rotation) bool {
	if h.Foreign != "" {
		return false
	}
	was, is := h.Before.Clone(), base.Clone()
	was.Spec.Outputs, is.Spec.Outputs, was.Spec.Links, is.Spec.Links = nil, nil, nil, nil
	return reflect.DeepEqual(was.Spec, is.Spec) && reflect.DeepEqual(was.Status, is.Status)
}

// last is the log entry of the head's move.
func (h *Head) last() state.LogEntry {
	last, _ := h.Next.LastEntry()
	return last
}

// prepared tells whether the head's move was made ahead of its gate.
func (h *Head) prepared() bool { return rotation.Prepared(h.last()) }

// GoesBy reports whether the head's move was made from this state, with its gate open.
func (h *Head) GoesBy(base *state.Rotation) bool { return h.holds(base) && !h.prepared() }

// Waits refuses the head's move where its gate is shut now.
func (h *Head) Waits() error {
	if len(h.Shut) == 0 {
		return nil
	}
	return slices.Concat(problem.List{problem.PRShut.With(h.Branch)}, h.Shut).Err()
}

// Starts reports whether the head's move is a start, which brings new material.
func (h *Head) Starts() bool { return verbOf(h.last()) == state.MoveStart }

// move is the head's move as arguments of pr.
func (h *Head) move(stateName string) string {
	words := []string{verbOf(h.last())}
	if h.Starts() && h.Next.Status.Rotation != nil {
		words = append(words, h.Next.Status.Rotation.Kind)
	}
	return strings.Join(append(words, "--state", delivery.Quoted(stateName)), " ")
}

// Origin says where the material of a start comes from that is taken over, in one
// line for the trailer and the text. A commit that is made anew keeps what the
// first one had.
func (h *Head) Origin() string {
	const taken = "taken over from commit "
	switch {
	case !h.Starts() || strings.HasPrefix(h.Material, taken):
		return h.Material
	case h.Proof == RecordedHere:
		return taken + h.Commit[:12] + ", recorded in the clone that made it: " + h.Material
	}
	return taken + h.Commit[:12] + ", " + h.Proof + ": " + h.Material
}
