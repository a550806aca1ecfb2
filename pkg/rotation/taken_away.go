package rotation

import (
	"reflect"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TakenAway is what a change makes of what is known of one cluster: by deletion, by something
// else in its place, or by a pin.
type TakenAway struct {
	// States are those that the cluster is judged by; none where nobody has one.
	States []*state.Rotation
	// Before and After are its observations on both sides, Beside those that the change is
	// not about and that count on both.
	Before, After, Beside []*Observation
	At                    time.Time
	// Stands reports whether a newer observation may stand for an older one; nil: each may.
	Stands func(newer, older *Observation) bool
}

// Lost is an observation that goes and may not: nothing newer shows all that it does, or
// it is [TakenAway.Forgotten]; nil if there is none. Of what a start clears the first does not
// hold; cleared is nil where nothing is.
func (c TakenAway) Lost(cleared func(*Observation) bool) *Observation {
	for _, o := range c.gone() {
		if cleared != nil && cleared(o) {
			continue
		}
		rest := o
		for _, a := range c.After {
			if a.at().After(o.at()) && c.stands(a, o) {
				rest = rest.Beyond(a)
			}
		}
		if rest.Shows() {
			return o
		}
	}
	return c.Forgotten()
}

// Forgotten is an observation that goes although a wait for leaves would then be counted
// from before it, or an issuer that identity was seen to have be known no more; nil if
// there is none. Nothing newer says what identity signed with before: such leaves live on,
// whatever it signs with later. What a wait covers that is over is past.
func (c TakenAway) Forgotten() *Observation {
	gone := c.gone()
	if len(gone) == 0 {
		return nil
	}
	for _, s := range c.States {
		if o := c.forgottenBy(s, gone); o != nil {
			return o
		}
	}
	return nil
}

// gone are those of before that the change does not leave, newest first.
func (c TakenAway) gone() (gone []*Observation) {
	for _, o := range c.Before {
		if !slices.ContainsFunc(c.After, func(a *Observation) bool { return reflect.DeepEqual(a, o) && c.stands(a, o) }) {
			gone = append(gone, o)
		}
	}
	slices.SortStableFunc(gone, func(a, b *Observation) int { return b.at().Compare(a.at()) })
	return gone
}

func (c TakenAway) stands(newer, older *Observation) bool {
	return c.Stands == nil || c.Stands(newer, older)
}

func (c TakenAway) forgottenBy(s *state.Rotation, gone []*Observation) *Observation {
	with, err := clusterOf(s.Metadata.Name, s, nil, "", c.At, NewVerifier(c.At))
	if err != nil {
		return gone[0] // nobody can tell
	}
	with.seeEarlier(slices.Concat(c.Before, c.After, c.Beside))
	was := with.signed()
	if !with.closedAfter(was.from).IsZero() {
		return nil
	}
	without := *with
	without.seeEarlier(slices.Concat(c.After, c.Beside))
	is := without.signed()
	if is.from != nil && (was.from == nil || is.from.at().Before(was.from.at())) {
		if slices.Contains(gone, was.against) {
			return was.against
		}
		return gone[0]
	}
	i := slices.IndexFunc(gone, func(o *Observation) bool {
		return slices.Contains(with.earlier, o) && !with.switchedSince(o.at()) && without.loses(o)
	})
	if i < 0 {
		return nil
	}
	return gone[i]
}

// loses reports whether an observation shows that identity had an issuer, or was given it,
// that neither the log nor a later one knows of.
func (c *cluster) loses(o *Observation) bool {
	return slices.ContainsFunc(o.loaded(), func(chain []string) bool {
		for _, possible := range c.past.chains {
			if slices.Equal(fingerprints(possible), chain) {
				return false
			}
		}
		return !slices.ContainsFunc(c.earlier, func(k *Observation) bool {
			return !k.at().Before(o.at()) && slices.ContainsFunc(k.loaded(), func(l []string) bool { return slices.Equal(l, chain) })
		})
	})
}

// loaded are the chains that identity was seen to have, or to be given.
func (o *Observation) loaded() (chains [][]string) {
	for _, r := range o.Identity {
		if r.Issuer != nil {
			chains = append(chains, r.Issuer)
		}
	}
	if o.ControlPlane.Issuer != nil {
		chains = append(chains, o.ControlPlane.Issuer)
	}
	return chains
}

// seeEarlier takes observations of all instants as kept ones.
func (c *cluster) seeEarlier(all []*Observation) {
	c.earlier = slices.DeleteFunc(ofCluster(all, c.name), func(o *Observation) bool { return !isPartOf(o.Mesh.named(), c.past.mesh) })
}
