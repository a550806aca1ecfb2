package cli

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/lint"
	"github.com/l5d-pki/l5d-pki-render/internal/terminal"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// lint looks for hazards in the state's material, and in a repository around it.
func (a *app) lint() *cobra.Command {
	var o lint.Options
	var at string
	var view viewFlags
	var strict bool
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "find hazards in anchors, issuers, webhook certificates and a whole repository",
		Long: `lint looks at everything that the state's phase delivers and names what a proxy,
identity, the API server or Linkerd's own check would refuse, now or soon.
With --repo it also looks through every file of a Git work tree for what would
make the rotation go wrong: values that take precedence over those of the state,
charts that float or are not pinned, certificates that renew themselves, a state
file that would be applied, private keys in clear.
Exit code 1 when a finding is an error (with --strict: a warning).`,
		Example: `  l5d-pki-render lint -s rotation.yaml
  l5d-pki-render lint --at 2027-01-01T00:00:00Z -o json
  l5d-pki-render lint --repo . --allow '**/testdata/**' -o sarif`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			write, err := lint.Format(view.format, a.view(&view))
			if err != nil {
				return err
			}
			if o.At, err = a.instant(at); err != nil {
				return err
			}
			o.Custody, o.Notes = a.custodyWorld(custodyFlags{}), &a.talk
			done := terminal.Busy(a.Stderr, a.Getenv, "looking through the repository")
			found, err := lint.Run(o)
			done()
			if err != nil {
				return err
			}
			a.data = write(found)
			if found.Failed(strict) {
				return errFound
			}
			return nil
		}),
	}
	stateFlag(cmd, &o.State)
	cmd.Flags().StringVar(&at, "at", "", "judge dates at this instant (RFC 3339) instead of now")
	view.addDetails(cmd)
	cmd.Flags().StringVarP(&view.format, "output", "o", "text", "text, json, markdown or sarif (2.1.0)")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit 1 for warnings too")
	cmd.Flags().StringVar(&o.Repository, "repo", "", "look through the files of this work tree that Git does not ignore, or of a folder, too")
	cmd.Flags().StringArrayVar(&o.Allow, "allow", nil, "accept private keys in clear in files that match this pattern (*, **, ?); may be repeated")
	return cmd
}

// instant is the moment that a call judges dates at: the one asked for, or now.
func (a *app) instant(asked string) (time.Time, error) {
	if asked == "" {
		return a.Now().UTC(), nil
	}
	at, err := time.Parse(time.RFC3339, asked)
	if err != nil {
		return time.Time{}, problem.CLIInstant.With(asked)
	}
	return at.UTC(), nil
}
