package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// status says where the rotation stands.
func (a *app) status() *cobra.Command {
	var statePath, at, format, within, svg, png string
	var width int
	var evidence evidenceFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "show the phase, what is trusted, what ends when, and the next legal moves",
		Long: `status says where the rotation stands, when each certificate ends, and what the
next moves still need, and when each wait ends. Exit code 1 when something is wrong
already (a certificate in use has expired, the epoch fell, the log was edited by
hand), and when something in use ends within --within.
--svg and --png draw the validity of every certificate on a time axis.`,
		Example: `  l5d-pki-render status
  l5d-pki-render status --within 60d -o json
  l5d-pki-render status --png rotation.png`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			show, err := printer(format)
			if err != nil {
				return err
			}
			st, err := a.statusAt(statePath, at, &evidence)
			if err != nil {
				return err
			}
			limit, err := duration(within)
			if err != nil {
				return err
			}
			if err := a.drawTo(st, svg, png); err != nil {
				return err
			}
			r := statusReport{st, st.Expiring(limit), limit, width}
			if a.data, err = show(r); err != nil {
				return err
			}
			if len(st.Alarms) > 0 || within != "" && len(r.ending) > 0 {
				return errFound
			}
			return nil
		}),
	}
	stateFlag(cmd, &statePath)
	evidence.add(cmd)
	cmd.Flags().StringVar(&at, "at", "", "report at this instant (RFC 3339) instead of now")
	cmd.Flags().StringVar(&within, "within", "", "exit 1 when a certificate in use ends within this time (like 60d)")
	cmd.Flags().StringVarP(&format, "output", "o", formatText, "text, json, yaml or markdown")
	cmd.Flags().StringVar(&svg, "svg", "", "draw the time axis into this file")
	cmd.Flags().StringVar(&png, "png", "", "draw the time axis into this file")
	cmd.Flags().IntVar(&width, "width", 100, "columns of the text time axis")
	return cmd
}

func (a *app) statusAt(statePath, at string, f *evidenceFlags) (*rotation.Status, error) {
	instant, err := a.instant(at)
	if err != nil {
		return nil, err
	}
	s, err := a.loadState(statePath)
	if err != nil {
		return nil, err
	}
	evidence, err := f.load(statePath, s)
	if err != nil {
		return nil, err
	}
	st, err := rotation.StatusOf(s, evidence, instant)
	if err != nil {
		return nil, named(err, statePath, statePath)
	}
	if alarm := fallen(statePath, s); alarm != "" {
		st.Alarms = append(st.Alarms, alarm)
	}
	st.Delivery = delivery.Of(s, statePath)
	return st, nil
}

// duration reads a flag in the state file's own form (24h, 60d, 1y).
func duration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := state.ParseDuration(text)
	return time.Duration(d), err
}

// statusReport is a status for people and programs.
type statusReport struct {
	*rotation.Status
	ending []rotation.Expiry
	within time.Duration
	width  int
}

func (r statusReport) data() any { return r.Status }

func (r statusReport) head() string {
	head := fmt.Sprintf("%s: phase %s, epoch %d", r.Cluster, r.Phase, r.Epoch)
	if r.Kind != "" {
		head += ", rotation " + r.Kind
		if r.Strategy != "" {
			head += " (" + r.Strategy + ")"
		}
	}
	return head
}

func (r statusReport) text() string {
	var b strings.Builder
	b.WriteString(alarmLines(r.Status))
	fmt.Fprintf(&b, "%s, at %s\n", r.head(), r.At.Format(time.RFC3339))
	fmt.Fprintf(&b, "bundle %s, issuer %s\n\n", short(r.Bundle), short(r.Issuer))
	b.WriteString(table(r.certificates()))
	b.WriteString("\n" + timelineOf(r.Status).Text(r.width, false))
	for _, m := range r.Next {
		b.WriteString("\n" + nextLine(m) + "\n")
		for _, n := range m.Needs {
			b.WriteString("  " + needLine(n) + "\n")
		}
		for _, p := range m.Problems {
			b.WriteString("  refused: " + p.Text + "\n")
		}
	}
	for _, line := range slices.Concat(delivery.Lines(r.Delivery), delivery.Notes(r.Delivery)) {
		b.WriteString("delivery: " + line + "\n")
	}
	for _, note := range r.Notes {
		b.WriteString("note: " + note + "\n")
	}
	for _, x := range r.ending {
		if x.Expired { // an alarm already
			continue
		}
		fmt.Fprintf(&b, "ends within %s: %s %q at %s\n", state.Duration(r.within), x.Kind, x.Name, x.NotAfter.Format(time.RFC3339))
	}
	return b.String()
}

func nextLine(m rotation.NextMove) string {
	verdict := "allowed"
	if !m.Allowed {
		verdict = "not yet"
	}
	wave := ""
	if m.Wave {
		wave = ", starts a wave"
	}
	return fmt.Sprintf("%s to %s: %s%s", m.Verb, m.To, verdict, wave)
}

func (r statusReport) certificates() [][]string {
	rows := [][]string{{"kind", "name", "role", "fingerprint", "not after", "days", ""}}
	for _, x := range r.Certificates {
		use := ""
		if x.InUse {
			use = "in use"
		}
		rows = append(rows, []string{x.Kind, x.Name, x.Role, x.Fingerprint[:16], x.NotAfter.Format(time.RFC3339), fmt.Sprint(x.DaysLeft), use})
	}
	return rows
}

func (r statusReport) markdown() string {
	var b strings.Builder
	for _, alarm := range r.Alarms {
		b.WriteString("> **" + alarm + "**\n\n")
	}
	fmt.Fprintf(&b, "### %s\n\n%s", r.head(), markdownTable(r.certificates()))
	for _, m := range r.Next {
		b.WriteString("\n**" + nextLine(m) + "**\n\n")
		for _, n := range m.Needs {
			b.WriteString("- " + needLine(n) + "\n")
		}
		for _, p := range m.Problems {
			b.WriteString("- refused: " + p.Text + "\n")
		}
	}
	for _, line := range slices.Concat(delivery.Lines(r.Delivery), delivery.Notes(r.Delivery)) {
		b.WriteString("\n- delivery: " + line + "\n")
	}
	for _, note := range r.Notes {
		b.WriteString("\n> " + note + "\n")
	}
	return b.String()
}
