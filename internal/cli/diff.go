package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// diff compares the manifests of two phases.
func (a *app) diff() *cobra.Command {
	var statePath, at string
	var view viewFlags
	cmd := &cobra.Command{
		Use:   "diff PHASE PHASE",
		Short: "show what the manifests of two phases differ in, certificates by name",
		Long: `diff compares two phases of the rotation that is under way: which objects change,
which certificates come and go in the trust bundle and in the issuer, and which
phases on the way restart the workloads. The phase stable is the one before the
rotation where it is named first, and the one after it where it is named second.`,
		Example:   `  l5d-pki-render diff anchor-added issuer-switched`,
		Args:      cobra.ExactArgs(2),
		ValidArgs: state.PhaseNames(),
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			show, err := a.show(&view)
			if err != nil {
				return err
			}
			instant, err := a.instant(at)
			if err != nil {
				return err
			}
			q := moves.Request{StatePath: statePath, Evidence: (&moves.Brought{}).Load}
			p, err := a.moves(custodyFlags{}).Plan(q, "", moves.Material{}, rotation.Options{}, instant)
			if err != nil {
				return err
			}
			d, err := results.DiffPhases(p, args[0], args[1])
			if err == nil {
				a.data, err = show(d)
			}
			return err
		}),
	}
	stateFlag(cmd, &statePath)
	view.add(cmd)
	cmd.Flags().StringVar(&at, "at", "", "plan from this instant (RFC 3339) instead of now")
	return cmd
}
