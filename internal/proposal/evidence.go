package proposal

import (
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// putEvidence replaces the observations of the move before by those of this one.
func (c *call) putEvidence(next *state.Rotation) (names []string, err error) {
	if !c.q.KeepEvidence {
		return nil, nil
	}
	for _, name := range c.EvidenceFiles() {
		if err := c.Remove(name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	for _, file := range c.q.Evidence.Files {
		text, err := files.Read(file, base.MaxObservation)
		if err != nil {
			return nil, err
		}
		o, err := rotation.ParseObservation(file, text)
		if err != nil {
			return nil, err
		}
		name := c.EvidenceName(next, o)
		if !c.IsEvidence(name) {
			return nil, problem.PREvidenceName.With(o.Cluster, o.At).In(file)
		}
		if err := c.Put(name, text); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}
