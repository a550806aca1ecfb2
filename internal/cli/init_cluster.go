package cli

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// elsewhere reports whether the custody keeps no key files.
func (f *initFlags) elsewhere() bool {
	kind, known := custody.Kinds[f.custody]
	return known && kind.Seal == nil
}

// firstInCluster prints the objects with which cert-manager makes a first PKI. The
// state is written afterwards, when the certificates exist.
func (a *app) firstInCluster(f *initFlags) error {
	version, err := linkerd.ParseVersion(f.version)
	if f.version == "" {
		return problem.AdoptNoVersion.With("nothing: a new mesh has no manifests")
	}
	if err != nil {
		return err
	}
	s := f.newState(version)
	s.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes
	full := s.WithDefaults()
	c, err := a.custodyOf(f.statePath, full, f.opening)
	if err != nil {
		return err
	}
	name := a.Now().UTC().Format("2006")
	if a.data, err = c.Incoming(name); err != nil {
		return err
	}
	l := full.Spec.Linkerd
	anchor, issuer := custody.AnchorSecret(name), linkerd.IssuerSecret+"-"+name+"-1"
	fmt.Fprintf(&a.talk, `note: cert-manager makes these keys, and no state file was written yet. Apply what is on stdout, then run
  kubectl get secret %s -n %s -o jsonpath='{.data.tls\.crt}' | base64 -d > anchor.pem
  kubectl get secret %s -n %s -o jsonpath='{.data.tls\.crt}' | base64 -d > issuer.pem
  l5d-pki-render init --custody cert-manager --anchors anchor.pem --issuer issuer.pem --linkerd-version %s --namespace %s --trust-domain %s -s %s
`, anchor, full.Spec.Custody.TrustNamespace, issuer, l.Namespace, f.version, l.Namespace, l.TrustDomain, f.statePath)
	return nil
}

// nameOwnAnchors names the keys of anchors that cert-manager made with our objects;
// others are the cluster's own.
func nameOwnAnchors(s *state.Rotation) {
	for i, a := range s.Status.Anchors {
		bundle, err := pki.ReadBundle([]byte(a.Certificate))
		if err == nil && custody.OwnAnchor(s.WithDefaults().Spec.Linkerd.TrustDomain, a.Name, bundle.Certificates()[0]) {
			s.Status.Anchors[i].Key = custody.AnchorSecret(a.Name)
		}
	}
}
