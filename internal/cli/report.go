package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/board"

	"github.com/spf13/cobra"
)

// boardReport writes one document on the rotation, or on a fleet.
func (a *app) boardReport() *cobra.Command {
	var q board.Request
	var evidence evidenceFlags
	cmd := &cobra.Command{
		Use: "report", Short: board.Short, Long: board.Long, Example: board.Example,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) (err error) {
			q.Evidence, q.Brought, q.Clock, q.Files, q.Notes, q.Custody = a.loader(&evidence), &evidence.Brought, a.instant, a.files(), &a.talk, a.custodyWorld(custodyFlags{})
			a.data, err = board.Write(q)
			return err
		}),
	}
	stateFlag(cmd, &q.State)
	evidence.add(cmd)
	evidence.observing(cmd)
	cmd.Flags().StringVar(&q.Fleet, "fleet", "", "report on the members of this fleet file instead")
	cmd.Flags().StringVar(&q.Clones, "repositories", "", "with --fleet: "+board.ClonesUsage)
	cmd.Flags().StringVar(&q.At, "at", "", "report at this instant (RFC 3339) instead of now")
	cmd.Flags().StringVarP(&q.Format, "output", "o", board.HTML, "html or markdown")
	cmd.Flags().StringVar(&q.To, "to", "", "write into this file instead of stdout")
	cmd.MarkFlagsMutuallyExclusive("fleet", "observe")
	return cmd
}
