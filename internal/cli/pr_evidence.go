package cli

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// evidenceFolder lies beside the state file and holds the observations that the
// last move was made on: NAME-CLUSTER-INSTANT.yaml.
const evidenceFolder = "evidence"

// evidenceInstant ends the name of an observation, in the digits of its instant.
var evidenceInstant = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*-\d{8}T\d{6}Z\.yaml$`)

// isEvidence tells whether a file of the repository is an observation that
// belongs to this state.
func (c *prCall) isEvidence(name string) bool {
	return path.Dir(name) == c.beside(evidenceFolder) && evidenceInstant.MatchString(path.Base(name)) &&
		strings.HasPrefix(path.Base(name), c.now.Metadata.Name+"-")
}

// putEvidence adds the observations of this move. Those of earlier moves stay until
// the next rotation starts: waits are counted from them.
func (c *prCall) putEvidence(next *state.Rotation) (names []string, err error) {
	if !c.f.keepEvidence {
		return nil, nil
	}
	if c.now.Status.Rotation == nil {
		for _, name := range c.evidenceFiles() {
			if err := c.remove(name); err != nil {
				return nil, err
			}
			names = append(names, name)
		}
	}
	for _, file := range c.f.evidence.files {
		text, err := readFile(file, maxObservation)
		if err != nil {
			return nil, err
		}
		o, err := rotation.ParseObservation(file, text)
		if err != nil {
			return nil, err
		}
		name := c.evidenceName(next, o)
		if !c.isEvidence(name) {
			return nil, problem.PREvidenceName.With(o.Cluster, o.At).In(file)
		}
		if err := c.put(name, text); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// evidenceName is the name of an observation in the repository.
func (c *prCall) evidenceName(s *state.Rotation, o *rotation.Observation) string {
	instant := strings.NewReplacer("-", "", ":", "").Replace(o.At)
	return c.beside(evidenceFolder + "/" + s.Metadata.Name + "-" + o.Cluster + "-" + instant + ".yaml")
}

// evidenceFiles are the observations in the tree.
func (c *prCall) evidenceFiles() []string {
	entries := c.treeEntries(c.beside(evidenceFolder))
	var names []string
	for _, e := range entries {
		if name := c.beside(evidenceFolder + "/" + e.Name()); e.Type().IsRegular() && c.isEvidence(name) {
			names = append(names, name)
		}
	}
	return names
}

// claimed is the evidence that the tree itself has for its state's last move:
// the observations beside it, those of linked clusters, and the words of the log.
func (c *prCall) claimed(next *state.Rotation) (rotation.Evidence, error) {
	var flags evidenceFlags
	var earlier evidenceFlags
	for _, name := range c.evidenceFiles() {
		to := &flags
		if _, before, err := c.repo.Regular(c.tip, name, maxObservation); err == nil && before && c.now.Status.Rotation != nil {
			to = &earlier // it came with an earlier move
		}
		to.files = append(to.files, filepath.FromSlash(c.at(name)))
	}
	e, err := c.observed(&flags, next)
	if err != nil {
		return e, err
	}
	waited, err := earlier.load(c.at(c.state), &state.Rotation{})
	e.Earlier = waited.Observations
	if last, ok := lastEntry(next); ok {
		e.Assumptions = rotation.Vouched(last)
	}
	return e, err
}

// witnessed is what the tree claims, and what the flags bring.
func (c *prCall) witnessed(next *state.Rotation) (rotation.Evidence, error) {
	e, err := c.claimed(next)
	if err != nil {
		return e, err
	}
	own, err := c.f.evidence.load(c.at(c.state), &state.Rotation{}) // of no links: they are in e
	e.Observations = append(e.Observations, own.Observations...)
	e.Assumptions = append(e.Assumptions, own.Assumptions...)
	return e, err
}

// observed reads the flags' evidence and the links of a state. A link in the
// repository is read in the tree; one out of it leads to what lies beside the
// user's own clone, and only the base branch may have one.
func (c *prCall) observed(flags *evidenceFlags, s *state.Rotation) (rotation.Evidence, error) {
	s = s.Clone()
	for i := range s.Spec.Links {
		link := &s.Spec.Links[i]
		reviewed := c.now != nil && slices.Contains(c.now.Spec.Links, *link)
		for _, path := range []*string{&link.State, &link.Observation} {
			if *path == "" {
				continue
			}
			if name := c.beside(*path); filepath.IsLocal(filepath.FromSlash(name)) {
				if err := c.readable(name); err != nil {
					return rotation.Evidence{}, err
				}
				continue
			}
			if !reviewed {
				return rotation.Evidence{}, problem.PRLinkLeaves.With(link.Name, *path).In(c.state).On("spec.links")
			}
			*path = beside(c.f.statePath, *path)
		}
	}
	return flags.load(c.at(c.state), s)
}
