package rotation

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// moment is one change in the log and what it made the control plane deliver.
type moment struct {
	at       time.Time
	material Material
	// asked are the needs that its gate asked for; rollout: it restarted the workloads.
	asked   []Need
	rollout bool
	// stays: the phase was in force before; reissued: its issuer was made anew.
	stays, reissued bool
	// unended: it was made on a person's word that the wave before it had ended.
	unended bool
}

// past is what a state alone says of its cluster: what it delivers and signs
// with now, the moments of the rotation under way, and the bundles and chains
// that may still be live as far as the log tells.
type past struct {
	now Material
	// first was in force before the first of the moments; where the log does not
	// reach back that far, it is taken to be what is in force now.
	first   Material
	moments []moment
	bundles []pki.Bundle
	chains  []pki.Chain
	// issuers are the fingerprints of every issuer that the state has.
	issuers map[string]bool
	// began is when the stable phase was entered that the moments follow, zero
	// if unknown. What was seen before may have changed unseen.
	began  time.Time
	verify *Verifier
	// leafLife is how long a leaf of this cluster lives at most after it was issued.
	leafLife time.Duration
	// mesh is what the state says of its control plane.
	mesh pki.Identity
	// ended is when the last rotation ended, whatever rolled out or was made anew since;
	// calm are its end and what followed it in the stable phase.
	ended time.Time
	calm  []moment
	// replayed: the log reaches back to the beginning of the rotation under way.
	replayed bool
	// waves say whom the stamp in force has reached, and since when, oldest first.
	waves []WaveVersion
	// skew is by how much an instant of the log may be earlier than what it tells of.
	skew time.Duration
	// reissues are the instants at which issuers were made anew, by the fingerprint of the old one.
	reissues map[string]time.Time
}

// past replays the log of the rotation under way.
//
// An entry means that its gate was open: whatever bundle does not verify the
// entry's issuer was not live then, and neither was a chain that its bundle
// does not verify. So the replay only ever drops what evidence had closed. Two
// cases close nothing: a replacement, whose downtime was accepted, and a log
// that does not reach back to the stable phase, after which every phase of the
// path may have left something behind.
func (d *dossier) past() (past, error) {
	now, err := d.current()
	if err != nil {
		return past{}, err
	}
	leaf := d.state.WithDefaults().Spec.Leaf
	p := past{
		now: now, first: now, issuers: map[string]bool{}, began: d.began(), verify: d.verify, mesh: MeshOf(d.state),
		leafLife: time.Duration(leaf.Lifetime) + time.Duration(leaf.ClockSkew),
		waves:    []WaveVersion{{Wave: d.state.Status.Wave}}, skew: Skew(d.state), reissues: d.reissues(),
	}
	p.ended, p.calm = d.calm(now)
	for _, i := range slices.Concat(d.issuers, d.abandoned) {
		p.issuers[i.chain[0].Fingerprint()] = true
	}
	if d.state.Status.Rotation == nil {
		p.add(now)
		p.addAbandoned(d.abandoned)
		p.remember(d.retired)
		return p, nil
	}
	before, err := d.before()
	if err != nil {
		return past{}, err
	}
	p.add(before)
	p.addAbandoned(d.abandoned)
	entries, whole := d.entries()
	if !whole {
		return p, d.everything(&p)
	}
	p.first = before
	for _, e := range entries {
		m, err := d.phase(e.Phase)
		if err != nil {
			return past{}, err
		}
		at, _ := time.Parse(time.RFC3339, e.At)
		p.enter(at, m, d.state.Status.Rotation.Kind != state.KindReplace)
		last := &p.moments[len(p.moments)-1]
		last.asked, last.rollout = d.needsOf(e), d.beganRollout(e, m)
		last.reissued = e.Move == state.MoveReissue
		last.stays = last.reissued || e.Move == state.MoveRollout
		last.unended = slices.ContainsFunc(e.Assumed, func(a state.Assumed) bool { return a.Code == string(WaveDone) })
	}
	p.replayed = len(entries) > 0
	p.add(now)
	p.now = now
	return p, nil
}

// enter replays one entry; gated tells whether its gate was open.
func (p *past) enter(at time.Time, m Material, gated bool) {
	p.moments = append(p.moments, moment{at: at, material: m})
	if gated {
		p.prune(m)
	}
	p.add(m)
	p.now = m
}

// since lists what was in force at the instant, and all that came after it.
// What was in force counts even if nothing of it was seen at that instant: a
// mount that lags, or a controller that had not applied it yet, may bring it
// later.
func (p *past) since(t time.Time) []Material {
	list := []Material{p.first}
	for _, m := range p.moments {
		if m.at.Before(t) {
			list = []Material{m.material}
		} else {
			list = append(list, m.material)
		}
	}
	return list
}

// current is the material in force. Between the choice of a rotation and its
// first phase the state is still what it was.
func (d *dossier) current() (Material, error) {
	if d.state.Status.Phase == state.PhaseStable && d.state.Status.Rotation != nil {
		return d.before()
	}
	return d.at(d.state.Current())
}

// phase is the material of a phase of the rotation under way, by name.
func (d *dossier) phase(name string) (Material, error) {
	r := d.state.Status.Rotation
	row, _ := state.PhaseOf(r.Kind, r.Strategy, name)
	return d.at(row)
}

// entries are the log's entries since the stable phase that the rotation began
// in; whole is false if the log does not reach back to it.
func (d *dossier) entries() (entries []state.LogEntry, whole bool) {
	log, r := d.state.Status.Log, d.state.Status.Rotation
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].Phase == state.PhaseStable {
			return log[i+1:], true
		}
		if _, known := state.PhaseOf(r.Kind, r.Strategy, log[i].Phase); !known {
			return nil, false
		}
	}
	return nil, false
}

// everything adds every phase of the path: nothing is known of how the state
// came to be where it is.
func (d *dossier) everything(p *past) error {
	t, _ := state.TableOf(d.state.Status.Rotation.Kind, d.state.Status.Rotation.Strategy)
	for _, row := range t.Phases {
		m, err := d.at(row)
		if err != nil {
			return err
		}
		p.add(m)
	}
	return nil
}

func (p *past) add(m Material) {
	p.addBundle(m.Bundle)
	p.addChain(m.Issuer)
}

func (p *past) addChain(chain pki.Chain) {
	for _, c := range p.chains {
		if chainID(c) == chainID(chain) {
			return
		}
	}
	p.chains = append(p.chains, chain)
}

// addAbandoned adds the chains of abandoned issuers that the bundle of the
// stable phase verifies. The others were not live when that phase was entered:
// its gate was open.
func (p *past) addAbandoned(issuers []issuerEntry) {
	for _, i := range issuers {
		if p.verify.structural(p.bundles[0], i.chain) {
			p.addChain(i.chain)
		}
	}
}

func (p *past) addBundle(b pki.Bundle) {
	for _, o := range p.bundles {
		if bundleID(o) == bundleID(b) {
			return
		}
	}
	p.bundles = append(p.bundles, b)
}

// remember adds the widest bundle that pods from before the last rotation may
// still hold: retired anchors beside those that are delivered.
func (p *past) remember(retired []pki.Certificate) {
	var gone []pki.Certificate
	for _, r := range retired {
		if !p.now.Bundle.Contains(r.Fingerprint()) {
			gone = append(gone, r)
		}
	}
	if wide, err := pki.NewBundle(append(p.now.Bundle.Certificates(), gone...)...); err == nil {
		p.addBundle(wide)
	}
}

// prune drops what an open gate to m has ruled out.
func (p *past) prune(m Material) {
	var bundles []pki.Bundle
	for _, b := range p.bundles {
		if p.verify.structural(b, m.Issuer) {
			bundles = append(bundles, b)
		}
	}
	var chains []pki.Chain
	for _, c := range p.chains {
		if p.verify.structural(m.Bundle, c) {
			chains = append(chains, c)
		}
	}
	p.bundles, p.chains = bundles, chains
}
