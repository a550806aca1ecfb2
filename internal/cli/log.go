package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/history"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"

	"github.com/spf13/cobra"
)

// log shows the hash-chained history of the state.
func (a *app) log() *cobra.Command {
	var statePath string
	var view viewFlags
	var bases []string
	var verify, migrate bool
	cmd := &cobra.Command{
		Use:   "log",
		Short: "show the hash-chained history of the rotation",
		Long: `log prints one line per move. A state file with a broken chain is refused by
every command; --verify also says that no entry was changed or dropped since any
version of the file in Git, or since the versions that --base names. Where the file
came from another path, it goes on along that one and says so.

Programs read the fields of an entry (-o json); its reason is free text. A file
with a log from before these fields is refused until --migrate has rewritten it.`,
		Example: `  l5d-pki-render log
  git show HEAD~3:rotation.yaml > old.yaml && l5d-pki-render log --verify --base old.yaml`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			show, err := a.show(&view)
			if err != nil {
				return err
			}
			if migrate {
				if err := moves.MigrateLog(a.files(), statePath, &a.talk); err != nil {
					return err
				}
			}
			s, err := a.loadState(statePath)
			if err != nil {
				return err
			}
			if verify {
				if err := history.VerifyLog(statePath, bases, s, &a.talk); err != nil {
					return err
				}
			}
			a.data, err = show(results.Log(s.Status.Log))
			return err
		}),
	}
	stateFlag(cmd, &statePath)
	view.add(cmd)
	cmd.Flags().BoolVar(&verify, "verify", false, "check the chain, also across the Git history of the file and against --base")
	cmd.Flags().BoolVar(&migrate, "migrate", false, "first rewrite a log from before its entries had fields, and nothing else of the file")
	cmd.Flags().StringArrayVar(&bases, "base", nil, "an older version of the state file; may be given several times")
	return cmd
}
