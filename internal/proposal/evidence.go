package proposal

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// putEvidence adds the observations of this move. Those of earlier moves stay until
// the next rotation starts ([call.cleared]): waits are counted from them.
func (c *call) putEvidence(next *state.Rotation) (names []string, err error) {
	if !c.q.KeepEvidence {
		return nil, nil
	}
	if c.Now.Status.Rotation == nil {
		names = c.cleared()
		for _, name := range names {
			if err := c.Remove(name); err != nil {
				return nil, err
			}
		}
	}
	for _, file := range c.q.Evidence.Files {
		text, err := files.Read(file, base.MaxObservation)
		if err != nil {
			return nil, err
		}
		name, err := c.putObservation(next, file, text)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if c.live != nil {
		name, err := c.putObservation(next, "the observation of this call", c.live)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// cleared are the observations that a start removes: all of this cluster, and those of
// linked ones but the newest of each, which counts until something newer is known, and those
// without which a wait of that cluster would be counted from before them.
func (c *call) cleared() (names []string) {
	names = c.EvidenceFiles(c.Now)
	of := map[string]*rotation.Observation{}
	for _, name := range names {
		of[name] = c.Observation(name)
	}
	stays := map[*rotation.Observation]bool{}
	for _, l := range c.Now.Spec.Links {
		var all, left []*rotation.Observation
		newest := ""
		for _, name := range names {
			if o := of[name]; o != nil && o.Cluster == l.Name {
				all, newest = append(all, o), max(newest, o.At) // one form, so texts sort as instants
			}
		}
		for _, o := range all {
			if o.At == newest {
				left = append(left, o)
			}
		}
		change := rotation.TakenAway{Before: all, After: left, At: c.Instant}
		if s, kept := c.Linked(l); s != nil {
			change.States, change.Beside = []*state.Rotation{s}, kept
		}
		for o := change.Forgotten(); o != nil; o = change.Forgotten() {
			change.After = append(change.After, o)
		}
		for _, o := range change.After {
			stays[o] = true
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return stays[of[name]] })
}

// putObservation writes one into the tree; file is what it is called in errors.
func (c *call) putObservation(next *state.Rotation, file string, text []byte) (name string, err error) {
	o, err := rotation.ParseObservation(file, text)
	if err != nil {
		return "", err
	}
	return c.putObserved(next, file, o, text)
}

// putObserved is putObservation of one that was read.
func (c *call) putObserved(next *state.Rotation, file string, o *rotation.Observation, text []byte) (name string, err error) {
	if name = c.EvidenceName(next, o); !c.IsEvidence(name) {
		return "", problem.PREvidenceName.With(o.Cluster, o.At).In(file)
	}
	return name, c.Put(name, text)
}
