package cli

import (
	"fmt"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// evidenceCommands are about whose word an observation is.
func (a *app) evidenceCommands() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evidence",
		Short: "sign observations, and check who signed them",
		Long: `evidence signs observations of a cluster with an SSH key, and checks signatures.
Where allowed_signers on the base branch lists keys for evidence, pr --guard
believes an observation only if one of them signed it.`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(a.evidenceSign(), a.evidenceVerify())
	return cmd
}

func (a *app) evidenceSign() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "sign FILE",
		Short: "sign an observation with an SSH key",
		Long: `sign puts an SSH signature behind the observation, in comments; one that is there
is replaced. The key is a private key's file, or the file of a public key whose
private one is in ssh-agent.`,
		Example: `  l5d-pki-render evidence sign observation.yaml --key ~/.ssh/id_ed25519`,
		Args:    cobra.ExactArgs(1),
		RunE:    a.run(func(_ *cobra.Command, args []string) error { return a.signEvidence(args[0], key) }),
	}
	cmd.Flags().StringVar(&key, "key", "", "SSH key to sign with")
	_ = cmd.MarkFlagRequired("key")
	return cmd
}

func (a *app) signEvidence(file, key string) error {
	text, _, err := base.ReadSigned(file)
	if err != nil {
		return err
	}
	signed, err := base.Sign(text, key)
	if err != nil {
		return problem.Of(err).In(file).Err()
	}
	info, err := os.Stat(file)
	if err != nil {
		return problem.CLIRead.With(files.Reason(err)).In(file).Because(err)
	}
	return a.writeFile(file, signed, info.Mode().Perm(), true)
}

func (a *app) evidenceVerify() *cobra.Command {
	var allowed string
	cmd := &cobra.Command{
		Use:     "verify FILE",
		Short:   "check who signed an observation",
		Example: `  l5d-pki-render evidence verify observation.yaml --allowed-signers allowed_signers`,
		Args:    cobra.ExactArgs(1),
		RunE:    a.run(func(_ *cobra.Command, args []string) error { return a.verifyEvidence(args[0], allowed) }),
	}
	cmd.Flags().StringVar(&allowed, "allowed-signers", "allowed_signers", "file that lists the SSH keys that may sign evidence")
	return cmd
}

func (a *app) verifyEvidence(file, allowed string) error {
	who, err := base.VerifyFile(file, allowed, a.Now())
	if err == nil {
		a.data = fmt.Appendf(nil, "signed by %s\n", fitToShow(who))
	}
	return err
}
