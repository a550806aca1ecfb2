package rotation

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// scene is everything that a move or a report looks at: the state with its
// certificates, the evidence, and the instant.
type scene struct {
	state    *state.Rotation // as written, without defaults
	spec     state.Spec      // with defaults
	dossier  *dossier
	evidence Evidence
	at       time.Time
	verifier *Verifier
	book     *book
	links    map[string]*past
}

// openScene parses everything once and checks the evidence's form.
func openScene(s *state.Rotation, e Evidence, at time.Time) (*scene, error) {
	v := e.Verified
	switch {
	case v == nil:
		v = NewVerifier(at)
	case !v.at.Equal(at):
		v = v.forInstant(at)
	}
	d, err := openDossier(s, v)
	if err != nil {
		return nil, err
	}
	c := &scene{
		state: s, spec: s.WithDefaults().Spec, dossier: d, evidence: e, at: at,
		verifier: v, book: newBook(), links: map[string]*past{},
	}
	c.book.addState(d)
	problems := problem.Of(e.check(s, at))
	for _, o := range slices.Concat(e.Observations, e.Earlier) {
		c.book.addObservation(o)
	}
	for _, l := range e.Links {
		problems.Add(c.addLink(l))
	}
	return c, problems.Err()
}

func (c *scene) addLink(l LinkedState) error {
	if !c.state.IsLinked(l.Name) {
		return problem.RotationForeignLink.With(l.Name)
	}
	d, err := openDossier(l.State, c.verifier)
	if err != nil {
		return problem.Of(err).Under(fmt.Sprintf("link %q", l.Name)).Err()
	}
	p, err := d.past()
	if err != nil {
		return problem.Of(err).Under(fmt.Sprintf("link %q", l.Name)).Err()
	}
	c.book.addState(d)
	c.links[l.Name] = &p
	return nil
}

// leafLife is how long a leaf lives at most after it was issued.
func (c *scene) leafLife() time.Duration {
	return time.Duration(c.spec.Leaf.Lifetime) + time.Duration(c.spec.Leaf.ClockSkew)
}

func (c *scene) skew() time.Duration { return time.Duration(c.spec.Leaf.ClockSkew) }

// incoming is the anchor of that role.
func (c *scene) incoming() (pki.Certificate, bool) { return c.dossier.anchor(state.RoleIncoming) }

// incomingID is its fingerprint, "" if there is none.
func (c *scene) incomingID() string {
	if a, ok := c.incoming(); ok {
		return a.Fingerprint()
	}
	return ""
}

// cluster assembles what is known of one cluster.
func (c *scene) cluster(name string, own bool, p *past) *cluster {
	life := c.leafLife()
	if p != nil {
		life = p.leafLife // a linked cluster has its own
		p = p.knowing(c.evidence.Waves[name])
	}
	k := &cluster{
		name: name, own: own, past: p, book: c.book, incoming: c.incomingID(), leafLife: life, at: c.at,
	}
	k.see(c.evidence)
	k.hear(c.evidence)
	return k
}

// own is this cluster.
func (c *scene) own() (*cluster, error) {
	p, err := c.dossier.past()
	if err != nil {
		return nil, err
	}
	return c.cluster(c.state.Metadata.Name, true, &p), nil
}

// live is the union over this cluster and all that it links to; a link that
// nobody described is unknown.
func (c *scene) live() (Live, error) {
	own, err := c.own()
	if err != nil {
		return Live{}, err
	}
	all := own.live()
	for _, l := range c.state.Spec.Links {
		all.add(c.cluster(l.Name, false, c.links[l.Name]).live())
	}
	return all, nil
}
