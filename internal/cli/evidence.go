package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/moves"

	"github.com/spf13/cobra"
)

// evidenceFlags are what a user brings to open a gate.
type evidenceFlags struct {
	moves.Brought
	// observe: the cluster is read as well.
	observe bool
	cluster clusterFlags
	// key signs what is observed, "" if nothing does.
	key string
}

func (f *evidenceFlags) add(cmd *cobra.Command) {
	f.Earlier = true
	cmd.Flags().StringArrayVar(&f.Files, "evidence", nil, "observation file; may be given several times")
	cmd.Flags().StringArrayVar(&f.Assumed, "assume", nil, "`CODE` of a need that you vouch for (the command status lists them); recorded in the log")
	cmd.Flags().StringVar(&f.Because, "because", "", "why you vouch for it")
}
