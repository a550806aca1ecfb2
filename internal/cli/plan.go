package cli

import (
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"

	"github.com/spf13/cobra"
)

// plan lays the rotation out as a table of commits.
func (a *app) plan() *cobra.Command {
	var f startFlags
	var at string
	var pace rotation.Pace
	var view viewFlags
	cmd := &cobra.Command{
		Use:   "plan [KIND]",
		Short: "show the whole rotation as a table of commits, with times and revert verdicts",
		Long: `plan lays out the rotation that is under way; with a KIND (as for start) the one
that start would begin. Each row is one commit: what it changes, what it needs,
when it can be merged at the earliest, and what the gate says of reverting it.`,
		Example: `  l5d-pki-render plan
  l5d-pki-render plan anchor -o markdown`,
		Args: cobra.MaximumNArgs(1),
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			view.format = f.format
			show, err := a.show(&view, results.ICS)
			if err != nil {
				return err
			}
			instant, err := a.instant(at)
			if err != nil {
				return err
			}
			f.options.Pace = pace
			q := moves.Request{StatePath: f.statePath, Evidence: f.evidence.Load}
			p, err := a.moves(f.custody).Plan(q, strings.Join(args, ""), f.material, f.options, instant)
			if err != nil {
				return err
			}
			a.data, err = show(results.Plan{Plan: p})
			return err
		}),
	}
	f.addStart(cmd)
	cmd.Flags().Lookup("output").Usage += ", or ics (a calendar)"
	view.addDetails(cmd)
	cmd.Flags().StringVar(&at, "at", "", "plan from this instant (RFC 3339) instead of now")
	cmd.Flags().DurationVar(&pace.Lag, "lag", 5*time.Minute, "from the merge of a change to its arrival in every mount")
	cmd.Flags().DurationVar(&pace.Wave, "wave", time.Hour, "how long a rolling restart of the data plane takes")
	return cmd
}
