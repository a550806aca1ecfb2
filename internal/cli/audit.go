package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/audit/command"

	"github.com/spf13/cobra"
)

// audit writes and checks the audit trail of a rotation.
func (a *app) audit() *cobra.Command {
	return command.New(command.World{Run: a.run, Files: a.files, Now: a.Now, Print: func(data []byte) { a.data = data }})
}
