package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/audit/pack"

	"github.com/spf13/cobra"
)

// audit writes and checks the audit trail of a rotation.
func (a *app) audit() *cobra.Command {
	var request pack.Request
	var anchors pack.Anchors
	cmd := &cobra.Command{Use: "audit", Short: "write the audit trail of the state's moves, and check one", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	write := &cobra.Command{
		Use: "pack DIR", Short: "write a chained in-toto statement for each move of the log", Args: cobra.ExactArgs(1),
		Example: `  l5d-pki-render audit pack audit --key ~/.ssh/id_ed25519 --reviews reviews.json`,
		RunE: a.run(func(_ *cobra.Command, args []string) (err error) {
			request.Dir = args[0]
			a.data, err = pack.Write(request, a.files())
			return err
		}),
	}
	stateFlag(write, &request.State)
	write.Flags().StringVar(&request.Key, "key", "", "SSH key that signs every file; a private key's file, or a public one whose private key is in ssh-agent")
	write.Flags().StringVar(&request.Reviews, "reviews", "", "merged pull requests as `gh pr list --json` writes them (docs/audit.md)")
	verify := &cobra.Command{
		Use: "verify DIR", Short: "check that nothing of an audit trail was changed, without a network", Args: cobra.ExactArgs(1),
		Example: `  l5d-pki-render audit verify audit --commit origin/main --state rotation.yaml`,
		RunE: a.run(func(_ *cobra.Command, args []string) (err error) {
			anchors.Now = a.Now()
			a.data, err = pack.Verify(args[0], anchors)
			return err
		}),
	}
	for flag, value := range map[string]*string{"head": &anchors.Head, "allowed-signers": &anchors.Signers, "commit": &anchors.Commit, "state": &anchors.State} {
		verify.Flags().StringVar(value, flag, "", pack.AnchorUsage[flag])
	}
	verify.Flags().BoolVar(&anchors.Unanchored, "unanchored", false, "be content with parts that fit each other")
	cmd.AddCommand(write, verify)
	return cmd
}
