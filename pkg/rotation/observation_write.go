package rotation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// observationDocument is the second form of an observation. Bundles and chains
// are listed once and named; the rows refer to their names, so that ten thousand
// pods take a few lines each kind of row.
type observationDocument struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Cluster    string `json:"cluster"`
	At         string `json:"at"`
	// Coverage is how many pods of each group there are.
	Coverage     []Coverage       `json:"coverage"`
	Mesh         Mesh             `json:"mesh,omitzero"`
	Facts        []Fact           `json:"facts,omitempty"`
	Bundles      []namedSet       `json:"bundles,omitempty"`
	Chains       []namedSet       `json:"chains,omitempty"`
	Certificates string           `json:"certificates,omitempty"`
	ControlPlane deliveryDocument `json:"controlPlane,omitzero"`
	Identity     []replicaRow     `json:"identity,omitempty"`
	Endpoints    []endpointRow    `json:"endpoints,omitempty"`
	Webhooks     []hookRow        `json:"webhooks,omitempty"`
}

// namedSet is a bundle or a chain: fingerprints under a name of this document.
type namedSet struct {
	Name         string   `json:"name"`
	Certificates []string `json:"certificates"`
}

type deliveryDocument struct {
	TrustRoots        string        `json:"trustRoots,omitempty"`
	TrustRootsChanged string        `json:"trustRootsChanged,omitempty"`
	Issuer            string        `json:"issuer,omitempty"`
	IssuerChanged     string        `json:"issuerChanged,omitempty"`
	Injectors         []injectorRow `json:"injectors,omitempty"`
}

type injectorRow struct {
	Pod    string `json:"pod"`
	Bundle string `json:"bundle,omitempty"`
}

type replicaRow struct {
	Pod    string `json:"pod"`
	Bundle string `json:"bundle,omitempty"`
	Issuer string `json:"issuer,omitempty"`
}

// endpointRow is the proxies of a group that hold and serve the same.
type endpointRow struct {
	Group  string `json:"group"`
	Bundle string `json:"bundle,omitempty"`
	// Chain is a name, noChain for pods that serve none yet, or absent.
	Chain string    `json:"chain,omitempty"`
	Leaf  LeafTimes `json:"leaf,omitzero"`
	// Pods says where they are and how many: "NAMESPACE[/WORKLOAD] [COUNT]".
	Pods []string `json:"pods"`
}

// noChain is the chain of a pod that has just started and has no leaf yet.
const noChain = "none"

type hookRow struct {
	Name     string       `json:"name"`
	CABundle string       `json:"caBundle,omitempty"`
	Pods     total        `json:"pods,omitempty"`
	Serving  []servingRow `json:"serving,omitempty"`
}

type servingRow struct {
	Chain string `json:"chain"`
	Count int    `json:"count,omitempty"`
}

// MarshalJSON writes an observation in the form of its version.
func (o *Observation) MarshalJSON() ([]byte, error) {
	if o.counted() {
		return json.Marshal(o.document())
	}
	type firstForm Observation
	return json.Marshal((*firstForm)(o))
}

// MarshalObservation is the text of an observation file: JSON, which is YAML
// too, one value per line.
func MarshalObservation(o *Observation) ([]byte, error) {
	text, err := json.MarshalIndent(o, "", " ")
	return append(text, '\n'), err
}

// names gives each set of fingerprints a name, in the order of their first use.
type names struct {
	prefix string
	known  map[string]string
	sets   []namedSet
}

func (n *names) of(fps []string) string {
	if fps == nil {
		return ""
	}
	key := strings.Join(fps, " ")
	name, ok := n.known[key]
	if !ok {
		name = fmt.Sprintf("%s-%d", n.prefix, len(n.sets)+1)
		n.known[key] = name
		n.sets = append(n.sets, namedSet{name, fps})
	}
	return name
}

// document is the observation in its second form.
func (o *Observation) document() observationDocument {
	bundles, chains := &names{"bundle", map[string]string{}, nil}, &names{"chain", map[string]string{}, nil}
	d := observationDocument{
		APIVersion: o.APIVersion, Kind: o.Kind, Cluster: o.Cluster, At: o.At,
		Coverage: o.Coverage, Mesh: o.Mesh, Facts: o.Facts, Certificates: o.Certificates,
	}
	if d.Coverage == nil {
		d.Coverage = []Coverage{}
	}
	c := o.ControlPlane
	d.ControlPlane = deliveryDocument{
		TrustRoots: bundles.of(c.TrustRoots), TrustRootsChanged: c.TrustRootsChanged,
		Issuer: chains.of(c.Issuer), IssuerChanged: c.IssuerChanged,
	}
	for _, in := range c.Injectors {
		d.ControlPlane.Injectors = append(d.ControlPlane.Injectors, injectorRow{in.Pod, bundles.of(in.Bundle)})
	}
	for _, r := range o.Identity {
		d.Identity = append(d.Identity, replicaRow{r.Pod, bundles.of(r.Bundle), chains.of(r.Issuer)})
	}
	for _, e := range o.Endpoints {
		d.addEndpoint(e, bundles.of(e.Bundle), chains.of(e.Chain))
	}
	for _, h := range o.Webhooks {
		row := hookRow{Name: h.Name, CABundle: bundles.of(h.CABundle), Pods: total(h.Pods)}
		for _, s := range h.Serving {
			row.Serving = append(row.Serving, servingRow{chains.of(s.Chain), s.Count})
		}
		d.Webhooks = append(d.Webhooks, row)
	}
	d.Bundles, d.Chains = bundles.sets, chains.sets
	return d
}

// addEndpoint adds a row, or pods to the row of those that hold and serve the same.
func (d *observationDocument) addEndpoint(e Endpoint, bundle, chain string) {
	if e.NoChain {
		chain = noChain
	}
	row := endpointRow{Group: e.Group, Bundle: bundle, Chain: chain, Leaf: e.Leaf}
	i := slices.IndexFunc(d.Endpoints, func(r endpointRow) bool {
		return r.Group == row.Group && r.Bundle == row.Bundle && r.Chain == row.Chain && r.Leaf == row.Leaf
	})
	if i < 0 {
		i, d.Endpoints = len(d.Endpoints), append(d.Endpoints, row)
	}
	d.Endpoints[i].Pods = append(d.Endpoints[i].Pods, podsText(e))
}
