package proposal

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Request says which change is wanted and what is done with it.
type Request struct {
	StatePath string
	// Fleet is the path of the fleet file whose members are moved together; "": the
	// state alone moves.
	Fleet string
	// Clones is the directory below which the other repositories of the fleet are cloned.
	Clones string
	// Members are those of the fleet that are to move, all or none; nil: all that may.
	Members []string
	// Wish is the move.
	Wish plan.Wish
	// Remote and Base are where the change goes to.
	Remote, Base string
	Labels       []string
	Draft        bool
	// KeepEvidence: observations are committed beside the state.
	KeepEvidence bool
	// DryRun: nothing is committed, pushed, called or minted.
	DryRun bool
	// CommitOnly: a commit and a local branch, and no pull request.
	CommitOnly bool
	// Evidence is what opens the gate; Because is why a person vouches for a need.
	Evidence base.Evidence
	Because  string
	// EvidenceKey is the file of the key that signs what is observed.
	EvidenceKey string
	// StartBefore is how much of a certificate's life is left when Next starts a rotation.
	StartBefore string
	Signers     string
	Forge       forge.Flags
	Flavour     string
	// Out is the folder for the parts of a pull request that something else opens.
	Out string
	// Material is what a start is asked to take or make, as the command line has it.
	Material moves.Material
}

// Files lists the files that the request names, each with the name of its flag or variable.
func (q Request) Files() [][2]string {
	named := append(q.Material.Files(), q.Evidence.Reads...)
	for _, file := range q.Evidence.Files {
		named = append(named, [2]string{"--evidence", file})
	}
	return append(named, [2]string{"--ca-file", q.Forge.CAFile})
}

var kinds = []string{state.KindAnchor, state.KindIssuer, state.KindWebhooks, state.KindReplace, state.KindRenew}

// Asked reads the move of a wish from arguments. The guard takes none.
func Asked(args []string, w plan.Wish, guard bool) (plan.Wish, error) {
	w.Verb = state.MoveAdvance
	if len(args) > 0 {
		w.Verb = args[0]
	}
	if len(args) > 1 {
		w.Kind = args[1]
	}
	refused := func(how string) (plan.Wish, error) { return w, problem.PRArguments.With(strings.Join(args, " "), how) }
	switch {
	case len(args) > 0 && (w.Next || guard):
		return refused("with --next and --guard no move is named")
	case w.Verb == state.MoveStart && !slices.Contains(kinds, w.Kind):
		return refused("start is followed by " + strings.Join(kinds, ", "))
	case w.Verb != state.MoveStart && w.Kind != "", !slices.Contains([]string{state.MoveAdvance, state.MoveBack, state.MoveStart,
		state.MoveRollout}, w.Verb):
		return refused("the moves are advance, back, rollout and start KIND")
	case w.Abandon && w.Verb != state.MoveBack, w.To != "" && (w.Verb == state.MoveStart || w.Verb == state.MoveRollout):
		return refused("--to belongs to advance and back, --abandon to back")
	}
	return w, nil
}

// origin says where the material of a new start comes from.
func origin(m moves.Material) string {
	var given []string
	for _, flag := range []struct{ name, value string }{{"--anchor", m.Anchor}, {"--anchor-key", m.AnchorKey},
		{"--anchor-signer", m.AnchorSigner}, {"--signed", m.Signed}} {
		if flag.value != "" {
			given = append(given, flag.name)
		}
	}
	if len(given) == 0 {
		return "minted by this command"
	}
	return "given with " + strings.Join(given, ", ") + "; the rest minted by this command"
}
