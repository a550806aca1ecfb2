package render

import ()

// Delivered is what a phase delivers of the trust bundle in fields of their
// own: for those who patch the control plane's objects by other means.
type Delivered struct {
	// TrustRoots is ca-bundle.crt of ConfigMap linkerd-identity-trust-roots as the
	// chart writes it; empty where the chart does not render that ConfigMap.
	TrustRoots string
	// Annotations of the control plane's pods, name and value.
	Annotations [][2]string
}

// Delivered resolves the phase to what is delivered, by chart family: 2.10 has
// neither (its bundle stands in every proxy).
func (m *Material) Delivered() Delivered {
	var d Delivered
	external := m.State.Spec.Linkerd.ExternalCA
	if m.traits.TrustRoots && !external {
		d.TrustRoots = m.bundleText()
		if !m.traits.TrimmedBundle {
			d.TrustRoots += "\n" // block style "|" of these charts
		}
	}
	if m.traits.Hash && !external {
		d.Annotations = append(d.Annotations, [2]string{trustRootHash, sha256Hex(m.raw)})
	}
	if m.rolls() {
		d.Annotations = append(d.Annotations, [2]string{BundleHashHint, sha256Hex(m.bundleText())})
	}
	return d
}

// rolls says whether our own hash goes on the control plane's pods: only where
// the chart has none of its own, only when asked, and not before the first
// change of phase, so that adopting a mesh restarts nothing.
func (m *Material) rolls() bool {
	l := m.State.Spec.Linkerd
	return l.RollControlPlane && (m.traits.NeedsRoll() || l.ExternalCA) && m.State.Status.Epoch > 0
}
