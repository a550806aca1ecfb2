package base

import (
	"bytes"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const (
	// EvidenceFolder lies beside the state file and holds the observations that the
	// last move was made on: NAME-CLUSTER-INSTANT.yaml.
	EvidenceFolder = "evidence"
	// MaxObservation is the largest observation that is read, in bytes.
	MaxObservation = 16 << 20
)

// evidenceInstant ends the name of an observation, in the digits of its instant.
var evidenceInstant = lazy.New(`^[A-Za-z0-9][A-Za-z0-9._-]*-\d{8}T\d{6}Z\.yaml$`)

// IsEvidenceName reports whether a file's name is one that an observation gets beside a
// state of a name.
func IsEvidenceName(stateName, name string) bool {
	return strings.HasPrefix(name, stateName+"-") && evidenceInstant.MatchString(name)
}

// IsEvidence reports whether a file of the repository is an observation that
// belongs to this state.
func (b *Base) IsEvidence(name string) bool {
	return path.Dir(name) == b.Beside(EvidenceFolder) && IsEvidenceName(b.Now.Metadata.Name, path.Base(name))
}

// EvidenceName is the name of an observation in the repository.
func (b *Base) EvidenceName(s *state.Rotation, o *rotation.Observation) string {
	return b.Beside(EvidenceFolder + "/" + ObservationName(s.Metadata.Name, o))
}

// ObservationName is the name of an observation in evidence/ beside a state of a name.
func ObservationName(stateName string, o *rotation.Observation) string {
	return stateName + "-" + o.Cluster + "-" + strings.NewReplacer("-", "", ":", "").Replace(o.At) + ".yaml"
}

// EvidenceFiles are the observations in the tree that are of clusters which a state knows,
// and those that cannot be read. In a directory of two states, the name of one may begin
// with the other's.
func (b *Base) EvidenceFiles(s *state.Rotation) []string {
	var names []string
	for _, e := range b.entries(b.Beside(EvidenceFolder)) {
		name := b.Beside(EvidenceFolder + "/" + e.Name())
		if !e.Type().IsRegular() || !b.IsEvidence(name) {
			continue
		}
		if o := b.Observation(name); o == nil || s.Knows(o.Cluster) {
			names = append(names, name)
		}
	}
	return names
}

// Observation is one in the tree; nil where none can be read.
func (b *Base) Observation(name string) *rotation.Observation {
	file := filepath.FromSlash(b.Path(name))
	text, err := files.Read(file, MaxObservation)
	if err != nil {
		return nil
	}
	o, err := rotation.ParseObservation(file, text)
	if err != nil {
		return nil
	}
	return o
}

// keptByLinks are the observations that moves of linked clusters left beside their states,
// and that the base has: paths.
func (b *Base) keptByLinks(s *state.Rotation) (paths []string) {
	for _, l := range s.Spec.Links {
		for _, name := range b.besideLink(l) {
			if b.kept(name) {
				paths = append(paths, filepath.FromSlash(b.Path(name)))
			}
		}
	}
	return paths
}

// besideLink are the observations in the tree beside the state of a linked cluster.
func (b *Base) besideLink(l state.Link) (names []string) {
	dir := path.Join(path.Dir(b.Beside(l.State)), EvidenceFolder)
	if l.State == "" || !filepath.IsLocal(filepath.FromSlash(dir)) {
		return nil
	}
	for _, e := range b.entries(dir) {
		if e.Type().IsRegular() && IsEvidenceName(l.Name, e.Name()) {
			names = append(names, dir+"/"+e.Name())
		}
	}
	return names
}

// Linked is the state of a linked cluster as the tree has it, nil where it has none, and
// what is kept beside it of that cluster.
func (b *Base) Linked(l state.Link) (s *state.Rotation, kept []*rotation.Observation) {
	name := b.Beside(l.State)
	if l.State == "" || !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, nil
	}
	text, err := files.Read(filepath.FromSlash(b.Path(name)), statefile.MaxSize)
	if err != nil {
		return nil, nil
	}
	for _, file := range b.besideLink(l) {
		if o := b.Observation(file); o != nil && o.Cluster == l.Name {
			kept = append(kept, o)
		}
	}
	s, _ = state.ParseLegacy(name, text)
	return s, kept
}

// kept reports whether a file of the tree is as the base has it: one that was written
// over comes with the change.
func (b *Base) kept(name string) bool {
	was, before, err := b.Repo.Regular(b.Tip, name, MaxObservation)
	if err != nil || !before {
		return false
	}
	is, err := files.Read(filepath.FromSlash(b.Path(name)), MaxObservation)
	return err == nil && bytes.Equal(was, is)
}

// Claimed is the evidence that the tree itself has for its state's last move:
// the observations beside it, those of linked clusters, and the words of the log.
func (b *Base) Claimed(next *state.Rotation) (rotation.Evidence, error) {
	return b.claimed(next, func(string) bool { return true })
}

// claimed is Claimed with those new observations alone that count.
func (b *Base) claimed(next *state.Rotation, counts func(name string) bool) (rotation.Evidence, error) {
	var files, earlier []string
	for _, name := range b.EvidenceFiles(next) {
		to := &files
		if b.Now.Status.Rotation != nil && b.kept(name) {
			to = &earlier // it came with an earlier move
		} else if !counts(name) {
			continue
		}
		*to = append(*to, filepath.FromSlash(b.Path(name)))
	}
	earlier = append(earlier, b.keptByLinks(next)...)
	e, err := b.Observed(next, func(statePath string, s *state.Rotation) (rotation.Evidence, error) {
		return b.Load(files, statePath, s)
	})
	if err != nil {
		return e, err
	}
	waited, err := b.Load(earlier, b.Path(b.State), &state.Rotation{}) // of no links: they are in e
	e.Earlier = slices.DeleteFunc(waited.Observations, func(o *rotation.Observation) bool { return !next.Knows(o.Cluster) })
	if last, ok := next.LastEntry(); ok {
		e.Assumptions = rotation.Vouched(last)
	}
	return e, err
}

// Witnessed is what the tree claims, what a person brings, and what is seen now.
func (b *Base) Witnessed(next *state.Rotation, brought Evidence) (rotation.Evidence, error) {
	counts := brought.Counts
	if counts == nil {
		counts = func(string) bool { return true }
	}
	e, err := b.claimed(next, counts)
	if err != nil {
		return e, err
	}
	own, err := brought.Load(b.Path(b.State), &state.Rotation{}) // of no links: they are in e
	e.Observations = append(e.Observations, own.Observations...)
	e.Assumptions = append(e.Assumptions, own.Assumptions...)
	if err != nil {
		return e, err
	}
	o, _, err := b.Live(brought)
	if o != nil {
		e.Observations = append(e.Observations, o)
	}
	return e, err
}

// Observed loads evidence and the links of a state. A link in the repository is
// read in the tree; one out of it leads to what lies beside the user's own clone,
// and only the base branch may have one.
func (b *Base) Observed(s *state.Rotation,
	load func(statePath string, s *state.Rotation) (rotation.Evidence, error)) (rotation.Evidence, error) {
	s = s.Clone()
	for i := range s.Spec.Links {
		link := &s.Spec.Links[i]
		reviewed := b.Now != nil && slices.Contains(b.Now.Spec.Links, *link)
		for _, path := range []*string{&link.State, &link.Observation} {
			if *path == "" {
				continue
			}
			if name := b.Beside(*path); filepath.IsLocal(filepath.FromSlash(name)) {
				if err := b.readable(name); err != nil {
					return rotation.Evidence{}, err
				}
				continue
			}
			if !reviewed {
				return rotation.Evidence{}, problem.PRLinkLeaves.With(link.Name, *path).In(b.State).On("spec.links")
			}
			*path = statefile.Beside(b.StatePath, *path)
		}
	}
	return load(b.Path(b.State), s)
}
