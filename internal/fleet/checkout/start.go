package checkout

import (
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Material is what a start is given: paths of files.
type Material struct {
	Anchor, AnchorKey, OutgoingKey string
	// OneIssuer gives all members of a component the same issuer.
	OneIssuer bool
}

// starting makes the moves of one command. What is minted for the first member of a
// component is brought to the others, so that there is one anchor, minted once.
type starting struct {
	World
	one    sync.Mutex // members start one after the other
	fleet  *Fleet
	scene  *fleet.Scene
	wish   Wish
	at     time.Time
	minted []rotation.Minted
	// byMember are the keys to seal for each member.
	byMember map[int][]rotation.Minted
	shared   map[int]*shared // by the first member of the component
}

// shared is what the members of a component start with.
type shared struct {
	name, strategy  string
	anchor          pki.Certificate
	anchorKey       pki.Key
	issuer          pki.Chain
	issuerKey       pki.Key
	outgoing        pki.Key
	outgoingOf      string // fingerprint of the anchor whose key it is
	anchorKeyIsKept bool   // the custody of a member has it
}

// start begins the rotation in one member, with what its component has already.
func (s *starting) start(i int, now *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
	s.one.Lock()
	defer s.one.Unlock()
	if now.Status.Rotation != nil { // said before any key is opened or made
		return rotation.Start(now, rotation.StartOptions{Kind: s.wish.Kind}, e, s.at, s.Random)
	}
	statePath := s.fleet.StatePath(i)
	c, err := s.Custody(statePath, now)
	if err != nil {
		return nil, err
	}
	sh, err := s.sharedOf(i)
	if err != nil {
		return nil, err
	}
	o := rotation.StartOptions{
		Options: s.wish.Options, Kind: s.wish.Kind, Strategy: s.wish.Strategy,
		KeyPath: func(name string) string { return path.Join(moves.Material{}.Directory(c, now), name+c.Suffix) },
	}
	if err := s.outgoing(c, now, sh, &o); err != nil {
		return nil, err
	}
	anchors := slices.Contains([]string{state.KindAnchor, state.KindReplace, state.KindRenew}, s.wish.Kind)
	if anchors && sh.anchor.Certificate != nil {
		o.Name, o.Anchor, o.AnchorKey = sh.name, sh.anchor, sh.anchorKey
		if sh.anchorKeyIsKept && s.wish.Kind != state.KindRenew {
			o.AnchorKeyPath = o.KeyPath(sh.name)
		}
		if o.Strategy == "" && s.wish.Kind == state.KindAnchor {
			o.Strategy = sh.strategy
		}
	} else if anchors {
		o.AnchorKey = sh.anchorKey
	}
	if s.wish.Material.OneIssuer && sh.issuer != nil {
		o.Issuer, o.IssuerKeyPath = sh.issuer, o.KeyPath(sh.name+"-1")
	}
	m, err := rotation.Start(now, o, e, s.at, s.Random)
	if err != nil {
		return nil, err
	}
	s.keep(i, m, sh, o)
	return m, nil
}

// keep remembers what the start of a member made, for its custody and for the other
// members of its component.
func (s *starting) keep(i int, m *rotation.Move, sh *shared, o rotation.StartOptions) {
	s.minted = append(s.minted, m.Minted...)
	own := slices.Clone(m.Minted)
	if o.Anchor.Certificate != nil && o.AnchorKeyPath != "" {
		own = append(own, rotation.Minted{Name: sh.name, Path: o.AnchorKeyPath, Key: sh.anchorKey})
	}
	if o.Issuer != nil {
		own = append(own, rotation.Minted{Name: sh.name + "-1", Path: o.IssuerKeyPath, Key: sh.issuerKey})
	}
	if s.byMember == nil {
		s.byMember = map[int][]rotation.Minted{}
	}
	s.byMember[i] = own
	if sh.anchor.Certificate == nil {
		for _, a := range m.State.Status.Anchors {
			if a.Role == state.RoleIncoming {
				sh.name = a.Name
				sh.anchor = certificate(a.Certificate)
			}
		}
		for _, k := range m.Minted {
			if k.Name == sh.name {
				sh.anchorKey, sh.anchorKeyIsKept = k.Key, true
			}
		}
	}
	if sh.issuer == nil {
		for _, is := range m.State.Status.Issuers {
			if is.Role == state.RoleIncoming {
				sh.issuer, _ = pki.ParseChain([]byte(is.Certificate))
			}
		}
		for _, k := range m.Minted {
			if k.Name == sh.name+"-1" {
				sh.issuerKey = k.Key
			}
		}
	}
	sh.strategy = m.State.Status.Rotation.Strategy
}

func certificate(pem string) pki.Certificate {
	chain, err := pki.ParseChain([]byte(pem))
	if err != nil {
		return pki.Certificate{} // the state was made of it
	}
	return chain[0]
}

// sharedOf is what the component of a member starts with: what was given, what a
// member of it that started earlier has, or nothing yet.
func (s *starting) sharedOf(i int) (*shared, error) {
	first := s.scene.Group(i)[0]
	if sh, known := s.shared[first]; known {
		return sh, nil
	}
	sh := &shared{}
	if leader := s.scene.Leader(i); leader >= 0 {
		if err := s.follow(leader, sh); err != nil {
			return nil, err
		}
	}
	if err := s.given(sh); err != nil {
		return nil, err
	}
	if s.shared == nil {
		s.shared = map[int]*shared{}
	}
	s.shared[first] = sh
	return sh, nil
}

// given reads the material that flags name.
func (s *starting) given(sh *shared) (err error) {
	var problems problem.List
	m := s.wish.Material
	if m.Anchor != "" {
		sh.anchor, err = keyfile.ReadAnchor(m.Anchor)
		problems.Add(err)
		if sh.name == "" && err == nil {
			sh.name = "incoming"
		}
	}
	if m.AnchorKey != "" {
		sh.anchorKey, err = keyfile.ReadKey(m.AnchorKey)
		problems.Add(err)
		s.minted = append(s.minted, rotation.Minted{Key: sh.anchorKey})
	}
	if m.OutgoingKey != "" {
		sh.outgoing, err = keyfile.ReadKey(m.OutgoingKey)
		problems.Add(err)
		s.minted = append(s.minted, rotation.Minted{Key: sh.outgoing})
	}
	return problems.Err()
}

// follow takes the anchor of a member that has started, for late joiners. Its key is
// opened, since the issuers of the others are signed with it.
func (s *starting) follow(leader int, sh *shared) error {
	cluster := s.fleet.Clusters[leader]
	now := cluster.Now
	sh.strategy = now.Status.Rotation.Strategy
	for n, a := range now.Status.Anchors {
		if a.Role != state.RoleIncoming {
			continue
		}
		sh.name, sh.anchor = a.Name, certificate(a.Certificate)
		if s.wish.Material.AnchorKey != "" || a.Key == "" {
			return nil
		}
		c, err := s.Custody(s.fleet.StatePath(leader), now)
		if err == nil {
			err = c.CanOpen()
		}
		if err == nil {
			sh.anchorKey, err = s.open(c, now, n)
			sh.anchorKeyIsKept = err == nil
		}
		if err != nil {
			return problem.FleetAnchorKey.With(a.Name, cluster.Name, problem.Of(err)[0].Text).In(cluster.State).Because(err)
		}
	}
	return nil
}

// open opens the key of an anchor of a state.
func (s *starting) open(c *custody.Custody, now *state.Rotation, anchor int) (pki.Key, error) {
	all, err := render.NamedKeys(now)
	if err != nil {
		return pki.Key{}, err
	}
	for _, k := range all {
		if k.Where == fmt.Sprintf("status.anchors[%d]", anchor) {
			key, err := keyfile.Open(c, k)
			if err == nil {
				s.minted = append(s.minted, rotation.Minted{Key: key})
			}
			return key, err
		}
	}
	return pki.Key{}, nil
}

// outgoing finds the key of the anchor in force, where the start may sign with it: the
// one that was given, one that another member had, or the member's own.
func (s *starting) outgoing(c *custody.Custody, now *state.Rotation, sh *shared, o *rotation.StartOptions) error {
	if s.wish.Kind == state.KindWebhooks || s.wish.Kind == state.KindReplace || s.wish.Kind == state.KindAnchor &&
		s.wish.Strategy == state.StrategyBundle {
		return nil
	}
	n := slices.IndexFunc(now.Status.Anchors, func(a state.Anchor) bool { return a.Role == state.RoleCurrent })
	if n < 0 {
		return nil
	}
	current := now.Status.Anchors[n]
	print := certificate(current.Certificate).Fingerprint()
	if s.wish.Material.OutgoingKey != "" || sh.outgoingOf == print {
		o.OutgoingKey = sh.outgoing
		return nil
	}
	if current.Key == "" || c.CanOpen() != nil {
		return nil
	}
	key, err := s.open(c, now, n)
	if err != nil {
		if codes := problem.Of(err); s.wish.Kind == state.KindAnchor && s.wish.Strategy == "" && len(codes) == 1 &&
			codes[0].Code == problem.CustodyNoIdentity.Code {
			return nil // it signs nothing: strategy bundle
		}
		return err
	}
	sh.outgoing, sh.outgoingOf, o.OutgoingKey = key, print, key
	return nil
}

// seal makes the key files of all members that move, each for its own custody.
func (s *starting) seal(r *Result) error {
	var problems problem.List
	taken := places{}
	for _, o := range r.Moved {
		minted := s.byMember[o.Member]
		if len(minted) == 0 {
			continue
		}
		c, err := s.Custody(s.fleet.StatePath(o.Member), o.Move.State)
		if err != nil {
			problems.Add(err)
			continue
		}
		sealed, err := keyfile.SealNamed(c, minted)
		problems.Add(err)
		for _, k := range sealed {
			problems.Add(taken.take(k.Path, r.Scene.Clusters[o.Member].Name))
		}
		r.Keys = append(r.Keys, sealed...)
	}
	return problems.Err()
}
