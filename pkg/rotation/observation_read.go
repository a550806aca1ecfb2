package rotation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// podsForm is where pods are and how many: "shop/deploy/cart 3", "shop 12",
// "shop/job/import" for one pod, and "- 6" where the namespace is not recorded.
var podsForm = lazy.New(`^(-|[a-z0-9]([-a-z0-9]*[a-z0-9])?)(/[^ ]+)?( [1-9][0-9]{0,8})?$`)

func podsText(e Endpoint) string {
	text := e.Namespace
	if text == "" {
		text = "-"
	}
	if e.Workload != "" {
		text += "/" + e.Workload
	}
	if n := e.Pods(); n > 1 {
		text += " " + strconv.Itoa(n)
	}
	return text
}

func (e *Endpoint) setPods(text string) {
	where, count, _ := strings.Cut(text, " ")
	e.Namespace, e.Workload, _ = strings.Cut(where, "/")
	if e.Namespace == "-" {
		e.Namespace = ""
	}
	e.Count = 1
	if n, err := strconv.Atoi(count); err == nil {
		e.Count = n
	}
}

// documentCheck resolves names and says what is wrong with a document.
type documentCheck struct {
	observationCheck
	bundles, chains map[string][]string
	instant         string // at
}

// observation is what the document says, and every problem of it.
func (d *observationDocument) observation() (*Observation, problem.List) {
	c := &documentCheck{instant: d.At}
	c.head(d.APIVersion, ObservationVersion, d.Kind, d.Cluster, d.At)
	c.certificates(d.Certificates)
	c.bundles, c.chains = c.sets("bundles", d.Bundles), c.sets("chains", d.Chains)
	o := &Observation{
		APIVersion: d.APIVersion, Kind: d.Kind, Cluster: d.Cluster, At: d.At,
		Coverage: d.Coverage, Mesh: d.Mesh, Facts: d.Facts, Certificates: d.Certificates,
	}
	c.facts(d.Facts)
	o.ControlPlane = d.ControlPlane.delivery(c)
	for i, r := range d.Identity {
		at := index("identity", i)
		o.Identity = append(o.Identity, Replica{r.Pod, c.resolve(c.bundles, at+".bundle", r.Bundle), c.resolve(c.chains, at+".issuer", r.Issuer)})
	}
	for i, row := range d.Endpoints {
		o.Endpoints = append(o.Endpoints, row.endpoints(c, index("endpoints", i))...)
	}
	for i, h := range d.Webhooks {
		o.Webhooks = append(o.Webhooks, h.hook(c, index("webhooks", i)))
		if slices.ContainsFunc(d.Webhooks[:i], func(other hookRow) bool { return other.Name == h.Name }) {
			c.add(index("webhooks", i), problem.ObservationDuplicate.With(h.Name))
		}
	}
	c.coverage(o)
	return o, c.problems
}

// sets reads named lists of fingerprints.
func (c *documentCheck) sets(list string, sets []namedSet) map[string][]string {
	byName := map[string][]string{}
	for i, s := range sets {
		at := index(list, i)
		if _, known := byName[s.Name]; known {
			c.add(at+".name", problem.ObservationDuplicate.With(s.Name))
		}
		if s.Name == "" || s.Name == noChain {
			c.add(at+".name", problem.ObservationSetName.With(s.Name))
		}
		c.fingerprints(at+".certificates", s.Certificates)
		byName[s.Name] = s.Certificates
	}
	return byName
}

// resolve is the fingerprints of a name; absent is unknown.
func (c *documentCheck) resolve(sets map[string][]string, at, name string) []string {
	if name == "" {
		return nil
	}
	fps, known := sets[name]
	if !known {
		c.add(at, problem.ObservationUnknownSet.With(name))
	}
	return fps
}

func (d deliveryDocument) delivery(c *documentCheck) Delivery {
	c.before("controlPlane.trustRootsChanged", d.TrustRootsChanged)
	c.before("controlPlane.issuerChanged", d.IssuerChanged)
	out := Delivery{
		TrustRoots: c.resolve(c.bundles, "controlPlane.trustRoots", d.TrustRoots), TrustRootsChanged: d.TrustRootsChanged,
		Issuer: c.resolve(c.chains, "controlPlane.issuer", d.Issuer), IssuerChanged: d.IssuerChanged,
	}
	for i, in := range d.Injectors {
		out.Injectors = append(out.Injectors, Injector{in.Pod, c.resolve(c.bundles, index("controlPlane.injectors", i)+".bundle", in.Bundle)})
	}
	return out
}

// endpoints are the rows of one set of proxies, one per entry of pods.
func (r endpointRow) endpoints(c *documentCheck, at string) []Endpoint {
	c.group(at+".group", r.Group, endpointGroups)
	e := Endpoint{Group: r.Group, Bundle: c.resolve(c.bundles, at+".bundle", r.Bundle), NoChain: r.Chain == noChain, Leaf: r.Leaf}
	if !e.NoChain {
		e.Chain = c.resolve(c.chains, at+".chain", r.Chain)
	}
	c.span(at+".leaf.expires", r.Leaf.Expires)
	c.span(at+".leaf.refreshed", r.Leaf.Refreshed)
	if e.NoChain && r.Leaf != (LeafTimes{}) {
		c.add(at+".leaf", problem.ObservationNoLeaf.With())
	}
	c.before(at+".leaf.refreshed.last", r.Leaf.Refreshed.Last)
	if len(r.Pods) == 0 {
		c.add(at+".pods", problem.ObservationNoPods.With())
	}
	var list []Endpoint
	for i, text := range r.Pods {
		if !podsForm.MatchString(text) {
			c.add(index(at+".pods", i), problem.ObservationPods.With(text))
			continue
		}
		e.setPods(text)
		list = append(list, e)
	}
	return list
}

func (h hookRow) hook(c *documentCheck, at string) Hook {
	if !slices.Contains(state.WebhookKeys, h.Name) {
		c.add(at+".name", problem.ObservationGroup.With(h.Name, strings.Join(state.WebhookKeys, ", ")))
	}
	out := Hook{Name: h.Name, CABundle: c.resolve(c.bundles, at+".caBundle", h.CABundle), Pods: int(h.Pods)}
	seen := 0
	for i, s := range h.Serving {
		serving := Serving{c.resolve(c.chains, index(at+".serving", i)+".chain", s.Chain), max(s.Count, 1)}
		seen += serving.Count
		out.Serving = append(out.Serving, serving)
	}
	if seen > out.Pods {
		c.add(at+".pods", problem.ObservationCoverage.With(h.Name, out.Pods, seen))
	}
	return out
}

// coverage: no group is counted twice, and none has more rows than pods.
func (c *documentCheck) coverage(o *Observation) {
	for i, cover := range o.Coverage {
		at := index("coverage", i)
		c.group(at+".group", cover.Group, append(slices.Clone(Groups), GroupInjectors))
		if slices.ContainsFunc(o.Coverage[:i], func(other Coverage) bool { return other.Group == cover.Group }) {
			c.add(at+".group", problem.ObservationDuplicate.With(cover.Group))
		}
		if rows := o.rows(cover.Group); rows > int(cover.Pods) {
			c.add(at+".pods", problem.ObservationCoverage.With(cover.Group, int(cover.Pods), rows))
		}
	}
	// One pod that is listed twice would stand in for one that is missing.
	c.podsOnce("identity", len(o.Identity), func(i int) string { return o.Identity[i].Pod })
	c.podsOnce("controlPlane.injectors", len(o.ControlPlane.Injectors), func(i int) string { return o.ControlPlane.Injectors[i].Pod })
}

func (c *documentCheck) podsOnce(list string, n int, pod func(int) string) {
	seen := map[string]bool{}
	for i := range n {
		if seen[pod(i)] {
			c.add(index(list, i)+".pod", problem.ObservationDuplicate.With(pod(i)))
		}
		seen[pod(i)] = true
	}
}

func (c *documentCheck) facts(facts []Fact) {
	for i, f := range facts {
		at := index("facts", i)
		c.group(at+".fact", f.Fact, FactNames)
		c.group(at+".exactness", f.Exactness, []string{ExactFact, InferredFact})
		if f.Group != "" {
			c.group(at+".group", f.Group, append(slices.Clone(Groups), GroupInjectors))
		}
		if strings.TrimSpace(f.Source) == "" {
			c.add(at+".source", problem.ObservationMissingKey.With("source"))
		}
	}
}

// before: an instant of the past, seen from the observation; absent is unknown.
func (c *documentCheck) before(at, instant string) {
	if instant == "" {
		return
	}
	t, ok := utc(instant)
	if end, known := utc(c.instant); !ok || known && t.After(end.Add(clocksDiffer)) {
		c.add(at, problem.ObservationInstant.With(instant))
	}
}

func (c *documentCheck) span(at string, s Span) {
	if s == (Span{}) {
		return
	}
	first, ok := utc(s.First)
	last, also := utc(s.Last)
	if !ok || !also || last.Before(first) {
		c.add(at, problem.ObservationInstant.With(fmt.Sprintf("%s to %s", s.First, s.Last)))
	}
}

func utc(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text)
	return t, err == nil && t.Location() == time.UTC
}
