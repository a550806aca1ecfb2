package adopt

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// firstInCluster prints the objects with which cert-manager makes a first PKI. The
// state is written afterwards, when the certificates exist.
func (w World) firstInCluster(o *Options) (Result, error) {
	version, err := linkerd.ParseVersion(o.Version)
	if o.Version == "" {
		return Result{}, problem.AdoptNoVersion.With("nothing: a new mesh has no manifests")
	}
	if err != nil {
		return Result{}, err
	}
	s := o.newState(version)
	s.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes
	full := s.WithDefaults()
	c, err := w.Custody.Of(o.StatePath, full)
	if err != nil {
		return Result{}, err
	}
	name := w.Now().UTC().Format("2006")
	text, err := c.Incoming(name)
	if err != nil {
		return Result{}, err
	}
	l := full.Spec.Linkerd
	anchor, issuer := custody.AnchorSecret(name), linkerd.IssuerSecret+"-"+name+"-1"
	fmt.Fprintf(w.Notes, `note: cert-manager makes these keys, and no state file was written yet. Apply what is on stdout, then run
  kubectl get secret %s -n %s -o jsonpath='{.data.tls\.crt}' | base64 -d > anchor.pem
  kubectl get secret %s -n %s -o jsonpath='{.data.tls\.crt}' | base64 -d > issuer.pem
  l5d-pki-render init --custody cert-manager --anchors anchor.pem --issuer issuer.pem --linkerd-version %s --namespace %s --trust-domain %s -s %s
`, anchor, full.Spec.Custody.TrustNamespace, issuer, l.Namespace, o.Version, l.Namespace, l.TrustDomain, sink.Shell(o.StatePath))
	return Result{Text: text}, nil
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
