package cli

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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
			show, err := a.show(&view)
			if err != nil {
				return err
			}
			instant, err := a.instant(at)
			if err != nil {
				return err
			}
			f.options.Pace = pace
			p, err := a.planAt(&f, args, instant)
			if err != nil {
				return err
			}
			a.data, err = show(p)
			return err
		}),
	}
	f.addStart(cmd)
	view.addDetails(cmd)
	cmd.Flags().StringVar(&at, "at", "", "plan from this instant (RFC 3339) instead of now")
	cmd.Flags().DurationVar(&pace.Lag, "lag", 5*time.Minute, "from the merge of a change to its arrival in every mount")
	cmd.Flags().DurationVar(&pace.Wave, "wave", time.Hour, "how long a rolling restart of the data plane takes")
	return cmd
}

func (a *app) planAt(f *startFlags, args []string, at time.Time) (r results.Plan, err error) {
	s, err := a.loadState(f.statePath)
	if err != nil {
		return r, err
	}
	evidence, err := f.evidence.load(f.statePath, s)
	if err != nil {
		return r, err
	}
	if len(args) == 1 {
		options, err := a.material(f, args[0], s)
		if err != nil {
			return r, err
		}
		m, err := rotation.Start(s, options, evidence, at, a.Random)
		if err != nil {
			return r, statefile.Named(err, f.statePath, f.statePath)
		}
		keyfile.WipeAll(m.Minted)
		s = m.State
	}
	p, err := rotation.PlanOf(s, f.options, evidence, at)
	if err != nil {
		return r, problem.Of(err).In(f.statePath).Err()
	}
	if len(args) == 1 {
		p.NotBegun()
	}
	for _, row := range p.Rows {
		for _, line := range delivery.Lines(delivery.Missing(delivery.Of(s, f.statePath), row.Kinds)) {
			p.ByHand = append(p.ByHand, row.Phase+": "+line)
		}
	}
	r.Certificates, err = rotation.Certificates(s, at)
	r.Plan = p
	return r, err
}
