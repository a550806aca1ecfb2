package cli

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// lintKeyFiles looks at every key file that the state names: of plain ones at
// who may read them, of sealed ones at what they say without being opened.
func lintKeyFiles(c *custody.Custody, repository string, allow allowances) ([]render.Finding, error) {
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return nil, err
	}
	var findings []render.Finding
	say := func(k render.NamedKey, severity pki.Severity, p *problem.Problem) {
		f := pki.Finding{Code: p.Code, Severity: severity, Subject: k.Path, Text: p.Text, Hint: strings.Join(p.Hints, "; ")}
		findings = append(findings, render.Finding{Path: k.Where + ".key", Finding: f})
	}
	for _, p := range problem.Of(c.Check()) {
		f := pki.Finding{Code: p.Code, Severity: pki.Error, Subject: "custody " + c.Name, Text: p.Text, Hint: strings.Join(p.Hints, "; ")}
		findings = append(findings, render.Finding{Path: "spec.custody", Finding: f})
	}
	for _, k := range all {
		err := judgeKeyFile(c, k)
		if err == nil {
			continue
		}
		inside, _ := insideOf(repository, beside(c.StatePath, k.Path))
		if allowed, broken := allow.allows(k.Path, inside); allowed && c.Mode == plainMode || broken != nil {
			err = broken
		}
		for _, p := range problem.Of(err) {
			say(k, keySeverity(c, k, p), p)
		}
	}
	return append(findings, lintOutputs(c)...), nil
}

// keySeverity: a missing file is an error where it belongs into Git and the phase
// cannot be rendered without it. Plain files lie outside of Git, perhaps on
// another host, and an anchor's key may be kept offline.
func keySeverity(c *custody.Custody, k render.NamedKey, p *problem.Problem) pki.Severity {
	spare := c.Mode == plainMode || strings.HasPrefix(k.Where, "status.anchors")
	if p.Code == problem.CustodyForOthers.Code && strings.HasPrefix(k.Where, "status.anchors") {
		return pki.Warning
	}
	if p.Code == problem.CustodyOldRecipients.Code || p.Code == problem.CustodyAbsent.Code && spare {
		return pki.Warning
	}
	return pki.Error
}

// judgeKeyFile is what is wrong with one key file.
func judgeKeyFile(c *custody.Custody, k render.NamedKey) error {
	if c.Refers() {
		return nil
	}
	if _, err := os.Stat(beside(c.StatePath, k.Path)); errors.Is(err, fs.ErrNotExist) {
		return problem.CustodyAbsent.With()
	}
	file, err := readKeyFile(c, k.Path)
	defer clear(file)
	if err == nil && c.Facts != nil {
		err = judgeFacts(c, file, k)
	}
	return err
}

// lintOutputs looks for private keys in the files that the state owns. (Globs are
// files of others, which --repo looks through.)
func lintOutputs(c *custody.Custody) (findings []render.Finding) {
	for i, o := range c.State.Spec.Outputs {
		if o.Kind == state.OutputEdit {
			continue
		}
		text, err := readFile(beside(c.StatePath, o.Path), maxOwned)
		if err != nil {
			continue // not written yet
		}
		if found := secret.Find(text); len(found) > 0 {
			p := problem.SurveyPrivateKey.With(found[0].Form)
			f := pki.Finding{Code: p.Code, Severity: pki.Error, Subject: o.Path, Text: p.Text, Hint: strings.Join(p.Hints, "; ")}
			findings = append(findings, render.Finding{Path: outputPath(i) + ".path", Finding: f})
		}
	}
	return findings
}

// judgeFacts compares what a key file says in clear with the state.
func judgeFacts(c *custody.Custody, file []byte, k render.NamedKey) error {
	facts, err := c.Facts(file)
	if err != nil {
		return err
	}
	want := c.State.Spec.Custody
	switch {
	case facts.SPKI != "" && facts.SPKI != custody.SPKI(k.Certificate):
		return problem.CustodyOtherKey.With(k.Certificate.Fingerprint()[:16])
	case want.Kind == state.CustodyAge && facts.SPKI == "" && !facts.Passphrase:
		return problem.CustodyUnlabeled.With()
	case len(want.Recipients) == 0 && !want.Passphrase || facts.Recipients == nil && !facts.Passphrase:
		return nil // nothing is said of one of the two
	case facts.Passphrase != want.Passphrase, !want.Passphrase && !slices.Equal(facts.Recipients, slices.Sorted(slices.Values(want.Recipients))):
		if !want.Passphrase && !facts.Passphrase && !slices.ContainsFunc(facts.Recipients, func(r string) bool { return slices.Contains(want.Recipients, r) }) {
			return problem.CustodyForOthers.With()
		}
		return problem.CustodyOldRecipients.With()
	}
	return nil
}
