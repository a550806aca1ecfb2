package cli

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/board"

	"github.com/spf13/cobra"
)

// boardReport writes one document on the rotation.
func (a *app) boardReport() *cobra.Command {
	var q board.Request
	var at string
	var evidence evidenceFlags
	cmd := &cobra.Command{
		Use: "report", Short: board.Short, Long: board.Long, Example: board.Example,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) (err error) {
			q.Evidence, q.Seen, q.Files, q.Notes, q.Custody = a.loader(&evidence), evidence.Files, a.files(), &a.talk, a.custodyWorld(custodyFlags{})
			q.Instant = func() (time.Time, error) { return a.instant(at) }
			a.data, err = board.Write(q)
			return err
		}),
	}
	stateFlag(cmd, &q.State)
	evidence.add(cmd)
	evidence.observing(cmd)
	cmd.Flags().StringVar(&at, "at", "", "report at this instant (RFC 3339) instead of now")
	cmd.Flags().StringVarP(&q.Format, "output", "o", board.HTML, "html or markdown")
	cmd.Flags().StringVar(&q.To, "to", "", "write into this file instead of stdout")
	return cmd
}
