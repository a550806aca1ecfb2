package cli

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery/facts"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"

	"github.com/spf13/cobra"
)

// doctor names what is wrong and the commands that lead out of it.
func (a *app) doctor() *cobra.Command {
	var statePath, at, format, down string
	var evidence evidenceFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "name what is wrong, and print the commands that repair it, in order",
		Long: `doctor looks at the state, its key files, the Git history of the state file and the
observations that you bring, and names each situation that it knows: material
that has expired, keys that are lost, commits that were reverted, a cluster that
has a part of the phase. For each it prints the commands to run, in order. It
changes nothing. Exit code 1 when something is wrong.`,
		Example: `  l5d-pki-render doctor
  l5d-pki-render doctor --evidence observation.yaml
  l5d-pki-render doctor --down-since 2026-06-01T12:00:00Z`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			show, err := a.show(&viewFlags{format: format})
			if err != nil {
				return err
			}
			var since time.Time
			if down != "" {
				if since, err = a.instant(down); err != nil {
					return err
				}
			}
			known, err := facts.Gather(a.custodyWorld(custodyFlags{}), facts.Request{
				StatePath: statePath, DownSince: since, Evidence: a.loader(&evidence), Outputs: a.outputsWorld().Stale,
				Instant: func() (time.Time, error) { return a.instant(at) },
			})
			if err != nil {
				return err
			}
			r := results.Diagnoses{Found: recovery.Diagnose(known), Facts: known}
			if a.data, err = show(r); err != nil || len(r.Found) == 0 {
				return err
			}
			return errFound
		}),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringArrayVar(&evidence.Files, "evidence", nil, "observation file; may be given several times")
	evidence.observing(cmd)
	cmd.Flags().StringVar(&at, "at", "", "judge dates at this instant (RFC 3339) instead of now")
	cmd.Flags().StringVar(&down, "down-since", "", "identity has signed nothing since this instant (RFC 3339), where no observation shows it")
	cmd.Flags().StringVarP(&format, "output", "o", results.Text, "text, json, yaml or markdown")
	return cmd
}
