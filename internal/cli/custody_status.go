package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// custodyStatus lists the key files of a state.
func (a *app) custodyStatus() *cobra.Command {
	var statePath, format string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "list the key files: whose keys they hold and who can open them",
		Long: `status lists every private key that the state names, and what its file says
without being opened: whose key it holds, for whom it is sealed, and whether that
is what spec.custody says. No identity is needed and no key is read.`,
		Example: `  l5d-pki-render custody status -o json`,
		Args:    cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			show, err := printer(format)
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
			r, err := custodyReportOf(c)
			if err != nil {
				return named(err, statePath, statePath)
			}
			if a.data, err = show(r); err != nil {
				return err
			}
			return r.verdict()
		}),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().StringVarP(&format, "output", "o", formatText, "text, json, yaml or markdown")
	return cmd
}

// keyReport is one key file.
type keyReport struct {
	Path        string   `json:"path"`
	Of          string   `json:"of"`
	Certificate string   `json:"certificate"`
	Recipients  []string `json:"recipients,omitempty"`
	Passphrase  bool     `json:"passphrase,omitempty"`
	// Verdict is "ok", or what is wrong.
	Verdict string `json:"verdict"`
	bad     bool
}

// custodyReport lists the key files for people and programs.
type custodyReport struct {
	Custody string      `json:"custody"`
	Keys    []keyReport `json:"keys"`
}

func custodyReportOf(c *custody.Custody) (custodyReport, error) {
	r := custodyReport{Custody: c.Name}
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return r, err
	}
	for _, k := range all {
		r.Keys = append(r.Keys, reportKey(c, k))
	}
	for i, anchor := range c.State.Status.Retired {
		if anchor.Key == "" {
			continue
		}
		k, err := retiredKey(anchor, i)
		if err != nil {
			return r, err
		}
		report := reportKey(c, k)
		report.bad = false
		if report.Verdict == "ok" || report.Verdict == problem.CustodyOldRecipients.Text || report.Verdict == problem.CustodyForOthers.Text {
			report.Verdict = "of a retired anchor: never sealed anew; destroy it"
		}
		r.Keys = append(r.Keys, report)
	}
	return r, nil
}

// retiredKey is the key of an anchor that no phase delivers any more. It signs
// nothing again, so that new recipients have no use for it.
func retiredKey(anchor state.Anchor, i int) (render.NamedKey, error) {
	where := fmt.Sprintf("status.retired[%d]", i)
	chain, err := pki.ParseChain([]byte(anchor.Certificate))
	if err != nil {
		return render.NamedKey{}, problem.Of(err).Under(where + ".certificate").Err()
	}
	return render.NamedKey{Name: anchor.Name, Path: anchor.Key, Where: where, Certificate: chain[0]}, nil
}

func reportKey(c *custody.Custody, k render.NamedKey) keyReport {
	r := keyReport{Path: k.Path, Of: k.Where, Certificate: k.Certificate.Fingerprint()[:16], Verdict: "ok"}
	if c.Refers() {
		r.Verdict = "a reference: no file here holds the key"
		return r
	}
	err := judgeKeyFile(c, k)
	if file, unread := readKeyFile(c, k.Path); unread == nil && c.Facts != nil {
		facts, _ := c.Facts(file) // what is wrong with them is in err
		r.Recipients, r.Passphrase = facts.Recipients, facts.Passphrase
		clear(file)
	}
	if problems := problem.Of(err); len(problems) > 0 {
		r.Verdict = problems[0].Text
		r.bad = problems[0].Code != problem.CustodyOldRecipients.Code
	}
	return r
}

// verdict: a key that cannot be used is a failure. One that is sealed for earlier
// recipients can be, and one of a retired anchor is needed no more.
func (r custodyReport) verdict() error {
	if slices.ContainsFunc(r.Keys, func(k keyReport) bool { return k.bad }) {
		return errFound
	}
	return nil
}

// sealedFor says in words who can open a key file.
func sealedFor(c *custody.Custody, file []byte) string {
	if c.Facts == nil {
		return "custody " + c.Name
	}
	facts, err := c.Facts(file)
	switch {
	case err != nil:
		return "custody " + c.Name
	case facts.Passphrase:
		return "a passphrase"
	case len(facts.Recipients) == 0:
		return "custody " + c.Name
	}
	return strings.Join(facts.Recipients, ", ")
}

func (r custodyReport) data() any { return r }

func (r custodyReport) rows() [][]string {
	rows := [][]string{{"key file", "of", "certificate", "for", "verdict"}}
	for _, k := range r.Keys {
		who := strings.Join(k.Recipients, ", ")
		if k.Passphrase {
			who = "a passphrase"
		}
		rows = append(rows, []string{k.Path, k.Of, k.Certificate, who, k.Verdict})
	}
	return rows
}

func (r custodyReport) text() string {
	if len(r.Keys) == 0 {
		return fmt.Sprintf("custody %s: the state names no key\n", r.Custody)
	}
	return fmt.Sprintf("custody %s\n\n%s", r.Custody, table(r.rows()))
}

func (r custodyReport) markdown() string {
	return fmt.Sprintf("Custody `%s`\n\n%s", r.Custody, markdownTable(results.MarkdownRows(r.rows())))
}
