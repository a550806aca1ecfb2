package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep/look"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// moveFlags are what every move of the rotation takes.
type moveFlags struct {
	statePath string
	evidence  evidenceFlags
	custody   custodyFlags // of start
	options   rotation.Options
	dryRun    bool
	format    string
}

func (f *moveFlags) add(cmd *cobra.Command) {
	stateFlag(cmd, &f.statePath)
	f.evidence.add(cmd)
	cmd.Flags().StringVar(&f.options.Why, "why", "", "a sentence for the log")
	cmd.Flags().StringVar(&f.options.Leaves, "leaves", "", "how leaves of the outgoing issuer go: waited (default) or wave")
	cmd.Flags().StringSliceVar(&f.options.Namespaces, "namespaces", nil, "begin a split wave with these namespaces")
	cmd.Flags().BoolVar(&f.options.StaleOnly, "stale-only", false, "restart only the workloads that do not hold the bundle, as the newest observation names them")
	cmd.Flags().BoolVar(&f.options.AcceptDowntime, "accept-downtime", false, "enter the phase although connections will fail (dead material only)")
	cmd.Flags().BoolVar(&f.options.Force, "force", false, "assume it although the log contradicts it; recorded in the log")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "show the change of the state file and the verdict, write nothing")
	cmd.Flags().StringVarP(&f.format, "output", "o", "text", "text, json, yaml or markdown")
}

// advance goes one phase on, or to a named one.
func (a *app) advance() *cobra.Command {
	var f moveFlags
	var to string
	cmd := &cobra.Command{
		Use:   "advance",
		Short: "enter the next phase, if the gate is open",
		Long: `advance enters the next phase of the rotation, or with --to a later one if the
gate holds for the whole jump. It refuses every step after which two proxies
could fail to trust each other, and says which pair, and what to look at.

What must be known comes from --evidence FILE (an observation of the cluster),
from the cluster itself (--observe) or
from your word: --assume CODE --because "...", which the log records.`,
		Example: `  l5d-pki-render advance --evidence observation.yaml
  l5d-pki-render advance --assume BUNDLE-DELIVERED --because "checked the mount of all three injectors"`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			return a.step(&f, moves.Step{Verb: state.MoveAdvance, To: to})
		}),
	}
	f.add(cmd)
	f.evidence.observing(cmd)
	cmd.Flags().StringVar(&to, "to", "", "phase to enter")
	return cmd
}

// back goes one phase back, or to the beginning.
func (a *app) back() *cobra.Command {
	var f moveFlags
	t := moves.Step{Verb: state.MoveBack}
	cmd := &cobra.Command{
		Use:   "back",
		Short: "enter the phase before, under the same gate",
		Long: `back enters the phase before. It is a move like any other: the same gate, and the
epoch grows. With --abandon it returns to the stable phase that the rotation
began in, if the gate holds for the whole way.`,
		Example: `  l5d-pki-render back --evidence observation.yaml`,
		Args:    cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			return a.step(&f, t)
		}),
	}
	f.add(cmd)
	f.evidence.observing(cmd)
	cmd.Flags().StringVar(&t.To, "to", "", "phase to enter")
	cmd.Flags().BoolVar(&t.Abandon, "abandon", false, "return to the stable phase that the rotation began in")
	cmd.MarkFlagsMutuallyExclusive("to", "abandon")
	return cmd
}

// move makes one move of the state file, and reports it.
func (a *app) move(f *moveFlags, make moves.Maker) (err error) {
	a.data, err = a.moves(f.custody).Make(moves.Request{
		StatePath: f.statePath, DryRun: f.dryRun, Format: f.format,
		Evidence: a.loader(&f.evidence),
		Done: func(m *rotation.Move) {
			facts := look.At(f.statePath, m.State)
			facts.Evidence = f.evidence.Files
			a.next(nextstep.AfterMove(facts, m.Changes))
		},
	}, make)
	return err
}

// step makes a move that is no start.
func (a *app) step(f *moveFlags, t moves.Step) error {
	return a.move(f, func(s *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
		return t.Make(s, f.options, e, a.Now())
	})
}

// moves is what a move needs of this call.
func (a *app) moves(f custodyFlags) moves.World {
	return moves.World{Custody: a.custodyWorld(f), Files: a.files(), Now: a.Now, Remote: a.kmsProgram()}
}
