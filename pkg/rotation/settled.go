package rotation

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// What was seen against a need counts until something can have changed it, and then stops
// to count for exactly what that can have changed:
//
//   - a change of the bundle or of the issuer that the need is about, or a gate that asked
//     for the need: all of it. A rollout, and a step back and forth, are neither;
//   - a rollout that can be over: the pods that it restarts, where the state says so;
//   - of leaves, the end of their life ([target.shownOtherChains]).
//
// A rollout is over at the earliest some time after it began. Whoever knows when an entry
// of the log, or a part of a wave, came to where it is applied from counts from then (the
// instants of the log that is judged, and [Evidence.Waves]); else the log's instant counts.

// WaveVersion is whom the wave in force has reached since an instant: as a version of
// status.wave says it, or all pods. The zero instant is the one of the wave's log entry.
type WaveVersion struct {
	Since time.Time
	Wave  *state.Wave
}

// knowing is the past with what is known of its wave beside the state.
func (p *past) knowing(waves []WaveVersion) *past {
	with := *p
	if len(waves) > 0 {
		with.waves = waves
	}
	return &with
}

// sawSince reports whether an observation shows something of a need.
func (c *cluster) sawSince(n Need) func(*Observation) bool {
	var since time.Time
	if c.past != nil {
		since = c.past.settled(n)
	}
	return func(o *Observation) bool { return o.at().After(since) }
}

// settled is the instant after which an observation shows something of a need.
func (p *past) settled(n Need) time.Time {
	if n == RetiredGone || n == BundleLoaded && len(p.moments) == 0 {
		return p.ended
	}
	return p.changed(func(before Material, m moment) bool {
		if ofBundle := []Need{BundleDelivered, BundleLoaded, IdentityLoaded}; slices.Contains(ofBundle, n) {
			return slices.Contains(m.asked, n) || bundleID(before.Bundle) != bundleID(m.material.Bundle)
		}
		if n == IssuerLoaded || n == LeavesRenewed {
			return slices.Contains(m.asked, n) || chainID(before.Issuer) != chainID(m.material.Issuer) || n == IssuerLoaded && m.reissued
		}
		return !m.stays
	})
}

// unsettled is what an observation shows of pods that no rollout since then can have
// changed, and of replicas that no gate asked for since.
func (c *cluster) unsettled(n Need, o *Observation) *Observation {
	if c.past == nil || n != BundleLoaded && n != LeavesRenewed && n != RetiredGone {
		return o
	}
	restarted := func(namespace, workload string) bool {
		began := c.past.restarted(c.at, func(w *state.Wave) bool { return w.Reaches(namespace, workload) })
		return !began.IsZero() && !o.at().After(began)
	}
	rest := *o
	rest.Identity, rest.Endpoints = slices.Clone(o.Identity), slices.Clone(o.Endpoints)
	for i, e := range rest.Endpoints {
		switch again := restarted(e.Namespace, e.Workload); {
		case n == RetiredGone && again:
			rest.Endpoints[i].Bundle, rest.Endpoints[i].Chain = nil, nil
		case n == BundleLoaded && again:
			rest.Endpoints[i].Bundle = nil
		case n == LeavesRenewed && len(e.Chain) > 0 && (again || o.at().Before(c.past.reissues[e.Chain[0]])):
			rest.Endpoints[i].Chain = nil
		}
	}
	for i := range rest.Identity {
		if n != LeavesRenewed && restarted(c.past.mesh.Namespace, "") {
			rest.Identity[i].Bundle = nil
		}
		if n == LeavesRenewed && !o.at().After(c.past.settled(IssuerLoaded)) {
			rest.Identity[i].Issuer = nil
		}
	}
	if last, _ := c.past.lastWave(); n == RetiredGone && last != nil && last.stays && !o.at().After(last.at) {
		rest.ControlPlane.TrustRoots, rest.ControlPlane.Injectors = nil, nil // the rollout asked for them
	}
	return &rest
}

// shortestRollout is less than any rolling restart of a data plane takes.
const shortestRollout = 10 * time.Second

// canBeOver reports whether a rollout that began at the instant can be over now.
func (p *past) canBeOver(began, now time.Time) bool {
	return !now.Before(began.Add(shortestRollout + p.skew))
}

// lastWave is the last of the moments that restarted the workloads, and the one before.
func (p *past) lastWave() (last, before *moment) {
	all := slices.Concat(p.calm, p.moments)
	for i, m := range all {
		if m.unended {
			last = nil // whom that wave reached, nobody knows
		}
		if m.rollout {
			last, before = &all[i], last
		}
	}
	return last, before
}

// restarted is when the wave in force began for those whom it reaches, if it can be over
// for them now; zero if not.
func (p *past) restarted(now time.Time, reaches func(*state.Wave) bool) (began time.Time) {
	last, _ := p.lastWave()
	i := slices.IndexFunc(p.waves, func(v WaveVersion) bool { return v.Wave == nil || reaches(v.Wave) })
	if last == nil || i < 0 {
		return began
	}
	if at := later(p.waves[i].Since, last.at); p.canBeOver(at, now) {
		began = at
	}
	return began
}

// What a rollout has to reach so that it counts as one of all pods: all, or those that did
// not hold the bundle when it began.
var (
	allPods  = func(*state.Wave) bool { return false }
	allStale = func(w *state.Wave) bool { return w.Stale }
)

// rolledOutSince reports whether a rollout began at the instant or later, early enough to
// be over now. A wave has ended when the next one begins (WAVE-DONE), and not earlier for
// all that the log says.
func (p *past) rolledOutSince(t, now time.Time, reaches func(*state.Wave) bool) bool {
	last, before := p.lastWave()
	if began := p.restarted(now, reaches); !began.IsZero() && !began.Before(t) {
		return true
	}
	return before != nil && !before.at.Before(t) && p.canBeOver(last.at, now)
}

// needsOf are the needs that the gate of a move of the rotation under way asked for.
func (d *dossier) needsOf(e state.LogEntry) []Need {
	r := d.state.Status.Rotation
	row, known := state.PhaseOf(r.Kind, r.Strategy, e.Phase)
	switch {
	case e.Move == state.MoveRollout:
		return []Need{BundleDelivered}
	case e.Move == state.MoveAdvance && known:
		return row.Needs
	}
	return nil
}

// beganRollout reports whether the entry's move restarted the workloads: it is one that
// always does, or the stamp in force is of its epoch. (A reissued issuer changes what a
// stamp is made of, so the stamp alone does not tell.)
func (d *dossier) beganRollout(e state.LogEntry, m Material) bool {
	r := d.state.Status.Rotation
	row, known := state.PhaseOf(r.Kind, r.Strategy, e.Phase)
	return known && e.Move == state.MoveAdvance && row.Rollout == state.RolloutAlways || e.Move == state.MoveRollout ||
		Stamp(e.Epoch, m) == d.state.Status.Stamp
}

// calm are the moves in the stable phase since the last rotation ended, the one that ended
// it first, and its instant; that of the log's last entry where the log has no such move.
func (d *dossier) calm(now Material) (ended time.Time, moves []moment) {
	for _, e := range slices.Backward(d.state.Status.Log) {
		if e.Phase != state.PhaseStable {
			break
		}
		stays := e.Move == state.MoveRollout || e.Move == state.MoveReissue
		moves = append(moves, moment{at: entered(e), stays: stays,
			rollout: e.Move == state.MoveRollout || Stamp(e.Epoch, now) == d.state.Status.Stamp})
		if !stays {
			break
		}
	}
	slices.Reverse(moves)
	if len(moves) == 0 {
		return d.began(), nil
	}
	return moves[0].at, moves
}

// reissues are the instants at which issuers were made anew, by the fingerprint of the
// one before.
func (d *dossier) reissues() map[string]time.Time {
	at := map[string]time.Time{}
	for _, e := range d.state.Status.Log {
		if e.Move == state.MoveReissue {
			at[e.Replaced] = entered(e)
		}
	}
	return at
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
