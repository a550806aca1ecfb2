package lint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// keyFiles looks at every key file that the state names: of plain ones at
// who may read them, of sealed ones at what they say without being opened.
func keyFiles(c *custody.Custody, repository string, allow allowances) ([]render.Finding, error) {
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
	elsewhere := keptElsewhere(c, all)
	if elsewhere {
		p := problem.CustodyElsewhere.With()
		f := pki.Finding{Code: p.Code, Severity: pki.Info, Subject: "custody " + c.Name, Text: p.Text, Hint: strings.Join(p.Hints, "; ")}
		findings = append(findings, render.Finding{Path: "spec.custody", Finding: f})
	}
	wrong := keyfile.CheckAll(c, all)
	for i, k := range all {
		err := wrong[i]
		if err == nil || elsewhere {
			continue
		}
		inside, _ := files.Below(repository, statefile.Beside(c.StatePath, k.Path))
		if allowed, broken := allow.allows(k.Path, inside); allowed && c.Mode == keyfile.PlainMode || broken != nil {
			err = broken
		}
		for _, p := range problem.Of(err) {
			say(k, keySeverity(c, k, p), p)
		}
	}
	return append(findings, outputs(c)...), nil
}

// keptElsewhere reports whether no plain key file is here and Git ignores all of
// them: a checkout of CI never has them.
func keptElsewhere(c *custody.Custody, all []render.NamedKey) bool {
	if c.Mode != keyfile.PlainMode || c.Refers() || len(all) == 0 {
		return false
	}
	var paths []string
	for _, k := range all {
		path := statefile.Beside(c.StatePath, k.Path)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
		paths = append(paths, path)
	}
	return disk.RepositoryOf(disk.Real(filepath.Dir(paths[0]))) != "" && len(repo.Shown(paths)) == 0
}

// keySeverity: a missing file is an error where it belongs into Git and the phase
// cannot be rendered without it. Plain files lie outside of Git, perhaps on
// another host, and an anchor's key may be kept offline.
func keySeverity(c *custody.Custody, k render.NamedKey, p *problem.Problem) pki.Severity {
	spare := c.Mode == keyfile.PlainMode || strings.HasPrefix(k.Where, "status.anchors")
	if p.Code == problem.CustodyForOthers.Code && strings.HasPrefix(k.Where, "status.anchors") {
		return pki.Warning
	}
	if p.Code == problem.CustodyOldRecipients.Code || p.Code == problem.CustodyAbsent.Code && spare {
		return pki.Warning
	}
	return pki.Error
}

// maxOutput is the largest output that is searched, in bytes.
const maxOutput = 64 << 20

// outputs looks for private keys in the files that the state owns. (Globs are
// files of others, which --repo looks through.)
func outputs(c *custody.Custody) (findings []render.Finding) {
	for i, o := range c.State.Spec.Outputs {
		if o.Kind == state.OutputEdit {
			continue
		}
		text, err := files.Read(statefile.Beside(c.StatePath, o.Path), maxOutput)
		if err != nil {
			continue // not written yet
		}
		if found := secret.Find(text); len(found) > 0 {
			p := problem.SurveyPrivateKey.With(found[0].Form)
			f := pki.Finding{Code: p.Code, Severity: pki.Error, Subject: o.Path, Text: p.Text, Hint: strings.Join(p.Hints, "; ")}
			findings = append(findings, render.Finding{Path: fmt.Sprintf("spec.outputs[%d].path", i), Finding: f})
		}
	}
	return findings
}
