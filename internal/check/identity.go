package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// identity is what `linkerd check` asks under linkerd-identity, then what it
// does not: each replica and each injector.
func (r *run) identity() {
	r.anchors()
	r.issuer()
	r.replicas()
	r.injectors()
}

func (r *run) anchors() {
	roots := r.o.ControlPlane.TrustRoots
	chain, unknown := r.certs.chain(roots)
	if roots == nil {
		unknown = []string{"the trust anchors were not seen"}
	}
	r.warn("trust anchors are known", problem.CheckUnknown, unknown)
	if len(chain) == 0 {
		return
	}
	if bundle, ok := r.certs.bundle(roots); ok {
		r.fail("trust anchors are fit for proxies and identity", problem.CheckAnchor, unfit(pki.LintBundle(bundle, pki.Identity{}, time.Time{})))
	}
	r.fail("trust anchors are within their validity period", problem.CheckAnchorExpired, invalid(chain, r.At))
	ends := expiring(chain, r.At)
	r.judge(Warning, "trust anchors are valid for at least 60 days", problem.CheckAnchorExpiring, ends, r.replaced(ending(chain, r.At)))
}

// unfit lists the hazards that make something refuse a certificate. Whether the
// anchors verify the issuer is asked apart.
func unfit(findings []pki.Finding) (found []string) {
	for _, f := range findings {
		if f.Severity == pki.Error && f.Code != problem.LintIssuerUnverified.Code {
			found = append(found, f.Subject+" "+f.Text)
		}
	}
	return found
}

func (r *run) issuer() {
	fingerprints := r.signing()
	chain, unknown := r.certs.chain(fingerprints)
	if fingerprints == nil {
		unknown = []string{"the issuer was not seen"}
	}
	r.warn("issuer certificate is known", problem.CheckUnknown, unknown)
	if len(chain) == 0 || chain[0].Fingerprint() != fingerprints[0] {
		return
	}
	bundle, ok := r.certs.bundle(r.o.ControlPlane.TrustRoots)
	r.fail("issuer certificate is fit for proxies and identity", problem.CheckIssuer, unfit(pki.LintIssuer(bundle, chain, pki.Identity{}, time.Time{})))
	over := invalid(chain, r.At)
	r.fail("issuer certificate is within its validity period", problem.CheckIssuerExpired, over)
	r.judge(Warning, "issuer certificate is valid for at least 60 days", problem.CheckIssuerExpiring, expiring(chain, r.At), r.replaced(ending(chain, r.At)))
	r.warn("issuer certificate has the name of its mesh", problem.CheckIssuerName, r.issuerName(chain[0]))
	if allOver := len(invalid(bundle.Certificates(), r.At)) == bundle.Len(); ok && !allOver && len(over) == 0 { // else that is the cause
		r.fail("issuer certificate is verified by the trust anchors", problem.CheckIssuerUnverified, r.refused(bundle, chain))
	}
}

// signing is the chain in the issuer's Secret, or, where that was not seen, what
// most replicas sign with.
func (r *run) signing() []string {
	if r.o.ControlPlane.Issuer != nil {
		return r.o.ControlPlane.Issuer
	}
	return r.mostSign()
}

// ending are the fingerprints of the certificates that end soon.
func ending(chain pki.Chain, at time.Time) (list []string) {
	for _, c := range chain {
		if len(expiring(pki.Chain{c}, at)) > 0 {
			list = append(list, c.Fingerprint())
		}
	}
	return list
}

// refused says by which rules a bundle does not verify an issuer's chain.
func (r *run) refused(b pki.Bundle, chain pki.Chain) (found []string) {
	v := rotation.NewVerifier(r.At)
	v.Issues(r.mesh(), chain)
	for _, by := range []struct{ rules, who string }{{rotation.ByIdentity, "identity"}, {rotation.ByProxy, "proxies"}} {
		if err := v.Verify(b, chain, by.rules); err != nil {
			found = append(found, by.who+": "+problem.Of(err)[0].Text)
		}
	}
	return found
}

// mesh names the leaves: as the state has it, or as it was observed.
func (r *run) mesh() pki.Identity {
	if r.State != nil {
		return rotation.MeshOf(r.State)
	}
	return pki.Identity{Namespace: r.o.Mesh.Namespace, TrustDomain: r.o.Mesh.TrustDomain}
}

// issuerName compares the issuer's name with that of the mesh.
func (r *run) issuerName(issuer pki.Certificate) []string {
	id := r.mesh()
	if id.Namespace == "" || id.TrustDomain == "" || strings.EqualFold(issuer.Subject.CommonName, id.IssuerName()) {
		return nil
	}
	return []string{fmt.Sprintf("%s; trust domain %q wants %q", name(issuer), id.TrustDomain, id.IssuerName())}
}

// replicas checks each identity replica by itself.
func (r *run) replicas() {
	r.replicaIssuers()
	roots := r.o.ControlPlane.TrustRoots
	seen, stale := false, []string(nil)
	for _, replica := range r.o.Identity {
		seen = seen || replica.Bundle != nil
		if replica.Bundle != nil && !sameSet(replica.Bundle, roots) {
			stale = append(stale, fmt.Sprintf("%s has loaded %s, not %s", replica.Pod, shorts(replica.Bundle), shorts(roots)))
		}
	}
	if seen && roots != nil {
		r.judge(Warning, "every identity replica has loaded the trust anchors", problem.CheckReplicaBundle, stale, r.rollingOut())
	}
}

func (r *run) replicaIssuers() {
	var others, broken []string
	want := r.signing()
	bundle, known := r.certs.bundle(r.o.ControlPlane.TrustRoots)
	seen, verified := false, false
	for _, replica := range r.o.Identity {
		if replica.Issuer == nil {
			continue
		}
		seen = true
		if !slices.Equal(replica.Issuer, want) {
			others = append(others, fmt.Sprintf("%s signs with %s, not with %s", replica.Pod, shorts(replica.Issuer), shorts(want)))
		}
		chain, _ := r.certs.chain(replica.Issuer)
		if !known || len(chain) == 0 || chain[0].Fingerprint() != replica.Issuer[0] {
			continue
		}
		verified = true
		if len(r.refused(bundle, chain)) > 0 {
			broken = append(broken, fmt.Sprintf("%s signs with %s", replica.Pod, name(chain[0])))
		}
	}
	if seen {
		r.judge(Warning, "every identity replica signs with the issuer", problem.CheckReplicaIssuer, others, r.switching())
	}
	if verified {
		r.fail("every identity replica signs with an issuer that the trust anchors verify", problem.CheckReplicaRefused, broken)
	}
}

// mostSign is the chain that most replicas sign with, the first of several.
func (r *run) mostSign() (most []string) {
	count := 0
	for _, a := range r.o.Identity {
		n := 0
		for _, b := range r.o.Identity {
			if slices.Equal(a.Issuer, b.Issuer) {
				n++
			}
		}
		if a.Issuer != nil && n > count {
			most, count = a.Issuer, n
		}
	}
	return most
}

func (r *run) injectors() {
	var stale []string
	roots, seen := r.o.ControlPlane.TrustRoots, false
	for _, in := range r.o.ControlPlane.Injectors {
		seen = seen || in.Bundle != nil
		if in.Bundle != nil && !sameSet(in.Bundle, roots) {
			stale = append(stale, fmt.Sprintf("%s mounts %s, not %s", in.Pod, shorts(in.Bundle), shorts(roots)))
		}
	}
	if seen && roots != nil {
		r.warn("every proxy injector gives pods the trust anchors", problem.CheckInjector, stale)
	}
}

func shorts(fingerprints []string) string {
	words := make([]string, len(fingerprints))
	for i, f := range fingerprints {
		words[i] = short(f)
	}
	return "[" + strings.Join(words, " ") + "]"
}

func sameSet(a, b []string) bool { return slices.Equal(sorted(a), sorted(b)) }

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
