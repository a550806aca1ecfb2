// Package command has the commands of fleets: their flags, one call, what is printed.
package command

import (
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

// World is what the commands need of the program that they are part of.
type World struct {
	Now    func() time.Time
	Random io.Reader
	Files  func() files.Writer
	// Run marks that a command's own code was reached.
	Run func(func(*cobra.Command, []string) error) func(*cobra.Command, []string) error
	// Print takes what goes to stdout; Found ends a command with exit code 1 after that.
	Print func(data []byte)
	Found error
	// Opening adds the flags that open keys, and returns the custody of a state.
	Opening func(*cobra.Command) func(statePath string, s *state.Rotation) (*custody.Custody, error)
}

// flags are what the commands share.
type flags struct {
	path, clones, format string
	wish                 checkout.Wish
}

func (f *flags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.path, "fleet", "f", "fleet.yaml", "fleet file (env L5D_PKI_FLEET)")
	cmd.Flags().StringVar(&f.clones, "repositories", "", checkout.ClonesUsage)
	cmd.Flags().StringVarP(&f.format, "output", "o", report.Text, "text, json, yaml or markdown")
}

func (f *flags) at() checkout.At { return checkout.At{Path: f.path, Clones: f.clones} }

func (f *flags) evidence(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.wish.Evidence.Files, "evidence", nil, "observation file, beside those of the fleet file; each names its cluster; may be given several times")
	cmd.Flags().StringArrayVar(&f.wish.Evidence.Assumed, "assume", nil, "CODE of a need that you vouch for, for every member; recorded in the logs of those that move")
	cmd.Flags().StringVar(&f.wish.Evidence.Because, "because", "", "why you vouch for it")
}

func (f *flags) choice(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.wish.Members, "member", nil, "move these members, all or none (default: all that may move)")
	cmd.Flags().StringVar(&f.wish.Selector, "selector", "", "choose members by labels (NAME=VALUE, comma separated)")
	cmd.Flags().IntVar(&f.wish.Limit, "limit", 0, "move this many members at most")
	cmd.Flags().BoolVar(&f.wish.DryRun, "dry-run", false, "say what would be done, write nothing")
	cmd.Flags().StringVar(&f.wish.Options.Why, "why", "", "a sentence for the logs")
	cmd.MarkFlagsMutuallyExclusive("member", "selector")
}

// New is `fleet` with all its commands.
func New(w World) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fleet",
		Short: "rotate linked clusters in step",
		Long: `fleet rotates clusters that share trust. A fleet file lists its members; those that
are linked, directly or over others, are one component and wait for each other:
no issuer is switched before every endpoint of the component trusts it, and no
anchor is dropped while a leaf under it lives anywhere in the component. In between
members move on their own, canaries first.

A member that cannot be observed is unknown and holds its component.`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(w.init(), w.lint(), w.status(), w.plan(), w.start(), w.advance(), w.back(), w.pin())
	return cmd
}

func (w World) init() *cobra.Command {
	var path, name string
	var force bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "write a fleet file of the states of a repository",
		Long: `init finds the state files below the directory of the fleet file and writes a fleet
file that lists them. Links are those of spec.links in the states; add canaries,
limits and further links by hand.`,
		Example: `  l5d-pki-render fleet init --name prod`,
		Args:    cobra.NoArgs,
		RunE: w.Run(func(*cobra.Command, []string) error {
			f, err := checkout.Init(path, name)
			if err != nil {
				return err
			}
			text, err := yaml.Marshal(f)
			if err != nil {
				return err
			}
			if path == "-" {
				w.Print(text)
				return nil
			}
			check, write := files.CheckLinks, w.Files().Create
			if force {
				check, write = func(path string) error { return files.MayReplaceKind(path, fleet.Kind) }, w.Files().Replace
			}
			if err := check(path); err != nil {
				return err
			}
			return write(path, text, 0o644)
		}),
	}
	cmd.Flags().StringVarP(&path, "fleet", "f", "fleet.yaml", "fleet file to write, - for stdout (env L5D_PKI_FLEET)")
	cmd.Flags().StringVar(&name, "name", "fleet", "metadata.name of the fleet")
	cmd.Flags().BoolVar(&force, "force", false, "replace an existing fleet file")
	return cmd
}

func (w World) lint() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "find what keeps a fleet from rotating in step",
		Long: `lint reads the fleet file and the states of all members. It finds members without a
readable state or with one of another cluster, links that one side or nobody else
has, links that lead out of the fleet, linked members without a common anchor or
with different incoming anchors, and pairs that fail already. Exit code 1 when it
finds something.`,
		Example: `  l5d-pki-render fleet lint`,
		Args:    cobra.NoArgs,
		RunE: w.Run(func(*cobra.Command, []string) error {
			on, err := checkout.Load(f.at(), moves.Brought{})
			if err != nil {
				return err
			}
			found := fleet.Lint(on.File, on.Clusters)
			scene, err := fleet.Open(on.File, on.Clusters, on.Evidence, w.Now())
			if err != nil {
				return err
			}
			found = append(found, scene.Standing()...)
			if err := w.show(f.format, fleet.Findings{Fleet: on.File.Metadata.Name, Members: len(on.Clusters), Found: found}); err != nil ||
				len(found) == 0 {
				return err
			}
			return w.Found
		}),
	}
	f.add(cmd)
	return cmd
}

// scene reads the fleet at an instant.
func (w World) scene(f *flags) (*fleet.Scene, error) {
	on, err := checkout.Load(f.at(), f.wish.Evidence)
	if err != nil {
		return nil, err
	}
	return fleet.Open(on.File, on.Clusters, on.Evidence, w.Now().UTC().Truncate(time.Second))
}

func (w World) show(format string, r report.Report) error {
	show, err := report.In(format, screen.View{})
	if err != nil {
		return err
	}
	data, err := show(r)
	if err == nil {
		w.Print(data)
	}
	return err
}

func (w World) status() *cobra.Command {
	return w.looking(&cobra.Command{
		Use:   "status",
		Short: "show every member by phase, and what holds it",
		Long: `status shows a grid for each component: a line for each member with the phases
behind it (#), the one it is in (@) and those ahead (.), the next phase, and what
it waits for; below it the reasons in full. -o json has them for each member.`,
		Example: `  l5d-pki-render fleet status
  l5d-pki-render fleet status -o json`,
	}, func(s *fleet.Scene) report.Report { return s.Status() })
}

func (w World) plan() *cobra.Command {
	return w.looking(&cobra.Command{
		Use:     "plan",
		Short:   "show the steps of each component, its barriers, and the members at each",
		Example: `  l5d-pki-render fleet plan`,
	}, func(s *fleet.Scene) report.Report { return s.Plan() })
}

// looking makes a command show something of the fleet.
func (w World) looking(cmd *cobra.Command, of func(*fleet.Scene) report.Report) *cobra.Command {
	var f flags
	cmd.Args = cobra.NoArgs
	cmd.RunE = w.Run(func(*cobra.Command, []string) error {
		scene, err := w.scene(&f)
		if err != nil {
			return err
		}
		return w.show(f.format, of(scene))
	})
	f.add(cmd)
	f.evidence(cmd)
	return cmd
}

// make makes the moves that a command wishes.
func (w World) make(f *flags, open func(string, *state.Rotation) (*custody.Custody, error)) error {
	if _, err := report.In(f.format, screen.View{}); err != nil {
		return err
	}
	world := checkout.World{Now: w.Now, Random: w.Random, Files: w.Files(), Custody: open}
	r, err := world.Make(f.at(), f.wish)
	if err != nil {
		return err
	}
	if !r.DryRun {
		sink.Note(world.Files.Notes, "wrote the states of %d members; run `l5d-pki-render sync` for those with outputs, and commit", len(r.Moved))
	}
	return w.show(f.format, fleet.Moves{Scene: r.Scene, Outcomes: r.Outcomes, Moved: r.Moved, DryRun: r.DryRun})
}

func (w World) start() *cobra.Command {
	var f flags
	f.wish.Verb = state.MoveStart
	cmd := &cobra.Command{
		Use:   "start {anchor|issuer|webhooks|replace|renew}",
		Short: "begin a rotation in all members of a component, with one anchor",
		Long: `start begins a rotation in every member that may, or in those that are named. The
new anchor is minted once for each component; every member gets an issuer of its
own under it (--one-issuer: the same one), and a copy of each key that is sealed
for its own custody. States and keys are written all or none.

A member that joins later gets the anchor that its component rotates to.`,
		Example: `  l5d-pki-render fleet start anchor
  l5d-pki-render fleet start anchor --strategy bundle --dry-run
  l5d-pki-render fleet start anchor --member west --identity key.txt`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{state.KindAnchor, state.KindIssuer, state.KindWebhooks, state.KindReplace, state.KindRenew},
	}
	open := w.Opening(cmd)
	cmd.RunE = w.Run(func(_ *cobra.Command, args []string) error {
		f.wish.Kind = args[0]
		return w.make(&f, open)
	})
	f.add(cmd)
	f.evidence(cmd)
	f.choice(cmd)
	cmd.Flags().StringVar(&f.wish.Strategy, "strategy", "", "of an anchor rotation: bundle or cross-sign (default: chosen by what the outgoing anchor allows)")
	cmd.Flags().BoolVar(&f.wish.Options.AcceptDowntime, "accept-downtime", false, "enter the phase although connections will fail (dead material only)")
	cmd.Flags().StringVar(&f.wish.Material.Anchor, "anchor", "", "bring the incoming anchor (PEM)")
	cmd.Flags().StringVar(&f.wish.Material.AnchorKey, "anchor-key", "", "its key, which signs the issuers of the members")
	cmd.Flags().StringVar(&f.wish.Material.OutgoingKey, "outgoing-key", "", "key of the anchor in force (cross-sign, issuer, renew); default: what a state names")
	cmd.Flags().BoolVar(&f.wish.Material.OneIssuer, "one-issuer", false, "the same issuer for all members of a component")
	return cmd
}

func (w World) advance() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "advance",
		Short: "enter the next phase in all members that may",
		Long: `advance enters the next phase in every member that is ready: its own needs are met,
no barrier of its component holds it, the canaries before it have taken the step,
and no more members restart than may. With --member all of those named move, or
none. States are written all or none. Exit code 1 when no member may move.`,
		Example: `  l5d-pki-render fleet advance
  l5d-pki-render fleet advance --member east --assume BUNDLE-DELIVERED --because "checked all injectors"`,
		Args: cobra.NoArgs,
		RunE: w.Run(func(*cobra.Command, []string) error { return w.make(&f, nil) }),
	}
	f.move(cmd, state.MoveAdvance)
	cmd.Flags().StringVar(&f.wish.Options.Leaves, "leaves", "", "how leaves of the outgoing issuer go: waited (default) or wave")
	return cmd
}

func (w World) back() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "back",
		Short:   "enter the phase before in all members that may, under the same rules",
		Example: `  l5d-pki-render fleet back --member east --why "gateways were forgotten"`,
		Args:    cobra.NoArgs,
		RunE:    w.Run(func(*cobra.Command, []string) error { return w.make(&f, nil) }),
	}
	f.move(cmd, state.MoveBack)
	cmd.Flags().BoolVar(&f.wish.Abandon, "abandon", false, "return to the stable phase that the rotation began in")
	cmd.MarkFlagsMutuallyExclusive("to", "abandon")
	return cmd
}

func (f *flags) move(cmd *cobra.Command, verb string) {
	f.wish.Verb, f.wish.Options = verb, rotation.Options{}
	f.add(cmd)
	f.evidence(cmd)
	f.choice(cmd)
	cmd.Flags().StringVar(&f.wish.To, "to", "", "phase to enter")
}
