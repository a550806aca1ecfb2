package cli

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/history"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

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
version of the file in Git, or since the versions that --base names.

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
				if err := a.migrateLog(statePath); err != nil {
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

// migrateLog rewrites a log from before its entries had fields, and nothing
// else of the file.
func (a *app) migrateLog(statePath string) error {
	return keyfile.ChangeState(a.files(), statePath, func(current *state.Rotation) (keyfile.Change, error) {
		original, err := files.Read(statePath, statefile.MaxSize)
		if err != nil {
			return keyfile.Change{}, err
		}
		if _, err := state.Parse(statePath, original); err == nil {
			fmt.Fprintf(&a.talk, "note: %s: the log has fields already: nothing to migrate\n", statePath)
			return keyfile.Change{}, nil
		}
		fmt.Fprintf(&a.talk, "note: %s: %d log entries checked, the old ones migrated: review the change and commit it\n", statePath, len(current.Status.Log))
		return keyfile.Change{Next: current}, nil
	})
}
