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
// linked ones but the newest of each, which counts until something newer is known.
func (c *call) cleared() (names []string) {
	linked, newest := map[string]*rotation.Observation{}, map[string]string{}
	names = c.EvidenceFiles(c.Now)
	for _, name := range names {
		if o := c.Observation(name); o != nil && c.Now.IsLinked(o.Cluster) {
			linked[name], newest[o.Cluster] = o, max(newest[o.Cluster], o.At) // one form, so texts sort as instants
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		o := linked[name]
		return o != nil && o.At == newest[o.Cluster]
	})
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
