package moves

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// EarlierEvidence reads the observations, of this cluster and of linked ones, that
// earlier moves left in evidence/ beside the state file: regular files with the names
// that pr gives them.
func EarlierEvidence(statePath string, s *state.Rotation) (earlier []*rotation.Observation, err error) {
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
		if !e.Type().IsRegular() || !base.IsEvidenceName(s, e.Name()) {
			continue
		}
		o, _, err := Observation(filepath.Join(dir, e.Name()))
		if err == nil && (o.Cluster == s.Metadata.Name ||
			slices.ContainsFunc(s.Spec.Links, func(l state.Link) bool { return l.Name == o.Cluster })) {
			earlier = append(earlier, o)
		}
		problems.Add(err)
	}
	return earlier, problems.Err()
}
