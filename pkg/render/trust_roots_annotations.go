package render

import "strconv"

// What the trust roots ConfigMap can say of the phase that it carries, so that
// an admission policy can refuse an older one (docs/hosts/argocd.md).
const (
	EpochHint = "l5d-pki-render/epoch" // a number in decimal digits
	PhaseHint = "l5d-pki-render/phase"
	// BundleHashHint: SHA-256 of the bundle in lower-case hex, without the newline
	// that some charts add; rollControlPlane writes it on pods as well.
	BundleHashHint = "l5d-pki-render/bundle-sha256"
)

// trustRootsHints are those annotations, name and value, in a fixed order.
func (m *Material) trustRootsHints() [][2]string {
	return [][2]string{
		{EpochHint, strconv.FormatInt(m.State.Status.Epoch, 10)},
		{PhaseHint, m.Phase.Name},
		{BundleHashHint, sha256Hex(m.bundleText())},
	}
}
