package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// controlPlaneComponent patches what carries the trust bundle as a field of its
// own. linkerd-config has it inside one string with all other values of the
// chart: a patch could only replace that string as a whole and would freeze the rest.
func controlPlaneComponent(s *state.Rotation) ([]byte, error) {
	m, err := render.NewMaterial(s, nil)
	if err != nil {
		return nil, err
	}
	l := m.State.Spec.Linkerd
	version, err := state.ParseVersion(l.Version)
	if err != nil {
		return nil, err
	}
	family := version.Family()
	if family == state.Family210 {
		return nil, problem.OverlayNoControlPlane.With("charts of 2.10 write the bundle into every proxy")
	}
	raw := m.State.Status.AdoptedBundle
	if raw == "" {
		raw = string(m.Bundle.Marshal())
	}
	delivered := strings.ReplaceAll(strings.TrimSpace(raw), "\r\n", "\n") // as the charts trim it
	cp := overlay.ControlPlane{Namespace: l.Namespace}
	if !l.ExternalCA {
		cp.TrustRoots = delivered
		if family != state.Family213 {
			cp.TrustRoots += "\n" // block style "|" of these charts
		}
	}
	if family != state.Family211 && !l.ExternalCA {
		cp.Annotations = append(cp.Annotations, [2]string{"linkerd.io/trust-root-sha256", sha256Of(raw)})
	}
	if l.RollControlPlane && (family == state.Family211 || l.ExternalCA) && m.State.Status.Epoch > 0 {
		cp.Annotations = append(cp.Annotations, [2]string{render.BundleHashHint, sha256Of(delivered)})
	}
	if cp.TrustRoots == "" && len(cp.Annotations) == 0 {
		return nil, problem.OverlayNoControlPlane.With("identity.externalCA is true, and rollControlPlane is not")
	}
	return cp.Patch(), nil
}

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// restrictorFlag adds --load-restrictor to a command that builds kustomizations.
func restrictorFlag(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "load-restrictor", "root", "where a kustomization may load files from: root (its folder) or none (anywhere)")
}

// buildKustomization builds the kustomization in a folder.
func buildKustomization(folder, restrictor string) (overlay.Built, error) {
	if restrictor != "root" && restrictor != "none" {
		return overlay.Built{}, problem.OverlayRestrictor.With(restrictor)
	}
	return overlay.Build(folder, overlay.Options{Unrestricted: restrictor == "none"})
}
