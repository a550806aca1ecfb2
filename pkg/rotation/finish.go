package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// arrive ends a rotation: what was incoming becomes current, what was outgoing
// goes. The cross certificate goes with it. It returns the paths of the keys
// that nothing needs any more.
func arrive(s *state.Rotation, due Material) (destroy []string) {
	st := &s.Status
	if st.Rotation.Strategy == state.StrategyCrossSign {
		for i, is := range st.Issuers {
			if is.Role == state.RoleIncoming {
				st.Issuers[i].Certificate = string(due.Issuer.Marshal()) + "\n"
			}
		}
	}
	destroy = keep(st, state.RoleIncoming, state.RoleOutgoing)
	for name, w := range st.Webhooks {
		if in := w.Incoming; in != nil {
			destroy = append(destroy, other(w.Key, in.Key)...)
			st.Webhooks[name] = state.Webhook{Certificate: in.Certificate, CABundle: in.CABundle, Key: in.Key}
		}
	}
	st.Rotation = nil
	slices.Sort(destroy)
	return destroy
}

// comeBack ends a rotation at its beginning: what was outgoing is current again.
// The incoming anchor was in a bundle or a chain, so it is retired, not forgotten.
func comeBack(s *state.Rotation) (destroy []string) {
	st := &s.Status
	retireIssuers(st)
	destroy = keep(st, state.RoleOutgoing, state.RoleIncoming)
	for name, w := range st.Webhooks {
		if w.Incoming != nil {
			destroy = append(destroy, other(w.Incoming.Key, w.Key)...)
			w.Incoming = nil
			st.Webhooks[name] = w
		}
	}
	st.Rotation = nil
	slices.Sort(destroy)
	return destroy
}

// keep makes one role current and lets the other go: anchors to the retired
// ones, issuers for good. The retired anchors' keys are named when the next
// rotation starts, for only then is it known that nobody trusts them.
func keep(st *state.Status, kept, dropped string) (destroy []string) {
	var anchors []state.Anchor
	for _, a := range st.Anchors {
		switch a.Role {
		case dropped:
			a.Role = ""
			st.Retired = append(st.Retired, a)
			continue
		case kept:
			a.Role = state.RoleCurrent
		}
		anchors = append(anchors, a)
	}
	var issuers []state.Issuer
	for _, i := range st.Issuers {
		switch i.Role {
		case dropped:
			destroy = append(destroy, other(i.Key, "")...)
			continue
		case kept:
			i.Role = state.RoleCurrent
		}
		issuers = append(issuers, i)
	}
	st.Anchors, st.Issuers = anchors, issuers
	return destroy
}

// other is the path of a key unless it is empty or the one that stays.
func other(key, stays string) []string {
	if key == "" || key == stays {
		return nil
	}
	return []string{key}
}

// forget drops retired anchors when a rotation starts: those that the evidence
// declared gone, and those whose key lives on once no bundle was seen with them.
func (w *way) forget(st *state.Status) (destroy []string) {
	gone := map[string]bool{}
	for _, r := range w.scene.retiredKeys() {
		gone[r.Fingerprint()] = true
	}
	var kept []state.Anchor
	for i, a := range st.Retired {
		cert := w.scene.dossier.retired[i]
		if !gone[cert.Fingerprint()] && len(w.scene.stillRetired(w.own, []pki.Certificate{cert})) > 0 {
			kept = append(kept, a)
			continue
		}
		if gone[cert.Fingerprint()] {
			destroy = append(destroy, other(a.Key, "")...)
		}
	}
	st.Retired = kept
	slices.Sort(destroy)
	return destroy
}

// unneeded names each key once, and none that the state still names.
func unneeded(keys []string, s *state.Rotation) []string {
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(key string) bool {
		named := slices.ContainsFunc(s.Status.Anchors, func(a state.Anchor) bool { return a.Key == key }) ||
			slices.ContainsFunc(s.Status.Retired, func(a state.Anchor) bool { return a.Key == key }) ||
			slices.ContainsFunc(s.Status.Issuers, func(i state.Issuer) bool { return i.Key == key })
		for _, w := range s.Status.Webhooks {
			named = named || w.Key == key || w.Incoming != nil && w.Incoming.Key == key
		}
		return named
	})
}
