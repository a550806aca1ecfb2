package state

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Kinds of trust bundles, in the order of the documentation.
const (
	KindClusterTrustBundle = "ClusterTrustBundle" // Kubernetes' own (certificates.k8s.io)
	KindBundle             = "Bundle"             // trust-manager's (trust.cert-manager.io)
	KindClusterBundle      = "ClusterBundle"      // its successor (trust-manager.io)
)

// TrustBundleKinds are those kinds.
var TrustBundleKinds = []string{KindClusterTrustBundle, KindBundle, KindClusterBundle}

// TrustBundleVersions are those of a ClusterTrustBundle: v1 from Kubernetes 1.37 on.
var TrustBundleVersions = []string{"v1", "v1beta1"}

// DefaultTrustBundle is the name of a trust bundle for others than Linkerd.
const DefaultTrustBundle = "linkerd-trust-bundle"

// TrustBundle is an object with the trust bundle for others than Linkerd.
type TrustBundle struct {
	// Kind: ClusterTrustBundle, Bundle or ClusterBundle.
	Kind string `json:"kind"`
	// Name of the object, and of the ConfigMaps that trust-manager makes of it;
	// default "linkerd-trust-bundle".
	Name string `json:"name,omitempty"`
	// Version of a ClusterTrustBundle: "v1" (default, from Kubernetes 1.37 on) or "v1beta1".
	Version string `json:"version,omitempty"`
}

// fill gives the defaults.
func (b *TrustBundle) fill() {
	orDefault(&b.Name, DefaultTrustBundle)
	if b.Kind == KindClusterTrustBundle {
		orDefault(&b.Version, TrustBundleVersions[0])
	}
}

// writer is who makes something of the object: two objects of the same name of one
// writer would be each other's.
func (b TrustBundle) writer() string {
	if b.Kind == KindClusterTrustBundle {
		return b.Kind
	}
	return "trust-manager"
}

func (f *findings) trustBundles(bundles []TrustBundle) {
	list := manifest.At("spec", "trustBundles")
	f.atMost(MaxLinks, len(bundles), list)
	seen := []TrustBundle{}
	for i, b := range bundles {
		at := list.With(i)
		f.add(oneOf(TrustBundleKinds)(b.Kind), at.With("kind"))
		f.add(optional(dnsSubdomain)(b.Name), at.With("name"))
		f.add(optional(oneOf(TrustBundleVersions))(b.Version), at.With("version"))
		if b.Version != "" && b.Kind != KindClusterTrustBundle {
			f.add(problem.StateTrustBundleVersion.With(b.Kind), at.With("version"))
		}
		b.fill()
		if b.writer() != KindClusterTrustBundle && linkerd.IsOwned(b.Name) {
			f.add(problem.StateOwnedName.With(shown(b.Name)), at.With("name"))
		}
		if slices.ContainsFunc(seen, func(o TrustBundle) bool { return o.Name == b.Name && o.writer() == b.writer() }) {
			f.add(problem.StateTrustBundleTwice.With(shown(b.Name)), at)
		}
		seen = append(seen, b)
	}
}
