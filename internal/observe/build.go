package observe

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// builder turns one reading into an observation.
type builder struct {
	Reading
	o     *rotation.Observation
	certs map[string]pki.Certificate // that were seen, by fingerprint
	known map[string]bool            // fingerprints that the state has
	// trust is the bundle of the ConfigMap, and changed when it last changed.
	trust   []string
	changed time.Time
	hashes  map[string][]string
	read    map[string][]string // fingerprints by PEM text
	// fromPods is the size of the different bundles and chains of pods, in bytes.
	fromPods int
	gaps     []Gap
	counts   map[Gap]int
	facts    map[rotation.Fact]bool
}

// Build makes the observation, and lists what it does not show. The observation
// can be read back by [rotation.ParseObservation].
func Build(r Reading) (*rotation.Observation, []Gap) {
	b := newBuilder(r)
	b.addInjectors()
	b.addReplicas()
	b.addEvents()
	b.addMesh()
	b.addPods()
	b.addHooks()
	b.finish()
	return b.o, b.gaps
}

// newBuilder has read what everything else is judged by.
func newBuilder(r Reading) *builder {
	b := &builder{
		Reading: r, certs: map[string]pki.Certificate{}, known: map[string]bool{}, hashes: map[string][]string{}, read: map[string][]string{},
		gaps: slices.Clone(r.Gaps), counts: map[Gap]int{}, facts: map[rotation.Fact]bool{},
		o: &rotation.Observation{APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: r.Cluster, At: text(r.At)},
	}
	for _, pem := range r.Known.Certificates {
		for _, c := range b.chain(pem) {
			b.known[c.Fingerprint()] = true
		}
	}
	b.readTrustRoots()
	b.readIssuer()
	b.readHashes()
	return b
}

func text(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

func (b *builder) gap(what, format string, args ...any) {
	b.gaps = append(b.gaps, Gap{what, fmt.Sprintf(format, args...)})
}

// count collects gaps of many pods under one reason.
func (b *builder) count(what, why string) { b.counts[Gap{what, why}]++ }

func (b *builder) fact(name, group, source, exactness string) {
	b.facts[rotation.Fact{Fact: name, Group: group, Source: source, Exactness: exactness}] = true
}

// fingerprints of the certificates in PEM, nil if it cannot be read as such.
func (b *builder) fingerprints(pem string) []string {
	list, done := b.read[pem]
	if !done {
		list = b.parse(pem)
		b.read[pem] = list
	}
	return list
}

func (b *builder) parse(pem string) []string {
	chain := b.chain(pem)
	if len(chain) == 0 {
		return nil
	}
	list := make([]string, len(chain))
	for i, c := range chain {
		list[i] = c.Fingerprint()
		b.certs[list[i]] = c
	}
	return list
}

// readTrustRoots reads what the control plane delivers.
func (b *builder) readTrustRoots() {
	source, from, bundle := "ConfigMap "+linkerd.TrustRoots, b.TrustRoots, ""
	switch {
	case b.TrustRoots != nil:
		bundle = b.TrustRoots.Data[linkerd.TrustRootsKey]
	case b.NoTrustRoots && b.Config != nil:
		source, from = "ConfigMap "+linkerd.Config, b.Config
		bundle = b.values().Lookup(manifest.At(linkerd.AnchorsValue)).Value()
	default:
		return // why it was not read is in the gaps
	}
	if b.trust = b.fingerprints(bundle); b.trust == nil {
		b.gap("the trust roots", "%s has no certificates that can be read", source)
		return
	}
	b.o.ControlPlane.TrustRoots = b.trust
	b.fact("trust-roots", "", source, rotation.ExactFact)
	b.changed = from.Metadata.changed()
	if b.changed.IsZero() || b.changed.After(b.At) {
		b.changed = time.Time{}
		b.gap("when the trust roots changed", "%s has no managedFields with a time before the observation", source)
		return
	}
	b.o.ControlPlane.TrustRootsChanged = text(b.changed)
}

// values is the chart's values in linkerd-config, nil if they cannot be read.
func (b *builder) values() *manifest.Node {
	if b.Config == nil {
		return nil
	}
	root, err := manifest.Parse([]byte(b.Config.Data[linkerd.ConfigValues]))
	if err != nil {
		return nil
	}
	return root
}

// readIssuer reads the issuer that the chart was given. The Secret itself is never
// read, for it has the key.
func (b *builder) readIssuer() {
	crt := b.values().Lookup(manifest.Dotted(linkerd.IssuerCertValue)).Value()
	if b.o.ControlPlane.Issuer = b.fingerprints(crt); b.o.ControlPlane.Issuer == nil {
		return
	}
	b.fact("issuer-secret", "", "ConfigMap "+linkerd.Config, rotation.InferredFact)
	b.Known.Issuers = append(b.Known.Issuers, Issuer{crt, len(b.o.ControlPlane.Issuer) > 1})
	if changed := b.Config.Metadata.changed(); !changed.IsZero() && !changed.After(b.At) {
		b.o.ControlPlane.IssuerChanged = text(changed)
	}
}

// addHooks reads the CA bundles of the webhooks, and what their pods were seen to serve.
func (b *builder) addHooks() {
	for _, key := range state.WebhookKeys {
		config, listed := b.Hooks[key]
		if !listed {
			continue
		}
		hook := rotation.Hook{Name: key}
		list := [][]byte{config.Spec.CABundle}
		if len(config.Webhooks) > 0 {
			list = nil
			for _, w := range config.Webhooks {
				list = append(list, w.ClientConfig.CABundle)
			}
		}
		hook.CABundle = b.common(list)
		if hook.CABundle != nil {
			b.fact("ca-bundles", "", "webhook configurations", rotation.ExactFact)
		}
		row, _ := linkerd.WebhookOf(key)
		for _, p := range b.Pods {
			if Answers(p, row) {
				hook.Pods++
			}
		}
		hook.Serving = b.serving(key)
		b.o.Webhooks = append(b.o.Webhooks, hook)
	}
}

// Answers reports whether a pod answers for a webhook.
func Answers(p Pod, w linkerd.Webhook) bool { return slices.Contains(w.Deployments, p.deployment()) }

// serving counts the pods of a webhook by the chain that they present.
func (b *builder) serving(key string) (list []rotation.Serving) {
	for _, uid := range slices.Sorted(maps.Keys(b.ServedBy[key])) {
		chain := b.fingerprints(b.ServedBy[key][uid])
		if chain == nil {
			b.gap("the certificate that webhook "+key+" serves", "what a pod presents cannot be read as certificates")
			continue
		}
		b.fact("webhook-chains", "", "TLS", rotation.ExactFact)
		if i := slices.IndexFunc(list, func(s rotation.Serving) bool { return slices.Equal(s.Chain, chain) }); i >= 0 {
			list[i].Count++
			continue
		}
		list = append(list, rotation.Serving{Chain: chain, Count: 1})
	}
	return list
}

// common are the certificates that every entry of a configuration has.
func (b *builder) common(bundles [][]byte) []string {
	all := b.fingerprints(string(bundles[0]))
	for _, other := range bundles[1:] {
		fps := b.fingerprints(string(other))
		all = slices.DeleteFunc(slices.Clone(all), func(fp string) bool { return !slices.Contains(fps, fp) })
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// finish adds what is collected over all: certificates, facts and gaps, in order.
func (b *builder) finish() {
	for gap, n := range b.counts {
		b.gaps = append(b.gaps, Gap{gap.What + " of " + Counted(n, "pod"), gap.Why})
	}
	order.By(b.gaps, func(x, y Gap) int { return cmp.Or(cmp.Compare(x.What, y.What), cmp.Compare(x.Why, y.Why)) })
	b.gaps = slices.Compact(b.gaps)
	for f := range b.facts {
		b.o.Facts = append(b.o.Facts, f)
	}
	order.By(b.o.Facts, func(x, y rotation.Fact) int {
		return cmp.Or(slices.Index(rotation.FactNames, x.Fact)-slices.Index(rotation.FactNames, y.Fact), cmp.Compare(x.Group, y.Group),
			cmp.Compare(x.Source, y.Source))
	})
	var strangers pki.Chain
	for fp, c := range b.certs {
		if !b.known[fp] {
			strangers = append(strangers, c)
		}
	}
	order.By(strangers, func(x, y pki.Certificate) int { return cmp.Compare(x.Fingerprint(), y.Fingerprint()) })
	if len(strangers) > 0 {
		b.o.Certificates = string(strangers.Marshal()) + "\n"
	}
}
