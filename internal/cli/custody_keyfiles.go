package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"

	"github.com/spf13/cobra"
)

// custody has the commands about key files.
func (a *app) custody() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "custody",
		Short: "look at the key files of a state, or seal them anew",
		Long: `Private keys live where spec.custody of the state says: in key files that are
encrypted for Git (age, sops, sealed-secret), in a store or the cluster
(external-secret, cert-manager), or in plain files outside of Git (file).
docs/custody.md compares them. Rendering never opens a key unasked.`,
		Example: `  l5d-pki-render custody status
  l5d-pki-render custody rewrap --identity identity.txt`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(a.custodyStatus(), a.custodyRewrap(), a.custodyIncoming(), a.custodyReadBack())
	return cmd
}

// rewrapFlags say what opens the key files as they are.
type rewrapFlags struct {
	statePath, from, newPassphrase string
	opening                        custodyFlags
}

// custodyRewrap seals every key file anew.
func (a *app) custodyRewrap() *cobra.Command {
	var f rewrapFlags
	cmd := &cobra.Command{
		Use:   "rewrap",
		Short: "seal every key file anew, for the recipients that the state has now",
		Long: `rewrap opens every key file that the state names, with the identity at hand, and
seals it anew as spec.custody says now: after recipients came or went, after a
new .sops.yaml, after a change of the passphrase. All files are replaced, or none.
It is the only command that encrypts a key a second time.

--from KIND opens the files in the custody that they are in: to change custody,
edit spec.custody, then rewrap. Key files get the new kind's names, and the state
names them; the old files stay, for you to remove.

Keys of retired anchors are left as they are: those anchors sign nothing again.`,
		Example: `  l5d-pki-render custody rewrap --identity ~/identity.txt
  l5d-pki-render custody rewrap --from file`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			said, err := keyfile.Rewrap(keyfile.Rewrapping{
				StatePath: f.statePath, World: a.custodyWorld(f.opening), From: f.from, NewPassphraseFile: f.newPassphrase, Files: a.files(),
			})
			a.data = []byte(said)
			return err
		}),
	}
	stateFlag(cmd, &f.statePath)
	f.opening.add(cmd)
	cmd.Flags().StringVar(&f.from, "from", "", "kind of custody that the key files are in now (default: spec.custody.kind)")
	cmd.Flags().StringVar(&f.newPassphrase, "new-passphrase-file", "", "of custody age with a passphrase: file with the new one (default: the same)")
	return cmd
}

// custodyStatus lists the key files of a state.
func (a *app) custodyStatus() *cobra.Command {
	var statePath string
	var view viewFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "list the key files: whose keys they hold and who can open them",
		Long: `status lists every private key that the state names, and what its file says
without being opened: whose key it holds, for whom it is sealed, and whether that
is what spec.custody says. No identity is needed and no key is read.`,
		Example: `  l5d-pki-render custody status -o json`,
		Args:    cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			write, err := a.show(&view)
			if err != nil {
				return err
			}
			s, err := a.loadState(statePath)
			if err != nil {
				return err
			}
			c, err := a.custodyOf(statePath, s, custodyFlags{})
			if err != nil {
				return err
			}
			r, err := keyfile.StatusOf(c)
			if err != nil {
				return statefile.Named(err, statePath, statePath)
			}
			if a.data, err = write(r); err != nil {
				return err
			}
			if r.Failed() {
				return errFound
			}
			return nil
		}),
	}
	stateFlag(cmd, &statePath)
	view.add(cmd)
	return cmd
}
