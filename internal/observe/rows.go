package observe

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Hashes are the annotations linkerd.io/trust-root-sha256 that pods with a bundle
// may have: of its text without the last newline (2.12.1 and later), with it
// (2.12.0), and of the chart's value as it is (control plane, manual injection).
func Hashes(bundle string) []string {
	trimmed := strings.TrimRight(bundle, "\n")
	var list []string
	for _, variant := range []string{trimmed, trimmed + "\n", bundle} {
		sum := sha256.Sum256([]byte(variant))
		list = append(list, hex.EncodeToString(sum[:]))
	}
	return list
}

// readHashes resolves the annotations of pods whose spec was not read.
func (b *builder) readHashes() {
	learn := func(bundle string, read func(string) []string) {
		fps := read(bundle)
		if fps == nil {
			return
		}
		for _, hash := range Hashes(bundle) {
			b.hashes[hash] = fps
		}
	}
	if b.TrustRoots != nil {
		learn(b.TrustRoots.Data[linkerd.TrustRootsKey], b.fingerprints)
	}
	for _, hash := range slices.Sorted(maps.Keys(b.Texts)) {
		bundle := b.Texts[hash]
		if slices.Contains(Hashes(bundle), hash) { // the annotation of a pod with another bundle proves nothing
			learn(bundle, b.brought)
		}
	}
}

// Unresolved are the pods of which one has to be read as a whole: one per hash
// that the ConfigMap does not explain. Those without a hash all have to.
func Unresolved(pods []Pod, roots *ConfigMap) (one map[string][]Pod, all []Pod) {
	var known []string
	if roots != nil {
		known = Hashes(roots.Data[linkerd.TrustRootsKey])
	}
	one = map[string][]Pod{}
	for _, p := range pods {
		switch {
		case p.Whole || slices.Contains(known, p.Hash):
		case p.Hash == "":
			all = append(all, p)
		default:
			one[p.Hash] = append(one[p.Hash], p)
		}
	}
	return one, all
}

// bundleOf is the bundle of a pod's proxy, nil if unknown.
func (b *builder) bundleOf(p Pod) []string {
	switch {
	case p.Bundle != "":
		return b.brought(p.Bundle)
	case p.Group == rotation.GroupControlPlane:
		return b.heldByReference(p)
	case p.Whole: // its proxy reads the bundle from elsewhere, whatever the annotation says
		return nil
	}
	return b.hashes[p.Hash]
}

// heldByReference is the bundle of a proxy that reads it from the ConfigMap when
// its container starts. Its annotation has the chart's value, not what it read.
func (b *builder) heldByReference(p Pod) []string {
	if told := b.ProxyBundles[p.UID]; told != "" {
		return b.fingerprints(told)
	}
	if p.Refers && b.settledBy(p.Started) {
		return b.trust
	}
	return nil
}

// source says how the bundle of a pod is known.
func (b *builder) source(p Pod) (source, exactness string) {
	switch {
	case p.Bundle != "":
		return "environment of the container", rotation.ExactFact
	case b.ProxyBundles[p.UID] != "":
		return "env.json of the proxy", rotation.ExactFact
	case p.Refers:
		return "start of the container", rotation.InferredFact
	}
	return "pod annotation", rotation.ExactFact
}

// row is a set of pods of one workload that hold the same.
type row struct {
	group, namespace, workload, bundle, chain string
	stopped                                   bool
}

// dates are when the leaves of a row were issued at the earliest, and when the
// first and the last of them expires, in seconds; 0 if unknown. A gate asks
// whether every leaf is new, so nothing is lost by one date for all.
type dates struct{ since, first, last int64 }

// maxDates is how many different dates an observation may have before they are
// rounded: rows with the same dates are written as one.
const maxDates = 100

// spans are the widths to which dates are rounded, from fine to coarse.
var spans = []time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour}

// addPods adds a row for each set of pods that hold the same.
func (b *builder) addPods() {
	if b.Externals != nil {
		b.o.Count(rotation.GroupExternal, *b.Externals)
		if *b.Externals > 0 {
			b.gap("the external workloads", "there are %d, and what they hold is not in the API", *b.Externals)
		}
	}
	if !b.Listed {
		return
	}
	b.fact("pods", "", "list of pods", rotation.ExactFact)
	counts := map[string]int{}
	for _, p := range b.Pods {
		counts[p.Group]++
	}
	for _, group := range []string{rotation.GroupControlPlane, rotation.GroupProxies, rotation.GroupGateways, rotation.GroupExtensions} {
		b.o.Count(group, counts[group])
	}
	b.addRows(b.rows(b.holdings()))
}

// holding is a pod with what is known of it.
type holding struct {
	Pod
	bundle, chain []string
	leaf          leaf
}

func (b *builder) holdings() []holding {
	life := b.life()
	leaves := newLeaves(b.Samples)
	var list []holding
	for _, p := range b.Pods {
		h := holding{Pod: p, bundle: b.bundleOf(p), leaf: leaves.of(p, life, b.At)}
		if chain, seen := b.presented(p); chain != nil {
			h.chain, h.leaf = chain, seen
			b.fact("chains", p.Group, "TLS", rotation.ExactFact)
		}
		if h.leaf.since.Before(b.At.Add(-2*life)) || h.leaf.since.After(b.At) {
			h.leaf.since = time.Time{} // a leaf of that age has ended, or a clock is wrong
		}
		if h.bundle == nil {
			b.count("the bundle", b.why(p))
		} else {
			source, exactness := b.source(p)
			b.fact("bundles", p.Group, source, exactness)
		}
		switch {
		case p.Stopped, h.leaf.since.IsZero():
		case h.chain != nil:
			b.fact("leaves", p.Group, "TLS", rotation.ExactFact)
		case h.leaf.measured:
			b.fact("leaves", p.Group, "Prometheus", rotation.ExactFact)
		default:
			b.fact("leaves", p.Group, "creation of the pod", rotation.InferredFact)
		}
		list = append(list, h)
	}
	return list
}

// why says why the bundle of a pod is unknown.
func (b *builder) why(p Pod) string {
	where := fmt.Sprintf("%s in %s", p.Workload, p.Namespace)
	switch {
	case p.Refers && p.Group == rotation.GroupControlPlane:
		return where + ": " + b.stale(p.Started)
	case b.leftOut(cmp.Or(p.Bundle, b.Texts[p.Hash])) != "":
		return where + ": " + b.leftOut(cmp.Or(p.Bundle, b.Texts[p.Hash]))
	case p.Bundle != "":
		return where + ": it cannot be read as certificates"
	case p.Whole:
		return where + ": its proxy does not get the bundle from where the injector or the chart put it"
	case p.Group == rotation.GroupControlPlane:
		return where + ": the pod was not read as a whole"
	case p.Hash == "":
		return where + ": the pod has no annotation " + linkerd.TrustRootHash + " and was not read as a whole"
	}
	return where + ": no pod was found that has the bundle of this hash"
}

// life is how long a leaf lives at most.
func (b *builder) life() time.Duration {
	life := b.Known.Lifetime + b.Known.Skew
	for _, p := range b.Pods {
		life = max(life, p.Lifetime+p.Skew)
	}
	return life
}

// counted is a row with its number of pods.
type counted struct {
	dates
	pods int
	// undated: the leaf of one of the pods has no known beginning.
	undated bool
}

func (b *builder) rows(held []holding) map[row]*counted {
	rows := map[row]*counted{}
	for _, h := range held {
		key := row{h.Group, h.Namespace, h.Workload, strings.Join(h.bundle, " "), strings.Join(h.chain, " "), h.Stopped}
		c := rows[key]
		if c == nil {
			c = &counted{}
			rows[key] = c
		}
		c.pods++
		if h.leaf.since.IsZero() {
			c.undated = true
		} else if at := h.leaf.since.Unix(); c.since == 0 || at < c.since {
			c.since = at
		}
		if h.leaf.expires.IsZero() {
			continue
		}
		at := h.leaf.expires.Unix()
		if c.first == 0 || at < c.first {
			c.first = at
		}
		c.last = max(c.last, at)
	}
	for key, c := range rows {
		if c.undated {
			c.since = 0
		}
		if key.stopped {
			c.dates = dates{}
		}
	}
	return rows
}

// rounded are the dates in spans of that width: none begins later or ends earlier.
func (d dates) rounded(width time.Duration) dates {
	n := int64(width / time.Second)
	down := func(t int64) int64 { return t - t%n }
	if d.since != 0 {
		d.since = max(down(d.since), 1)
	}
	if d.first != 0 {
		d.first, d.last = max(down(d.first), 1), down(d.last)+n-1
	}
	return d
}

// width is the finest one that leaves few enough different dates.
func width(rows map[row]*counted) time.Duration {
	for _, w := range spans {
		different := map[dates]bool{}
		for _, c := range rows {
			different[c.rounded(w)] = true
		}
		if len(different) <= maxDates {
			return w
		}
	}
	return spans[len(spans)-1]
}

func (b *builder) addRows(rows map[row]*counted) {
	w := width(rows)
	for key, c := range rows {
		d := c.rounded(w)
		e := rotation.Endpoint{Group: key.group, Namespace: key.namespace, Workload: key.workload, Count: c.pods, NoChain: key.stopped}
		if key.bundle != "" {
			e.Bundle = strings.Fields(key.bundle)
		}
		if key.chain != "" {
			e.Chain = strings.Fields(key.chain)
		}
		if d.since != 0 { // issued at some instant from then until now
			e.Leaf.Refreshed = rotation.Span{First: text(time.Unix(d.since, 0)), Last: text(b.At)}
		}
		if d.first != 0 {
			e.Leaf.Expires = rotation.Span{First: text(time.Unix(d.first, 0)), Last: text(time.Unix(d.last, 0))}
		}
		b.o.Endpoints = append(b.o.Endpoints, e)
	}
	groups := []string{rotation.GroupControlPlane, rotation.GroupProxies, rotation.GroupGateways, rotation.GroupExtensions}
	order.By(b.o.Endpoints, func(x, y rotation.Endpoint) int {
		return cmp.Or(slices.Index(groups, x.Group)-slices.Index(groups, y.Group), cmp.Compare(x.Namespace, y.Namespace),
			cmp.Compare(x.Workload, y.Workload),
			slices.Compare(x.Bundle, y.Bundle), slices.Compare(x.Chain, y.Chain), cmp.Compare(fmt.Sprint(x.NoChain), fmt.Sprint(y.NoChain)))
	})
}
