package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"

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
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
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
	text, _, err := readSigned(file)
	if err != nil {
		return err
	}
	text = evidence.Line(text)
	signature, err := repo.SignText(key, evidence.Namespace, text)
	if err != nil {
		return keygenProblem(err).In(file)
	}
	signed := evidence.Join(text, signature)
	if _, _, err := evidence.Split(signed); err != nil {
		return problem.Of(err).In(file).Err()
	}
	info, err := os.Stat(file)
	if err != nil {
		return problem.CLIRead.With(reason(err)).In(file).Because(err)
	}
	return a.writeFile(file, signed, info.Mode().Perm(), true)
}

// readSigned reads an observation file and what is signed of it. A signature that
// is damaged is an error, for sign too: somebody should look at the file.
func readSigned(file string) (text, signature []byte, err error) {
	data, err := readFile(file, maxObservation)
	if err != nil {
		return nil, nil, err
	}
	if _, err := rotation.ParseObservation(file, data); err != nil {
		return nil, nil, err
	}
	text, signature, err = evidence.Split(data)
	return text, signature, problem.Of(err).In(file).Err()
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
	list, err := readFile(allowed, maxState)
	if err != nil {
		return err
	}
	keys := evidence.Signers(list)
	if len(keys) == 0 {
		return problem.EvidenceNoKeys.With().In(allowed)
	}
	text, signature, err := readSigned(file)
	if err != nil {
		return err
	}
	who, why, err := a.signerOf(text, signature, keys)
	if err == nil && why != nil {
		err = why
	}
	if err != nil {
		return problem.Of(err).In(file).Err()
	}
	a.data = fmt.Appendf(nil, "signed by %s\n", fitToShow(who))
	return nil
}

// signerOf says who signed a text, or why nobody counts.
func (a *app) signerOf(text, signature, keys []byte) (who string, why *problem.Problem, err error) {
	if signature == nil {
		return "", problem.EvidenceUnsigned.With(), nil
	}
	who, err = repo.TextSigner(text, signature, keys, evidence.Namespace, a.Now())
	switch {
	case err != nil:
		return "", nil, keygenProblem(err)
	case who == "":
		return "", problem.EvidenceSigner.With(), nil
	}
	return who, nil, nil
}

// keygenProblem says why ssh-keygen failed, in its own words where it has some.
func keygenProblem(err error) *problem.Problem {
	if failure, ok := err.(*child.Failure); ok {
		if said, _, _ := strings.Cut(strings.TrimSpace(failure.Stderr), "\n"); said != "" {
			return problem.EvidenceKeygen.With(fitToShow(said)).Because(err)
		}
	}
	return problem.EvidenceKeygen.With(reason(err)).Because(err)
}
