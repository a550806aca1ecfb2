package cli

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// guardOutputs writes the outputs again and compares.
func (c *prCall) guardOutputs(r *guardReport, next *state.Rotation) error {
	if len(next.Spec.Outputs) == 0 {
		return nil
	}
	files, err := c.syncFiles(next)
	if err != nil {
		r.findings = append(r.findings, problem.Of(c.told(err))...)
		return nil
	}
	for _, f := range files {
		r.owned = append(r.owned, f.name)
	}
	for _, f := range onlyChanged(files) {
		if text, there, err := c.repo.File(c.merged, f.name); err == nil && there && f.want != nil && bytes.Equal(text, f.want) {
			continue // .gitattributes give the checkout other line ends
		}
		switch {
		case f.want == nil:
			r.findings = append(r.findings, problem.PRGuardStale.With().In(f.name))
		case f.have == nil:
			r.findings = append(r.findings, problem.PRGuardMissing.With(f.output+1).In(f.name))
		default:
			r.findings = append(r.findings, problem.PRGuardEdited.With(f.output+1).In(f.name))
		}
	}
	return nil
}

// guardKeys looks for private keys in every version of a file that the change
// brings: what a later commit of it takes away again stays in the history.
func (c *prCall) guardKeys(r *guardReport, merged string) error {
	blobs, err := c.repo.NewBlobs(c.tip, merged)
	if err != nil {
		return c.gitProblem(err)
	}
	for _, b := range blobs {
		if b.Size > maxOwned {
			r.notes = append(r.notes, code(b.Name)+" is too large to be searched for keys")
			continue
		}
		text, err := c.repo.Object(b.Object)
		if err != nil {
			return c.gitProblem(err)
		}
		if found := secret.Find(text); len(found) > 0 {
			r.findings = append(r.findings, problem.PRGuardKey.With(found[0].Form).In(b.Name))
		}
	}
	return nil
}
