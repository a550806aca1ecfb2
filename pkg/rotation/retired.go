package rotation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// retired lists what keeps the evidence from showing that nothing holds a
// retired anchor and nothing serves a chain under one, or of an abandoned
// issuer. A retired anchor whose key is still in the bundle (a renewal) does not
// count.
func (t target) retired() []string {
	anchors := t.scene.retiredKeys()
	if len(anchors) == 0 && len(t.scene.dossier.abandoned) == 0 {
		return nil
	}
	return t.scene.stillRetired(t.own, anchors)
}

// stillRetired asks what was seen: what the log alone leaves possible cannot
// show that something is gone, and neither can a person's word for another need.
func (c *scene) stillRetired(own *cluster, anchors []pki.Certificate) []string {
	if unseen := own.unseenRetired(); len(unseen) > 0 {
		return unseen
	}
	alone := *own
	alone.loaded, alone.renewed = false, false
	live := alone.live()
	return append(c.stillRelying(live, anchors), c.abandonedLeaves(live)...)
}

// unseenRetired says why the newest observation cannot show that something
// retired is gone; nothing: it can.
func (c *cluster) unseenRetired() []string {
	o := c.latest()
	if o == nil {
		return []string{"no observation of " + c.label() + " yet"}
	}
	if old := tooOld(o, c.past.began, "the last rotation ended"); old != "" {
		return []string{old}
	}
	unseen := o.unseenBundles()
	if c.leavesClosed().IsZero() {
		unseen = union(unseen, c.unseenChains(o))
	}
	var list []string
	if len(unseen) > 0 {
		list = append(list, notSeen(unseen))
	} else { // a replica that lags may load an issuer of before from a mount that lags
		list = append(list, unloaded(o, c.past.now.Issuer)...)
	}
	return append(list, c.strangers()...)
}

// strangers are bundles and chains that were seen with certificates that nobody
// knows: each may be what was retired, from before its certificate was kept.
func (c *cluster) strangers() []string {
	var list []string
	live := c.live()
	for _, h := range live.Bundles {
		if h.Unknown != "" {
			list = append(list, h.Unknown)
		}
	}
	for _, s := range live.Chains {
		if s.Unknown != "" {
			list = append(list, s.Unknown)
		}
	}
	return list
}

// abandonedLeaves says who serves a chain of a retired issuer that no anchor of
// the bundle signed.
func (c *scene) abandonedLeaves(l Live) []string {
	var found []string
	for _, a := range c.dossier.abandoned {
		if _, trusted := c.dossier.signerOf(a.chain[0]); trusted {
			continue
		}
		for _, s := range l.Chains {
			if len(s.Chain) > 0 && s.Chain[0].Fingerprint() == a.chain[0].Fingerprint() {
				found = append(found, fmt.Sprintf("the abandoned issuer %q still has a live chain: %s", a.name, strings.Join(s.Where, ", ")))
			}
		}
	}
	return found
}

// began is when the stable phase was entered that the rotation under way began
// in, or that the state is in; where the log does not reach back to it, the
// instant of its last entry. It is zero if nothing is known to have been before.
func (d *dossier) began() time.Time {
	log := d.state.Status.Log
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].Phase == state.PhaseStable {
			return entered(log[i])
		}
	}
	if len(log) > 0 {
		return entered(log[len(log)-1])
	}
	return time.Time{}
}

// entered is the instant of an entry. An adopted mesh ran before its first one.
func entered(e state.LogEntry) time.Time {
	if e.Move == state.MoveAdopt {
		return time.Time{}
	}
	t, _ := time.Parse(time.RFC3339, e.At)
	return t
}

// retireIssuers keeps the certificates of the incoming issuers of a rotation
// that is abandoned, so that their leaves can be named when they are seen.
func retireIssuers(st *state.Status) {
	for _, i := range st.Issuers {
		if i.Role == state.RoleIncoming {
			st.RetiredIssuers = append(st.RetiredIssuers, state.RetiredIssuer{Name: i.Name, Certificate: i.Certificate})
		}
	}
}

// dropRetiredIssuers forgets those that the move proves gone, and those that
// are issuers again. It depends on the move alone, so that a review which lacks
// the evidence comes to the same list.
func (w *way) dropRetiredIssuers(st *state.Status) {
	var kept []state.RetiredIssuer
	for _, r := range st.RetiredIssuers {
		if !w.provesGone(r) && !slices.ContainsFunc(st.Issuers, func(i state.Issuer) bool { return i.Certificate == r.Certificate }) {
			kept = append(kept, r)
		}
	}
	st.RetiredIssuers = kept
}

// provesGone reports whether the move needs proof that no leaf of this retired
// issuer is live: that no leaf of another issuer is, or none under a retired anchor.
func (w *way) provesGone(r state.RetiredIssuer) bool {
	if w.asks(LeavesRenewed) {
		return true
	}
	i := slices.IndexFunc(w.scene.state.Status.RetiredIssuers, func(o state.RetiredIssuer) bool { return o == r })
	if i < 0 || !w.asks(RetiredGone) {
		return false
	}
	_, trusted := w.scene.dossier.signerOf(w.scene.dossier.abandoned[i].chain[0])
	return !trusted
}

// asks reports whether the move has a need.
func (w *way) asks(n Need) bool {
	return slices.ContainsFunc(w.needs, func(r NeedResult) bool { return r.Need == n })
}
