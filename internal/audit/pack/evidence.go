package pack

import (
	"path"

	"github.com/l5d-pki/l5d-pki-render/internal/audit"
	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// evidence adds the observations that a commit brought: those beside the state file of
// this name that its first parent does not have.
func (f *versions) evidence(v *audit.Version, stateName string, commit repo.Details) error {
	tree, err := f.repo.Tree(commit.Commit)
	if err != nil {
		return err
	}
	before := &repo.Tree{}
	if len(commit.Parents) > 0 {
		if before, err = f.repo.Tree(commit.Parents[0]); err != nil {
			return err
		}
	}
	dir := path.Join(path.Dir(stateName), base.EvidenceFolder)
	for _, name := range tree.Files() {
		if path.Dir(name) != dir || !base.IsEvidenceName(v.State.Metadata.Name, path.Base(name)) || before.Has(name) {
			continue
		}
		text, err := f.repo.Read(tree.At(name), base.MaxObservation)
		if err != nil {
			return err
		}
		_, signature, err := evidence.Split(text)
		v.Files = append(v.Files, audit.EvidenceFile{Name: name, SHA256: audit.Sum(text), Signed: err == nil && signature != nil})
		if o, err := rotation.ParseObservation(name, text); err == nil {
			v.Observations = append(v.Observations, o)
		}
	}
	return nil
}
