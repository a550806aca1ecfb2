package cli

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/alerts"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"

	"github.com/spf13/cobra"
)

// alerts writes what a monitoring system needs to know of the state.
func (a *app) alerts() *cobra.Command {
	var statePath, form string
	var labels []string
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "write alert rules, a dashboard or metrics for the mesh of the state",
		Long: `alerts writes rules for Prometheus: certificates that end soon, proxies that get no
new leaf, replicas of identity that did not reload, a rotation that nobody moves, and
metrics that are missing. Ends that no metric tells are constants from the state, so
write the file again after each move. Names of metrics are those of the state's
Linkerd version and of the older proxies that pods may still run.`,
		Example: `  l5d-pki-render alerts > linkerd-pki.rules.yaml
  l5d-pki-render alerts -o prometheusrule --label release=kube-prometheus-stack | kubectl apply -f -
  l5d-pki-render alerts -o openmetrics > linkerd_pki.prom`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(*cobra.Command, []string) error {
			set, err := alerts.ParseLabels(labels)
			if err != nil {
				return err
			}
			s, err := a.loadState(statePath)
			if err != nil {
				return err
			}
			a.data, err = alerts.Write(s, form, set)
			return statefile.Named(err, statePath, statePath)
		}),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringVarP(&form, "output", "o", alerts.FormRules, strings.Join(alerts.Forms, ", "))
	cmd.Flags().StringArrayVar(&labels, "label", nil, "label of the PrometheusRule, as KEY=VALUE (repeatable)")
	return cmd
}

// writeMetrics writes the metrics of a state: `status -o openmetrics` is the same as
// `alerts -o openmetrics`.
func (a *app) writeMetrics(statePath string) error {
	s, err := a.loadState(statePath)
	if err == nil {
		a.data, err = alerts.Metrics(s)
	}
	return err
}
