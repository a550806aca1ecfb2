package rotation

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// restartsExpired reports whether entering step i has to restart the workloads
// because their leaves may have expired before the repair was made. A proxy asks
// identity for a new leaf with the one it has; identity refuses an expired one,
// so such a proxy never recovers without a restart. (Measured; a proxy that never
// had a leaf does recover.) The last step restarts them: by then the control
// plane has loaded the repair, and a workload that starts gets a leaf at once.
func (w *way) restartsExpired(i int) bool {
	if i != len(w.path.Steps)-1 || w.path.Kind != state.KindIssuer && w.path.Kind != state.KindRenew {
		return false
	}
	dead, ok := w.scene.leavesDead()
	return ok && !w.repairedAt().Before(dead)
}

// leavesDead is the instant from which leaves may have expired because nothing
// could be signed: the end of the outgoing issuer, for leaves end with it, or
// after the outgoing anchor's end the part of a leaf's life that is left when a
// proxy renews it.
func (c *scene) leavesDead() (time.Time, bool) {
	var first time.Time
	add := func(t time.Time) {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	for _, i := range c.dossier.issuers {
		if i.role == state.RoleOutgoing {
			add(i.chain[0].NotAfter)
		}
	}
	if a, ok := c.dossier.anchor(state.RoleOutgoing); ok {
		add(a.NotAfter.Add(RenewalLeft(time.Duration(c.spec.Leaf.Lifetime))))
	}
	return first, !first.IsZero()
}

// repairedAt is when the log says that the first phase of the rotation was
// entered, or the instant of the move where it does not say.
func (w *way) repairedAt() time.Time {
	if entries, whole := w.scene.dossier.entries(); whole && len(entries) > 0 {
		if at, err := time.Parse(time.RFC3339, entries[0].At); err == nil {
			return at
		}
	}
	return w.scene.at
}

// stepNeeds is what entering step i needs. Leaves that have expired cannot be
// waited out: what counts is that identity signs with the new issuer, so that
// the restart gives every workload a leaf.
func (w *way) stepNeeds(i int) []Need {
	needs := w.path.Steps[i].Needs
	if !w.restartsExpired(i) {
		return needs
	}
	needs = slices.DeleteFunc(slices.Clone(needs), func(n Need) bool { return n == LeavesRenewed })
	for _, n := range []Need{BundleDelivered, IssuerLoaded} {
		if !slices.Contains(needs, n) {
			needs = append(needs, n)
		}
	}
	return needs
}
