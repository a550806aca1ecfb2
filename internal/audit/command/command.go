// Package command is the commands of an audit trail: flags, one call, what is printed.
package command

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/audit/pack"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// World is what the commands use of the call that they are part of.
type World struct {
	// Run wraps what a command does.
	Run   func(func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error
	Files func() files.Writer
	Now   func() time.Time
	// Print gets what goes to stdout.
	Print func([]byte)
}

// New makes the command audit.
func New(w World) *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit", Short: "write the audit trail of the state's moves, and check one", Args: cobra.NoArgs,
		Long: `audit pack writes, for each move in the log of the state, what is known of it: who
moved it and why, which commit brought it, who reviewed it, and which certificates
were in the state. audit verify checks later, without a network, that nothing of that
was changed (docs/audit.md).`,
	}
	cmd.AddCommand(packing(w), verifying(w))
	return cmd
}

func packing(w World) *cobra.Command {
	var request pack.Request
	cmd := &cobra.Command{
		Use: "pack DIR", Short: "write a chained in-toto statement for each move of the log", Args: cobra.ExactArgs(1),
		Example: `  l5d-pki-render audit pack audit --key ~/.ssh/id_ed25519 --reviews reviews.json`,
		RunE: w.Run(func(cmd *cobra.Command, args []string) error {
			if err := given(cmd, "state", "key", "reviews"); err != nil {
				return err
			}
			request.Dir = args[0]
			line, err := pack.Write(request, w.Files())
			w.Print(line)
			return err
		}),
	}
	flags := cmd.Flags()
	flags.StringVarP(&request.State, "state", "s", "rotation.yaml", "state file (env L5D_PKI_STATE)")
	flags.StringVar(&request.Key, "key", "", "SSH key that signs every file; a private key's file, or a public one whose private key is in ssh-agent")
	flags.StringVar(&request.Reviews, "reviews", "", "merged pull requests as gh pr list --json writes them (docs/audit.md)")
	return cmd
}

func verifying(w World) *cobra.Command {
	var anchors pack.Anchors
	cmd := &cobra.Command{
		Use: "verify DIR", Short: "check that nothing of an audit trail was changed, without a network", Args: cobra.ExactArgs(1),
		Example: `  l5d-pki-render audit verify audit --commit origin/main --state rotation.yaml`,
		RunE: w.Run(func(cmd *cobra.Command, args []string) error {
			if err := given(cmd, "head", "allowed-signers", "commit", "state"); err != nil {
				return err
			}
			anchors.Now = w.Now()
			verdict, err := pack.Verify(args[0], anchors)
			w.Print(verdict)
			return err
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&anchors.Head, "head", "", "SHA-256 of head.json, as audit pack printed it")
	flags.StringVar(&anchors.Signers, "allowed-signers", "", "file that lists the SSH keys that may sign a pack, with the namespace l5d-pki-audit")
	flags.StringVar(&anchors.Commit, "commit", "", "revision of the repository that has the same head.json at the same path")
	flags.StringVar(&anchors.State, "state", "", "state file whose log the pack has to cover, entry by entry")
	flags.BoolVar(&anchors.Unanchored, "unanchored", false, "be content with parts that fit each other")
	return cmd
}

// given refuses options with an empty value, as an unset variable of a script has it.
func given(cmd *cobra.Command, options ...string) error {
	for _, name := range options {
		if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() == "" {
			return problem.AuditOption.With(name)
		}
	}
	return nil
}
