package cli

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/alerts"
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep/look"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery/facts"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// status says where the rotation is.
func (a *app) status() *cobra.Command {
	var statePath, at, within, svg string
	var view viewFlags
	var evidence evidenceFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "show the phase, what is trusted, what ends when, and the next legal moves",
		Long: `status says where the rotation is, when each certificate ends, and what the
next moves still need, and when each wait ends; first of all the command to run
next. --verbose adds fingerprints, verifiers and a time axis. Exit code 1 when something is wrong
already (a certificate in use has expired, the epoch fell, the log was edited by
hand, a key file is damaged), and when something in use ends within --within.
--svg draws the validity of every certificate on a time axis.`,
		Example: `  l5d-pki-render status
  l5d-pki-render status --within 60d -o json
  l5d-pki-render status --svg rotation.svg`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			if view.format == alerts.FormMetrics {
				return a.writeMetrics(statePath)
			}
			show, err := a.show(&view, alerts.FormMetrics)
			if err != nil {
				return err
			}
			st, err := facts.Status(a.custodyWorld(custodyFlags{}), facts.Request{
				StatePath: statePath, Evidence: a.loader(&evidence), Instant: func() (time.Time, error) { return a.instant(at) },
			})
			if err != nil {
				return err
			}
			limit, err := duration(within)
			if err != nil {
				return err
			}
			if svg != "" {
				if err := a.writePicture(svg, results.Timeline(st).SVG()); err != nil {
					return err
				}
			}
			todo := look.Next(statePath, st, evidence.Files, evidence.observingAgain(), a.outputsWorld().Stale)
			r := results.Status{Status: st, Ending: st.Expiring(limit), Within: limit, Todo: todo}
			if a.data, err = show(r); err != nil {
				return err
			}
			if len(st.Alarms) > 0 || within != "" && len(r.Ending) > 0 {
				return errFound
			}
			return nil
		}),
	}
	stateFlag(cmd, &statePath)
	evidence.add(cmd)
	evidence.observing(cmd)
	cmd.Flags().StringVar(&at, "at", "", "report at this instant (RFC 3339) instead of now")
	cmd.Flags().StringVar(&within, "within", "", "exit 1 when a certificate in use ends within this time (like 60d)")
	view.add(cmd)
	cmd.Flags().StringVar(&svg, "svg", "", "draw the time axis into this file")
	return cmd
}

// duration reads a flag in the state file's own form (24h, 60d, 1y).
func duration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := state.ParseDuration(text)
	return time.Duration(d), err
}
