package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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
			return a.move(&f, func(s *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
				if to != "" {
					return rotation.AdvanceTo(s, to, f.options, e, a.Now())
				}
				return rotation.Advance(s, f.options, e, a.Now())
			})
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
	var to string
	var abandon bool
	cmd := &cobra.Command{
		Use:   "back",
		Short: "enter the phase before, under the same gate",
		Long: `back enters the phase before. It is a move like any other: the same gate, and the
epoch grows. With --abandon it returns to the stable phase that the rotation
began in, if the gate holds for the whole way.`,
		Example: `  l5d-pki-render back --evidence observation.yaml`,
		Args:    cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			return a.move(&f, func(s *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
				switch {
				case abandon:
					return rotation.Abandon(s, f.options, e, a.Now())
				case to != "":
					return rotation.BackTo(s, to, f.options, e, a.Now())
				}
				return rotation.Back(s, f.options, e, a.Now())
			})
		}),
	}
	f.add(cmd)
	f.evidence.observing(cmd)
	cmd.Flags().StringVar(&to, "to", "", "phase to enter")
	cmd.Flags().BoolVar(&abandon, "abandon", false, "return to the stable phase that the rotation began in")
	cmd.MarkFlagsMutuallyExclusive("to", "abandon")
	return cmd
}

// move makes one move under the lock of the state file: keys first, the state
// last, so that no state ever names a key that does not exist.
func (a *app) move(f *moveFlags, make func(*state.Rotation, rotation.Evidence) (*rotation.Move, error)) error {
	show, err := results.In(f.format)
	if err != nil {
		return err
	}
	var minted []rotation.Minted
	defer func() { keyfile.WipeAll(minted) }()
	return keyfile.ChangeState(a.files(), f.statePath, func(current *state.Rotation) (keyfile.Change, error) {
		evidence, err := a.evidence(&f.evidence, f.statePath, current)
		if err != nil {
			return keyfile.Change{}, err
		}
		m, err := make(current, evidence)
		if err != nil {
			return keyfile.Change{}, statefile.Named(err, f.statePath, f.statePath)
		}
		minted = m.Minted
		if a.data, err = show(results.Move{Move: m, DryRun: f.dryRun, StatePath: f.statePath}); err != nil {
			return keyfile.Change{}, err
		}
		if f.dryRun {
			return keyfile.Change{}, a.showDiff(f, m.State)
		}
		return keyfile.Change{Next: m.State, Before: func() (keyfile.Stored, error) { return a.storeKeys(f, m) }}, nil
	})
}

// showDiff adds the change of the state file to the output of a dry run.
func (a *app) showDiff(f *moveFlags, next *state.Rotation) error {
	original, err := files.Read(f.statePath, statefile.MaxSize)
	if err != nil {
		return err
	}
	text, err := state.Update(original, next)
	if err != nil {
		return problem.Of(err).In(f.statePath).Err()
	}
	if f.format == results.Text {
		a.data = append(a.data, "\n"+results.Diff(f.statePath, f.statePath, string(original), string(text))...)
	}
	return nil
}

// storeKeys hands minted keys to the custody: new files, all or none.
func (a *app) storeKeys(f *moveFlags, m *rotation.Move) (keyfile.Stored, error) {
	keys, err := a.sealKeys(f, m)
	if err != nil {
		return keyfile.Stored{}, err
	}
	return keyfile.Store(a.files(), f.statePath, keys)
}

// sealKeys makes the files that minted keys are kept in, and writes none.
func (a *app) sealKeys(f *moveFlags, m *rotation.Move) ([]keyfile.File, error) {
	if len(m.Minted) == 0 {
		return nil, nil
	}
	c, err := a.custodyOf(f.statePath, m.State, f.custody)
	if err != nil {
		return nil, err
	}
	return keyfile.SealNamed(c, m.Minted)
}
