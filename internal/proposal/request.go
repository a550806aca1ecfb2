package proposal

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Request says which change is wanted and what is done with it.
type Request struct {
	StatePath string
	// Ask is the move; with Next it is whatever is due.
	Ask  Ask
	Next bool
	// To is the phase to enter; Abandon: with back, the one that the rotation began in.
	To      string
	Abandon bool
	// Remote and Base are where the change goes to.
	Remote, Base string
	Labels       []string
	Draft        bool
	// Ahead: a draft is opened before its gate is open.
	Ahead bool
	// Anew: the move is made again although the branch holds it.
	Anew bool
	// KeepEvidence: observations are committed beside the state.
	KeepEvidence bool
	// DryRun: nothing is committed, pushed, called or minted.
	DryRun bool
	// CommitOnly: a commit and a local branch, and no pull request.
	CommitOnly bool
	// Options and Evidence are of the move.
	Options  rotation.Options
	Evidence base.Evidence
	// StartBefore is how much of a certificate's life is left when Next starts a rotation.
	StartBefore string
	Signers     string
	Forge       forge.Flags
	Flavour     string
	// Out is the folder for the parts of a pull request that something else opens.
	Out string
	// Material is what a start is asked to take or make, as the command line has it.
	Material Material
}

// Material is what a start is asked to take or make: names, and paths of files.
type Material struct {
	Strategy, Name            string
	Anchor, AnchorKey, Signed string
	IssuerKey, OutgoingKey    string
	Signer, AnchorSigner      string // URIs of keys that live elsewhere
	KeysDir, KeyOut           string
}

// Ask is a move.
type Ask struct {
	Verb string
	// Kind of rotation, of a start.
	Kind string
	// held: whatever the branch holds, with nothing said about it.
	held bool
}

var kinds = []string{state.KindAnchor, state.KindIssuer, state.KindWebhooks, state.KindReplace, state.KindRenew}

// Asked reads the move of a request from arguments. The guard takes none.
func Asked(args []string, q Request, guard bool) (Ask, error) {
	k := Ask{Verb: state.MoveAdvance}
	if len(args) > 0 {
		k.Verb = args[0]
	}
	if len(args) > 1 {
		k.Kind = args[1]
	}
	refused := func(how string) (Ask, error) { return k, problem.PRArguments.With(strings.Join(args, " "), how) }
	switch {
	case len(args) > 0 && (q.Next || guard):
		return refused("with --next and --guard no move is named")
	case k.Verb == state.MoveStart && !slices.Contains(kinds, k.Kind):
		return refused("start is followed by " + strings.Join(kinds, ", "))
	case k.Verb != state.MoveStart && k.Kind != "", !slices.Contains([]string{state.MoveAdvance, state.MoveBack, state.MoveStart}, k.Verb):
		return refused("the moves are advance, back and start KIND")
	case q.Abandon && k.Verb != state.MoveBack, q.To != "" && k.Verb == state.MoveStart:
		return refused("--to belongs to advance and back, --abandon to back")
	}
	return k, nil
}
