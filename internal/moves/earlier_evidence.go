package moves

import (
	"os"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// EarlierEvidence is [OwnEvidence], and what moves of linked clusters left of these
// beside their states.
func EarlierEvidence(statePath string, s *state.Rotation) (earlier []*rotation.Observation, err error) {
	earlier, err = OwnEvidence(statePath, s)
	problems := problem.Of(err)
	for _, l := range s.Spec.Links {
		if l.State == "" {
			continue
		}
		more, err := keptBeside(statefile.Beside(statePath, l.State), l.Name, func(o *rotation.Observation) bool { return o.Cluster == l.Name })
		problems.Add(err)
		earlier = append(earlier, more...)
	}
	return earlier, problems.Err()
}

// OwnEvidence reads the observations, of this cluster and of linked ones, that earlier
// moves left in evidence/ beside the state file: regular files with the names that pr
// gives them.
func OwnEvidence(statePath string, s *state.Rotation) ([]*rotation.Observation, error) {
	return keptBeside(statePath, s.Metadata.Name, func(o *rotation.Observation) bool { return s.Knows(o.Cluster) })
}

// keptBeside reads the observations in evidence/ beside a state of a name, of clusters
// that are wanted.
func keptBeside(statePath, name string, wanted func(*rotation.Observation) bool) (kept []*rotation.Observation, err error) {
	dir := statefile.Beside(statePath, base.EvidenceFolder)
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, problem.CLIRead.With(files.Reason(err)).In(dir).Because(err)
	}
	var problems problem.List
	for _, e := range entries {
		if !e.Type().IsRegular() || !base.IsEvidenceName(name, e.Name()) {
			continue
		}
		o, _, err := Observation(filepath.Join(dir, e.Name()))
		if err == nil && wanted(o) {
			kept = append(kept, o)
		}
		problems.Add(err)
	}
	return kept, problems.Err()
}
