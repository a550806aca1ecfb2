package check

import (
	"fmt"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// last is the newest entry of the state's log.
func (r *run) last() (state.LogEntry, bool) {
	if r.State == nil || len(r.State.Status.Log) == 0 {
		return state.LogEntry{}, false
	}
	return r.State.Status.Log[len(r.State.Status.Log)-1], true
}

// nextNeeds reports whether the next phase waits for one of the needs.
func (r *run) nextNeeds(needs ...state.Need) bool {
	if r.State == nil {
		return false
	}
	next, ok := r.State.Next()
	return ok && slices.ContainsFunc(needs, func(n state.Need) bool { return slices.Contains(next.Needs, n) })
}

// wentBack reports whether the last move went back, or out of a rotation.
func (r *run) wentBack() bool {
	last, ok := r.last()
	return ok && (last.Move == state.MoveBack || last.Move == state.MoveAbandon)
}

// rollingOut says why pods may hold another bundle than the one that is
// delivered; "" if they should not.
func (r *run) rollingOut() string {
	if r.State == nil {
		return ""
	}
	phase := r.State.Status.Phase
	last, logged := r.last()
	switch {
	case r.nextNeeds(state.BundleDelivered):
		return fmt.Sprintf("in phase %s no rollout has brought the delivered anchors to the pods yet", phase)
	case logged && phase == state.PhaseStable && r.wentBack():
		return fmt.Sprintf("after `%s` to stable, until the pods restart: `l5d-pki-render rollout` starts that", last.Move)
	case logged && phase == state.PhaseStable && last.Kind == state.KindRenew:
		return "after a renewal: proxies ignore the dates of an anchor and need no restart"
	case r.rolloutBegan():
		return fmt.Sprintf("until the rollout that phase %s began is finished", phase)
	}
	return ""
}

// rolloutBegan reports whether the last move began a rollout.
func (r *run) rolloutBegan() bool {
	last, ok := r.last()
	if !ok {
		return r.State.Current().Rollout == state.RolloutAlways
	}
	table, ok := state.TableOf(last.Kind, last.Strategy)
	if !ok || last.Move != state.MoveAdvance {
		return false
	}
	i := slices.IndexFunc(table.Steps(), func(p state.Phase) bool { return p.Name == last.Phase })
	return i >= 0 && table.Steps()[i].Rollout == state.RolloutAlways
}

// switching says why replicas and leaves may be of another issuer than the one
// in force; "" if they should not.
func (r *run) switching() string {
	switch {
	case r.nextNeeds(state.IssuerLoaded, state.LeavesRenewed):
		return fmt.Sprintf("in phase %s identity and the leaves go over to the issuer in force", r.State.Status.Phase)
	case r.dropsCross():
		return "at the end of a cross-signed rotation, until identity has loaded the issuer without its cross certificate"
	case r.wentBack():
		return "after going back, until identity has loaded the issuer and the leaves are renewed"
	}
	return ""
}

// dropsCross reports whether the last move ended a cross-signed rotation.
func (r *run) dropsCross() bool {
	last, ok := r.last()
	return ok && r.State.Status.Phase == state.PhaseStable && last.Strategy == state.StrategyCrossSign && last.Move == state.MoveAdvance
}

// replaced says that a certificate is on its way out; "" if it is not, or if
// several were found and one is not.
func (r *run) replaced(fingerprints []string) string {
	if r.State == nil || len(fingerprints) == 0 {
		return ""
	}
	outgoing := certificates{}
	for _, a := range r.State.Status.Anchors {
		if a.Role == state.RoleOutgoing {
			outgoing.add(a.Certificate)
		}
	}
	for _, i := range r.State.Status.Issuers {
		if i.Role == state.RoleOutgoing {
			outgoing.add(i.Certificate)
		}
	}
	for _, f := range fingerprints {
		if _, goes := outgoing[f]; !goes {
			return ""
		}
	}
	return "the rotation under way replaces it"
}
