package recovery

import "github.com/l5d-pki/l5d-pki-render/pkg/state"

// UnusedKey reports whether a key signs nothing in this phase or a later one:
// that of an outgoing anchor, and of an outgoing issuer that was switched.
func UnusedKey(s *state.Rotation, path string) bool {
	for _, a := range s.Status.Anchors {
		if a.Key == path {
			return a.Role == state.RoleOutgoing
		}
	}
	for _, i := range s.Status.Issuers {
		if i.Key == path {
			return i.Role == state.RoleOutgoing && i.Name != s.Issuing().Name
		}
	}
	return false
}
