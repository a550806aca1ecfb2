package rotation

import "slices"

// place is where a set of proxies is.
type place struct{ group, namespace, workload string }

func (e Endpoint) place() place { return place{e.Group, e.Namespace, e.Workload} }

// Beyond is what an observation shows and a newer one does not speak of: there it is still
// the newest that is known. A newer one speaks of a pod that it has no row for where it
// saw the whole group, or as many pods at the same place.
func (o *Observation) Beyond(newer *Observation) *Observation {
	if newer.hearsay && !o.hearsay {
		return o
	}
	rest := *o
	rest.ControlPlane = o.ControlPlane.beyond(newer)
	rest.Identity = o.replicasBeyond(newer)
	bundles := newer.shownAt(func(e Endpoint) bool { return e.Bundle != nil })
	chains := newer.shownAt(func(e Endpoint) bool { return e.Chain != nil || e.NoChain })
	rest.Endpoints = slices.Clone(o.Endpoints)
	for i, e := range rest.Endpoints {
		if bundles(e) {
			rest.Endpoints[i].Bundle = nil
		}
		if chains(e) {
			rest.Endpoints[i].Chain, rest.Endpoints[i].NoChain = nil, false
		}
	}
	rest.Webhooks = o.hooksBeyond(newer)
	return &rest
}

// Shows reports whether an observation shows anything that a gate could look at.
func (o *Observation) Shows() bool {
	d := o.ControlPlane
	return d.TrustRoots != nil || d.Issuer != nil ||
		slices.ContainsFunc(d.Injectors, func(in Injector) bool { return in.Bundle != nil }) ||
		slices.ContainsFunc(o.Identity, func(r Replica) bool { return r.Bundle != nil || r.Issuer != nil }) ||
		slices.ContainsFunc(o.Endpoints, func(e Endpoint) bool { return e.Bundle != nil || e.Chain != nil }) ||
		slices.ContainsFunc(o.Webhooks, func(h Hook) bool { return h.CABundle != nil || h.Served != nil || h.Serving != nil })
}

func (d Delivery) beyond(newer *Observation) Delivery {
	if newer.ControlPlane.TrustRoots != nil {
		d.TrustRoots = nil
	}
	if newer.ControlPlane.Issuer != nil {
		d.Issuer = nil
	}
	if newer.unseenInjectors() == "" {
		d.Injectors = nil
	}
	d.Injectors = slices.DeleteFunc(slices.Clone(d.Injectors), func(in Injector) bool {
		return slices.ContainsFunc(newer.ControlPlane.Injectors, func(n Injector) bool { return n.Pod == in.Pod && n.Bundle != nil })
	})
	return d
}

// replicasBeyond: a replica that restarts has another name.
func (o *Observation) replicasBeyond(newer *Observation) []Replica {
	seen := newer.unseenReplicas() == ""
	spoken := func(pod string, shown func(Replica) bool) bool {
		return seen && !slices.ContainsFunc(newer.Identity, func(n Replica) bool { return !shown(n) }) ||
			slices.ContainsFunc(newer.Identity, func(n Replica) bool { return n.Pod == pod && shown(n) })
	}
	rest := slices.Clone(o.Identity)
	for i, r := range rest {
		if spoken(r.Pod, func(n Replica) bool { return n.Bundle != nil }) {
			rest[i].Bundle = nil
		}
		if spoken(r.Pod, func(n Replica) bool { return n.Issuer != nil }) {
			rest[i].Issuer = nil
		}
	}
	return rest
}

// shownAt reports of a row of an older observation whether this one shows the fact for
// the same pods.
func (o *Observation) shownAt(fact func(Endpoint) bool) func(Endpoint) bool {
	pods, lacking := map[place]int{}, map[string]bool{}
	for _, e := range o.Endpoints {
		if fact(e) {
			pods[e.place()] += e.Pods()
		} else {
			lacking[e.Group] = true
		}
	}
	return func(e Endpoint) bool {
		return o.covers(e.Group) && !lacking[e.Group] || pods[e.place()] >= e.Pods()
	}
}

func (o *Observation) hooksBeyond(newer *Observation) []Hook {
	rest := slices.Clone(o.Webhooks)
	for i, h := range rest {
		for _, n := range newer.Webhooks {
			if n.Name != h.Name {
				continue
			}
			if n.CABundle != nil {
				rest[i].CABundle = nil
			}
			if n.Served != nil || n.Serving != nil {
				rest[i].Served, rest[i].Serving = nil, nil
			}
		}
	}
	return rest
}
