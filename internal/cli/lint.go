package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"github.com/spf13/cobra"
)

// lint looks for hazards in the state's material.
func (a *app) lint() *cobra.Command {
	var statePath, at, format string
	var strict bool
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "find hazards in anchors, issuers and webhook certificates",
		Long: `lint looks at everything that the state's phase delivers and names what a proxy,
identity, the API server or Linkerd's own check would refuse, now or soon.
Exit code 1 when a finding is an error (with --strict: a warning).`,
		Example: `  l5d-pki-render lint -s rotation.yaml
  l5d-pki-render lint --at 2027-01-01T00:00:00Z -o json`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			if format != "text" && format != "json" {
				return problem.CLIFormat.With(format)
			}
			instant, err := a.instant(at)
			if err != nil {
				return err
			}
			findings, err := a.findings(statePath, instant)
			if err != nil {
				return named(err, statePath, statePath)
			}
			a.data = printFindings(format, statePath, findings)
			for _, f := range findings {
				if f.Severity == pki.Error || strict && f.Severity == pki.Warning {
					return errFound
				}
			}
			return nil
		}),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringVar(&at, "at", "", "judge dates at this instant (RFC 3339) instead of now")
	cmd.Flags().StringVarP(&format, "output", "o", "text", "text or json")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit 1 for warnings too")
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

// findings lints the state with its keys where custody file has them: a key
// that cannot be read leaves the rules about it out.
func (a *app) findings(statePath string, at time.Time) ([]render.Finding, error) {
	s, err := a.loadState(statePath)
	if err != nil {
		return nil, err
	}
	keys := render.Keys{}
	if s.WithDefaults().Spec.Custody.Kind == custodyFile {
		if keys, err = a.loadKeys(statePath, s); err != nil {
			return nil, err
		}
	}
	return render.Lint(s, keys, at)
}

func printFindings(format, statePath string, findings []render.Finding) []byte {
	if format == "json" {
		if findings == nil {
			findings = []render.Finding{}
		}
		out, err := json.MarshalIndent(findings, "", "  ")
		if err != nil { // strings only
			panic("cli: findings do not marshal: " + err.Error())
		}
		return append(out, '\n')
	}
	var out []byte
	for _, f := range findings {
		out = fmt.Appendf(out, "%s: %s: %s [%s]\n", statePath, f.Path, f.Finding, f.Code)
		if f.Hint != "" {
			out = fmt.Appendf(out, "  hint: %s\n", f.Hint)
		}
	}
	return fmt.Appendf(out, "%d findings\n", len(findings))
}
