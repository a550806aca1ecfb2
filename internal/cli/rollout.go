package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// rollout starts a wave and leaves the phase as it is.
func (a *app) rollout() *cobra.Command {
	var f moveFlags
	cmd := &cobra.Command{
		Use:   "rollout",
		Short: "restart the workloads without a change of phase, under the same gate",
		Long: `rollout starts a wave and changes nothing else: the phase stays, the stamp is new,
and every workload restarts once. It is a move like any other: gated, and logged.
After a rotation that went back to stable it takes from the pods what they got in
it; the next rotation waits for that.`,
		Example: `  l5d-pki-render rollout --evidence observation.yaml`,
		Args:    cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			return a.step(&f, moves.Step{Verb: state.MoveRollout})
		}),
	}
	f.add(cmd)
	f.evidence.observing(cmd)
	for _, name := range []string{"leaves", "stale-only", "accept-downtime", "force"} {
		_ = cmd.Flags().MarkHidden(name) // of other moves
	}
	return cmd
}
