package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/command"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// fleet rotates linked clusters in step.
func (a *app) fleet() *cobra.Command {
	return command.New(command.World{
		Now: a.Now, Random: a.Random, Files: a.files, Run: a.run, Found: errFound,
		Print: func(data []byte) { a.data = data },
		Opening: func(cmd *cobra.Command) func(string, *state.Rotation) (*custody.Custody, error) {
			f := new(custodyFlags)
			f.add(cmd)
			return func(path string, s *state.Rotation) (*custody.Custody, error) { return a.custodyOf(path, s, *f) }
		},
	})
}
