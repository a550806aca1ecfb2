package observe

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// A planted cluster lives through a rotation, event by event: ConfigMaps and
// Secrets come late, mounts lag behind, replicas miss reloads, pods restart, leaves
// are renewed. At some instants it is read as the API, the metrics and the proxies
// would show it, with what a collector may miss, and as it really is.

const (
	life    = 24*time.Hour + 20*time.Second
	realLag = 2 * time.Minute // of mounts; linkerd.MountLag leaves room
)

// version is what a ConfigMap or Secret had from an instant on.
type version[T any] struct {
	at    time.Time
	value T
}

// old draws a version that a copy may have: the one in force, or one that was
// until shortly before.
func old[T any](r *rand.Rand, all []version[T], at time.Time) T {
	i := len(all) - 1
	for i > 0 && all[i].at.Add(realLag).After(at) && r.IntN(2) == 0 {
		i--
	}
	return all[i].value
}

type plantedPod struct {
	name, namespace, workload, uid string
	component                      string
	created, started               time.Time
	bundle                         pki.Bundle
	chain                          pki.Chain // nil: it serves none
	issued                         time.Time
	stuck                          bool
	// whole: of 2.10, without the annotation. stopped: its proxy does not run.
	whole, stopped bool
	newline        bool // of 2.12.0
}

type plantedReplica struct {
	pod     *plantedPod
	bundle  pki.Bundle
	issuer  pki.Chain
	started time.Time
}

type planted struct {
	r        *rand.Rand
	at       time.Time
	roots    []version[pki.Bundle]
	secret   []version[pki.Chain]
	mounts   []pki.Bundle // of injectors
	inject   []*plantedPod
	replicas []*plantedReplica
	pods     []*plantedPod // proxies, without those of injectors and replicas
	serial   int
	skew     time.Duration // of nodes' clocks
	uncross  bool          // identity gets issuers without their cross certificate
	// dial and certify are how many of 8 proxies and replicas are asked for their chain.
	dial, certify int
	parsed        map[string]pki.Chain
}

// askedOf draws of how many of 8 a chain is asked: of most clusters, of none.
func askedOf(r *rand.Rand) int { return []int{4, 8, 0}[min(r.IntN(48), 2)] }

func plant(r *rand.Rand, first step) *planted {
	p := &planted{r: r, at: first.at}
	p.roots = []version[pki.Bundle]{{first.at, first.material.Bundle}}
	p.secret = []version[pki.Chain]{{first.at, first.material.Issuer}}
	p.skew = time.Duration(r.IntN(240)-120) * time.Second
	p.uncross = r.IntN(4) == 0
	p.dial, p.certify = askedOf(r), askedOf(r)
	for i := range 1 + r.IntN(2) {
		pod := p.pod(linkerd.Namespace, "deploy/linkerd-identity", linkerd.ComponentIdentity)
		p.replicas = append(p.replicas, &plantedReplica{pod, first.material.Bundle, first.material.Issuer, p.at})
		_ = i
	}
	for _, replica := range p.replicas {
		p.leaf(replica.pod)
	}
	for range 1 + r.IntN(2) {
		pod := p.pod(linkerd.Namespace, "deploy/linkerd-proxy-injector", linkerd.ComponentInjector)
		p.leaf(pod)
		p.inject, p.mounts = append(p.inject, pod), append(p.mounts, first.material.Bundle)
	}
	for i := range 1 + r.IntN(4) {
		pod := p.pod(fmt.Sprint("shop", r.IntN(2)), fmt.Sprint("deploy/cart", i%2), "")
		p.leaf(pod)
		p.pods = append(p.pods, pod)
	}
	return p
}

// pod makes a pod that starts now.
func (p *planted) pod(namespace, workload, component string) *plantedPod {
	p.serial++
	_, name, _ := strings.Cut(workload, "/")
	pod := &plantedPod{
		namespace: namespace, workload: workload, component: component, name: fmt.Sprintf("%s-5d4f-%d", name, p.serial), uid: fmt.Sprint("uid-", p.serial),
		created: p.at, started: p.at.Add(time.Duration(p.r.IntN(20)) * time.Second), whole: p.r.IntN(4) == 0, newline: p.r.IntN(4) == 0,
	}
	pod.bundle = old(p.r, p.roots, p.at)
	if component == "" && len(p.mounts) > 0 {
		pod.bundle = p.mounts[p.r.IntN(len(p.mounts))]
	}
	return pod
}

func (p *planted) leaf(pod *plantedPod) {
	pod.chain, pod.issued = p.replicas[p.r.IntN(len(p.replicas))].issuer, p.at
}

// delivered draws what the Secret's copies have.
func (p *planted) delivered() pki.Chain {
	chain := old(p.r, p.secret, p.at)
	if p.uncross && len(chain) > 1 && p.r.IntN(2) == 0 {
		return chain[:1]
	}
	return chain
}

// event lets something happen.
func (p *planted) event() {
	replica := p.replicas[p.r.IntN(len(p.replicas))]
	switch p.r.IntN(8) {
	case 0, 1: // a pod is replaced
		i := p.r.IntN(len(p.pods))
		pod := p.pod(p.pods[i].namespace, p.pods[i].workload, "")
		if p.leaf(pod); p.r.IntN(8) == 0 {
			pod.stopped, pod.whole, pod.chain = true, true, nil
		}
		p.pods[i] = pod
	case 2: // a leaf is renewed
		if pod := p.pods[p.r.IntN(len(p.pods))]; !pod.stopped {
			p.leaf(pod)
		}
	case 3: // identity reloads
		replica.issuer = p.delivered()
	case 4: // identity's container starts again
		replica.started, replica.bundle, replica.issuer = p.at, old(p.r, p.roots, p.at), p.delivered()
	case 5: // a replica is replaced, or only the container of its proxy starts again
		if p.r.IntN(2) == 0 {
			replica.pod.started, replica.pod.bundle = p.at, old(p.r, p.roots, p.at)
			break
		}
		replica.pod = p.pod(linkerd.Namespace, "deploy/linkerd-identity", linkerd.ComponentIdentity)
		p.leaf(replica.pod)
		// File and environment come from the same copy of the ConfigMap.
		replica.started, replica.bundle, replica.issuer = replica.pod.started, replica.pod.bundle, p.delivered()
	case 6: // a proxy fails to renew
		p.pods[p.r.IntN(len(p.pods))].stuck = true
	case 7:
		i := p.r.IntN(len(p.inject))
		p.inject[i] = p.pod(linkerd.Namespace, "deploy/linkerd-proxy-injector", linkerd.ComponentInjector)
		p.leaf(p.inject[i])
		p.mounts[i] = p.inject[i].bundle
	}
}

// wait lets time go by in which mounts follow: none has what was replaced longer
// ago than realLag.
func (p *planted) wait(d time.Duration) {
	p.at = p.at.Add(d)
	for i, mount := range p.mounts {
		if p.r.IntN(2) == 0 || !p.recent(mount) {
			p.mounts[i] = old(p.r, p.roots, p.at)
		}
	}
}

func (p *planted) recent(mount pki.Bundle) bool {
	for i := len(p.roots) - 1; ; i-- {
		if p.roots[i].value.Equal(mount) {
			return true
		}
		if i == 0 || !p.roots[i].at.Add(realLag).After(p.at) {
			return false
		}
	}
}

// pass lets time go by: mounts follow, and leaves are renewed or end.
func (p *planted) pass(d time.Duration) {
	for end := p.at.Add(d); p.at.Before(end); {
		step := min(end.Sub(p.at), time.Duration(1+p.r.IntN(6))*time.Hour)
		p.wait(step)
		for _, pod := range p.proxies() {
			age := p.at.Sub(pod.issued)
			switch {
			case pod.chain == nil:
			case age >= life:
				pod.chain = nil
			case age > life*7/10 && !pod.stuck:
				p.leaf(pod)
			}
		}
	}
}

// proxies are all pods with one.
func (p *planted) proxies() []*plantedPod {
	list := append(slices.Clone(p.inject), p.pods...)
	for _, r := range p.replicas {
		list = append(list, r.pod)
	}
	return list
}

// truth is the cluster as it is.
func (p *planted) truth() *rotation.Observation {
	o := &rotation.Observation{APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: "prod", At: text(p.at)}
	roots := p.roots[len(p.roots)-1]
	o.ControlPlane = rotation.Delivery{TrustRoots: fps(roots.value.Certificates()), TrustRootsChanged: text(roots.at)}
	for i, pod := range p.inject {
		o.ControlPlane.Injectors = append(o.ControlPlane.Injectors, rotation.Injector{Pod: pod.name, Bundle: fps(p.mounts[i].Certificates())})
	}
	for _, r := range p.replicas {
		o.Identity = append(o.Identity, rotation.Replica{Pod: r.pod.name, Bundle: fps(r.bundle.Certificates()), Issuer: fps(r.issuer)})
	}
	for _, pod := range p.proxies() {
		e := rotation.Endpoint{Group: rotation.GroupProxies, Namespace: pod.namespace, Bundle: fps(pod.bundle.Certificates()), NoChain: pod.chain == nil}
		if pod.namespace == linkerd.Namespace {
			e.Group = rotation.GroupControlPlane
		}
		if pod.chain != nil {
			e.Chain = fps(pod.chain)
		}
		o.Endpoints = append(o.Endpoints, e)
	}
	countAll(o, 0)
	return o
}

// reading is the cluster as a collector reads it; missed is how much it misses,
// out of 8.
func (p *planted) reading(known Known, missed int) Reading {
	misses := func() bool { return p.r.IntN(8) < missed && p.r.IntN(4) == 0 }
	r := Reading{Cluster: "prod", Namespace: linkerd.Namespace, Known: known, Served: p.at, At: p.at, Listed: !misses(), Replicas: map[string]Reply{}, ProxyBundles: map[string]string{}, Texts: map[string]string{},
		Presented: map[string]string{}, Certified: map[string]string{}, parsed: p.parsed}
	if p.r.IntN(3) == 0 {
		r.Injected = pemOf(p.mounts[p.r.IntN(len(p.mounts))])
	}
	roots := p.roots[len(p.roots)-1]
	if !misses() {
		r.TrustRoots = &ConfigMap{Data: map[string]string{linkerd.TrustRootsKey: pemOf(roots.value)}}
		if !misses() {
			r.TrustRoots.Metadata.ManagedFields = []ManagedFields{{roots.at}}
		}
	}
	if !misses() {
		zero := 0
		r.Externals = &zero
	}
	r.Injectors, r.Identities = []Pod{}, []Pod{}
	for _, pod := range p.inject {
		p.read(&r, pod, nil, misses)
	}
	for _, replica := range p.replicas {
		p.read(&r, replica.pod, replica, misses)
		if p.r.IntN(8) < p.certify {
			r.Certified[replica.pod.uid] = certified(replica.issuer, p.r.IntN(2) == 0)
		}
		if !misses() {
			ttl := replica.issuer[0].NotAfter.Sub(p.at).Seconds()
			r.Replicas[replica.pod.uid] = Reply{fmt.Appendf(nil, "# TYPE %[1]s gauge\n%[1]s %[2]f\n", linkerd.IssuerTTLMetric, ttl), p.at}
		}
	}
	for _, pod := range p.pods {
		p.read(&r, pod, nil, misses)
	}
	if misses() {
		r.Injectors = nil
	}
	if misses() {
		r.Identities = nil
	}
	return r
}

// read adds a pod as the API has it.
func (p *planted) read(r *Reading, pod *plantedPod, replica *plantedReplica, misses func() bool) {
	whole := pod.whole || pod.component != ""
	read, ok := PodOf(p.object(pod, replica), linkerd.Namespace, whole)
	if !ok {
		panic("a pod without a proxy")
	}
	if misses() {
		read.Hash, read.Whole, read.Bundle = "", false, ""
	}
	if pod.chain != nil && p.r.IntN(8) < p.dial {
		read.Identity = leafName
		r.Presented[pod.uid] = presented(pod.chain, pod.issued.Add(life), p.r.IntN(2) == 0)
	}
	r.Pods = append(r.Pods, read)
	switch pod.component {
	case linkerd.ComponentInjector:
		r.Injectors = append(r.Injectors, read)
	case linkerd.ComponentIdentity:
		r.Identities = append(r.Identities, read)
	}
	if pod.component != "" && !misses() {
		r.ProxyBundles[pod.uid] = pemOf(pod.bundle)
	}
	if !whole && !misses() {
		r.Texts[read.Hash] = pemOf(pod.bundle)
	}
	if pod.chain != nil && p.r.IntN(2) == 0 {
		p.sample(r, pod)
	}
}

// sample adds what Prometheus has: perhaps of an earlier scrape, by the node's clock.
func (p *planted) sample(r *Reading, pod *plantedPod) {
	names := linkerd.LeafMetricsTable[p.r.IntN(len(linkerd.LeafMetricsTable))]
	scraped := pod.issued
	if p.r.IntN(4) == 0 {
		scraped = scraped.Add(-time.Duration(p.r.IntN(300)) * time.Second)
	}
	r.Samples = append(r.Samples, Sample{pod.namespace, pod.name, names.Expires, float64(scraped.Add(life).Unix())})
	if names.Refreshed != "" && p.r.IntN(8) > 0 {
		r.Samples = append(r.Samples, Sample{pod.namespace, pod.name, names.Refreshed, float64(scraped.Add(p.skew).Unix())})
	}
}

// object is the pod as the API has it.
func (p *planted) object(pod *plantedPod, replica *plantedReplica) (o PodObject) {
	bundle := pemOf(pod.bundle)
	annotations := map[string]string{linkerd.TrustRootHash: hashOf(bundle, pod.newline), linkerd.CreatedBy: linkerd.InjectorCreated + " v2.18"}
	if pod.component == "" && pod.whole {
		delete(annotations, linkerd.TrustRootHash)
	}
	env := EnvVar{Name: linkerd.TrustAnchorsEnv, Value: bundle}
	if pod.component != "" { // the annotation has the chart's value, not what the proxy got
		annotations[linkerd.TrustRootHash] = hashOf(pemOf(p.roots[len(p.roots)-1].value), false)
		env = fromConfigMap
	}
	containers, statuses := []Container{{Name: linkerd.ProxyContainer, Env: []EnvVar{env}}}, []ContainerStatus{running(linkerd.ProxyContainer, pod.started)}
	if pod.stopped {
		statuses[0].State.Running, statuses[0].State.Waiting = nil, &struct{}{}
	}
	if replica != nil {
		containers = append(containers, Container{Name: linkerd.IdentityContainer, Args: []string{"-identity-issuance-lifetime=24h0m0s", "-identity-clock-skew-allowance=20s"}})
		statuses = append(statuses, running(linkerd.IdentityContainer, replica.started))
	}
	o.Spec.Containers, o.Status.ContainerStatuses, o.Status.Phase = containers, statuses, "Running"
	if pod.newline { // native sidecars
		o.Spec.Containers, o.Spec.InitContainers = nil, containers
		o.Status.ContainerStatuses, o.Status.InitContainerStatuses = nil, statuses
	}
	_, name, _ := strings.Cut(pod.workload, "/")
	o.Metadata = Meta{
		Name: pod.name, Namespace: pod.namespace, UID: pod.uid, CreationTimestamp: pod.created, Annotations: annotations,
		Labels:          map[string]string{linkerd.Component: pod.component, "pod-template-hash": "5d4f"},
		OwnerReferences: []Owner{{Kind: "ReplicaSet", Name: name + "-5d4f", Controller: true}},
	}
	return o
}

// fromConfigMap is the variable of a proxy of the control plane.
var fromConfigMap = func() (e EnvVar) {
	text := fmt.Sprintf(`{"name":%q,"valueFrom":{"configMapKeyRef":{"name":%q,"key":%q}}}`, linkerd.TrustAnchorsEnv, linkerd.TrustRoots, linkerd.TrustRootsKey)
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		panic(err)
	}
	return e
}()

func running(name string, at time.Time) (s ContainerStatus) {
	s.Name = name
	s.State.Running = &struct {
		StartedAt time.Time `json:"startedAt"`
	}{at}
	return s
}
