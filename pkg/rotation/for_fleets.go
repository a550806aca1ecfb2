package rotation

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// LiveOf is what the endpoints of one cluster may hold and serve, by its state and
// the evidence of it, as the clusters that it is linked with meet it: of its proxies.
// incoming is the fingerprint of the anchor that a word for BUNDLE-LOADED is about,
// "" if there is none; a word that the state's log rules out does not count. Without a
// state only what was observed counts.
func LiveOf(name string, s *state.Rotation, e Evidence, incoming string, at time.Time, v *Verifier) (Live, error) {
	c, err := clusterOf(name, s, e.Waves[name], incoming, at, v)
	if err != nil {
		return Live{}, err
	}
	for _, o := range slices.Concat(e.Observations, e.Earlier) {
		c.book.addObservation(o)
	}
	c.see(e)
	c.hear(e)
	return c.live(), nil
}

// clusterOf is a cluster by its state alone, if it has one, and what is known of its waves.
func clusterOf(name string, s *state.Rotation, waves []WaveVersion, incoming string, at time.Time, v *Verifier) (*cluster, error) {
	c := &cluster{name: name, book: newBook(), incoming: incoming, at: at}
	if s == nil {
		return c, nil
	}
	d, err := openDossier(s, v)
	if err != nil {
		return nil, err
	}
	p, err := d.past()
	if err != nil {
		return nil, err
	}
	c.book.addState(d)
	c.past, c.leafLife = p.knowing(waves), p.leafLife
	return c, nil
}

// IDs name a bundle as a set and a chain by what it carries.
func (m Material) IDs() (bundle, chain string) { return bundleID(m.Bundle), chainID(m.Issuer) }

// ID names the bundle, where it is known, as a set of anchors.
func (h Held) ID() string { return h.id }

// ID names the chain, where it is known, by the certificates that it has.
func (s Served) ID() string { return s.id }

// Steps are the phases of the rotation under way, in order, the stable phase at the
// end included, and the number of the one that the state is in; none: it is stable.
func Steps(s *state.Rotation) (steps []state.Phase, at int) {
	path, ok := pathOf(s)
	if !ok {
		return nil, -1
	}
	return path.Steps, path.index(s.Status.Phase)
}
