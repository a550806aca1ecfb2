package observe

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

func (p Pod) deployment() string {
	name, _ := strings.CutPrefix(p.Workload, "deploy/")
	return name
}

// parts are the pods of a component of the control plane: as they were when the
// ConfigMaps were read, and those that came since.
func (b *builder) parts(before []Pod, component string) []Pod {
	list := slices.Clone(before)
	for _, p := range b.Pods {
		if p.Group == rotation.GroupControlPlane && p.Component == component &&
			!slices.ContainsFunc(list, func(o Pod) bool { return o.UID == p.UID }) {
			list = append(list, p)
		}
	}
	order.By(list, func(x, y Pod) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.UID, y.UID)) })
	// A name that was used again is one pod that is gone and one that is there.
	return slices.CompactFunc(list, func(x, y Pod) bool { return x.Name == y.Name })
}

// addInjectors concludes what each injector's mount has: nothing in the API says
// it. The kubelet updates the files of a pod within [linkerd.MountLag].
func (b *builder) addInjectors() {
	if b.Injectors == nil {
		return
	}
	injected := b.fingerprints(b.Injected)
	against := b.contradiction()
	if against == "" && injected != nil && !slices.Equal(injected, b.trust) {
		against = "a pod that was not made was given another bundle than the ConfigMap's"
	}
	if against != "" {
		b.gap("the bundle that the injectors mount", "%s", against)
	}
	list := b.parts(b.Injectors, linkerd.ComponentInjector)
	for _, p := range list {
		row := rotation.Injector{Pod: p.Name}
		if against == "" && injected != nil && len(list) == 1 { // with more of them nobody knows which one answered
			row.Bundle = injected
			b.fact("injectors", rotation.GroupInjectors, "dry run", rotation.ExactFact)
		} else if against == "" && b.settledBy(b.Served) {
			row.Bundle = b.trust
			b.fact("injectors", rotation.GroupInjectors, "age of the ConfigMap", rotation.InferredFact)
		} else if against == "" {
			b.count("the bundle that the injector mounts", b.unsettled())
		}
		b.o.ControlPlane.Injectors = append(b.o.ControlPlane.Injectors, row)
	}
	b.o.Count(rotation.GroupInjectors, len(list))
}

// settledBy reports whether every copy of the ConfigMap was up to date at the
// instant: it had not changed for longer than a copy lags behind.
func (b *builder) settledBy(t time.Time) bool {
	return b.trust != nil && !b.changed.IsZero() && !t.Before(b.changed.Add(linkerd.MountLag))
}

func (b *builder) unsettled() string {
	if b.trust == nil || b.changed.IsZero() {
		return "the ConfigMap, or when it changed, is not known"
	}
	return fmt.Sprintf("the ConfigMap changed at %s, and mounts may lag behind for %s. Observe again after that", text(b.changed), linkerd.MountLag)
}

// contradiction names a pod that an injector gave another bundle than the one in
// the ConfigMap when every mount should have had it; "" if there is none.
func (b *builder) contradiction() string {
	if b.trust == nil || b.changed.IsZero() {
		return ""
	}
	for _, p := range b.Pods {
		if p.Group == rotation.GroupControlPlane || !p.Injected || !p.Created.After(b.changed.Add(linkerd.MountLag)) {
			continue
		}
		held := b.bundleOf(p)
		switch {
		case held != nil && !slices.Equal(held, b.trust):
			return fmt.Sprintf("pod %s/%s was created at %s, and was given another bundle than the ConfigMap's", p.Namespace, p.Name, text(p.Created))
		case held == nil && !p.Whole && p.Hash != "": // not the ConfigMap's: that hash is known
			return fmt.Sprintf("pod %s/%s was created at %s with the annotation of another bundle than the ConfigMap's, and no pod was found that has the bundle of this hash", p.Namespace, p.Name, text(p.Created))
		}
	}
	return ""
}

// addReplicas says what each identity replica has loaded.
func (b *builder) addReplicas() {
	if b.Identities == nil {
		return
	}
	list := b.parts(b.Identities, linkerd.ComponentIdentity)
	for _, p := range list {
		b.o.Identity = append(b.o.Identity, rotation.Replica{Pod: p.Name, Bundle: b.loaded(p), Issuer: b.signs(p)})
	}
	b.o.Count(rotation.GroupIdentity, len(list))
}

// loaded is the bundle that an identity replica read when its container started:
// a file of the ConfigMap. The annotation of the pod does not tell, since the
// file may have been older than the pod's template.
func (b *builder) loaded(p Pod) []string {
	if p.IdentityBundle != "" {
		b.fact("identity-bundles", rotation.GroupIdentity, "environment of the container", rotation.ExactFact)
		return b.fingerprints(p.IdentityBundle)
	}
	if !b.settledBy(p.IdentityStarted) && !b.sameAsProxy(p) {
		b.gap("the bundle of identity replica "+p.Name, "%s", b.stale(p.IdentityStarted))
		return nil
	}
	b.fact("identity-bundles", rotation.GroupIdentity, "start of the container", rotation.InferredFact)
	return b.trust
}

// sameAsProxy reports whether the proxy of a pod says that it got what the
// ConfigMap has, in a pod that is younger than the last change: then the file of
// the other container came from the same copy.
func (b *builder) sameAsProxy(p Pod) bool {
	told := b.ProxyBundles[p.UID]
	return told != "" && b.trust != nil && !b.changed.IsZero() && slices.Equal(b.fingerprints(told), b.trust) &&
		p.Created.After(b.changed) && p.IdentityStarted.After(b.changed)
}

func (b *builder) stale(started time.Time) string {
	switch {
	case b.trust == nil || b.changed.IsZero():
		return "the ConfigMap, or when it changed, is not known"
	case started.IsZero():
		return "its container does not run"
	}
	return fmt.Sprintf("its container started at %s, before the ConfigMap of %s was sure to have reached it; restart it", text(started), text(b.changed))
}

// Tolerances of the end of an issuer that a metric gives: the metric was right
// within 1.5 s in every reading, and the clock that it is added to shows seconds.
// Another issuer has to end outside twice that to be told apart.
const (
	ttlTolerance = 2 * time.Second
	ttlApart     = 2 * ttlTolerance
)

// maxTTL bounds the metric, in seconds: a century and a half.
const maxTTL = 5e9

// signs is the chain that an identity replica signs with, by the end of the issuer.
func (b *builder) signs(p Pod) []string {
	if chain := b.certified(p); chain != nil {
		b.fact("issuers", rotation.GroupIdentity, "Certify", rotation.ExactFact)
		return chain
	}
	what := "the issuer of identity replica " + p.Name
	reply, answered := b.Replicas[p.UID]
	if !answered || reply.At.IsZero() {
		if answered || !slices.ContainsFunc(b.Gaps, func(g Gap) bool { return g.What == what }) {
			b.gap(what, "it was not asked")
		}
		return nil
	}
	ttl, ok := gauge(reply.Metrics, linkerd.IssuerTTLMetric)
	if !ok || math.Abs(ttl) > maxTTL {
		b.gap(what, "it has no metric %s, which Linkerd 2.18 and later have", linkerd.IssuerTTLMetric)
		return nil
	}
	end := reply.At.Add(time.Duration(ttl * float64(time.Second)))
	issuer, why := b.issuerOf(end)
	if issuer == nil {
		b.gap(what, "%s", why)
		return nil
	}
	b.fact("issuers", rotation.GroupIdentity, "metric "+linkerd.IssuerTTLMetric, rotation.InferredFact)
	return issuer
}

// issuerOf is the one chain whose issuer ends at that instant.
func (b *builder) issuerOf(end time.Time) (fps []string, why string) {
	var found pki.Chain
	crossed := false
	for _, i := range b.Known.Issuers {
		chain := b.chain(i.Chain)
		if len(chain) == 0 || chain[0].NotAfter.Sub(end).Abs() > ttlApart {
			continue
		}
		if found != nil && found[0].Fingerprint() != chain[0].Fingerprint() {
			return nil, fmt.Sprintf("two issuers end at about %s", text(end))
		}
		crossed = crossed || i.Crossed || found != nil && !found.Equal(chain)
		found = chain
	}
	switch {
	case found == nil:
		return nil, fmt.Sprintf("its issuer ends at %s, and no known issuer does", text(end))
	case found[0].NotAfter.Sub(end).Abs() > ttlTolerance:
		return nil, fmt.Sprintf("its issuer ends at %s, and the nearest known one at %s", text(end), text(found[0].NotAfter))
	case crossed:
		return nil, "its metric does not tell the issuer alone from the issuer with a cross certificate behind it"
	}
	return b.fingerprints(string(found.Marshal())), ""
}
