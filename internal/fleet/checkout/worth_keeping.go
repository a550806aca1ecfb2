package checkout

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// WorthKeeping are the observations of a member that a change keeps beside its state: those
// from after the newest one that is kept, and older ones without which something that was
// known would be known no more. The guard takes others for observations that come back.
func (f *Fleet) WorthKeeping(i int, at time.Time) (all []Observed) {
	c := f.Clusters[i]
	if c.Now == nil {
		return nil
	}
	newest := ""
	change := rotation.TakenAway{States: []*state.Rotation{c.Now}, At: at}
	for _, o := range f.Evidence[i].Earlier {
		if o.Cluster == c.Name {
			change.Before, newest = append(change.Before, o), max(newest, o.At) // one form, so texts sort as instants
		}
	}
	change.After = slices.Clone(change.Before)
	for _, o := range f.Observed[i] {
		if change.Before = append(change.Before, o.Observation); o.At >= newest {
			change.After = append(change.After, o.Observation)
		}
	}
	for o := change.Lost(nil); o != nil; o = change.Lost(nil) {
		change.After = append(change.After, o)
	}
	return slices.DeleteFunc(slices.Clone(f.Observed[i]), func(o Observed) bool { return !slices.Contains(change.After, o.Observation) })
}
