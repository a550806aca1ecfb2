package linked

import (
	"maps"
	"net/http"
	"slices"
)

// pending are the things that will happen by themselves, in any order.
func (c *cluster) pending() (events []func()) {
	c.t.Helper()
	if roots := c.roots(); roots != c.mount {
		events = append(events, func() { c.mounted(roots) })
	}
	chain, key := c.issuer()
	renewing := false
	for _, p := range c.pods {
		if p.deployment != identity {
			continue
		}
		if p.issuer != chain {
			events = append(events, func() {
				p.issuer, p.key = chain, key
				c.publishIssuer(p)
			})
			continue
		}
		renewing = true
	}
	templates := c.templates()
	for _, p := range c.pods {
		if template := templates[[2]string{p.namespace, p.deployment}]; template != p.template {
			events = append(events, func() {
				c.restarts[p.namespace]++
				c.replace(p, template)
			})
		} else if renewing && p.behind() != chain {
			events = append(events, func() { c.certify(p, c.replica()) })
		}
	}
	return events
}

// mounted: the kubelets bring the mounts of the injector up to date.
func (c *cluster) mounted(roots string) {
	c.mount = roots
	c.write("roots.crt", roots)
}

// replica is whichever replica of identity answers a proxy.
func (c *cluster) replica() *pod {
	var all []*pod
	for _, p := range c.pods {
		if p.deployment == identity {
			all = append(all, p)
		}
	}
	return all[c.random.IntN(len(all))]
}

// replace starts another pod in the place of one, which ends.
func (c *cluster) replace(old *pod, template string) {
	c.t.Helper()
	path := "/api/v1/namespaces/" + old.namespace + "/pods/" + old.name + "?gracePeriodSeconds=0"
	if code, answer, err := c.Do(http.MethodDelete, path, "", nil); err != nil || code != http.StatusOK {
		c.t.Fatalf("DELETE %s: %d %v\n%.300s", path, code, err, answer)
	}
	p := c.start(old.namespace, old.deployment, template)
	c.pods[slices.Index(c.pods, old)] = p
	c.certify(p, c.replica())
}

// oneIn is how many events there are for each pod that crashes.
const oneIn = 6

// happen has one of the pending events happen, and sometimes a pod crash whose
// template is the Deployment's. It is false where nothing is pending.
func (c *cluster) happen() bool {
	c.t.Helper()
	events := c.pending()
	if len(events) == 0 {
		return false
	}
	if p := c.pods[c.random.IntN(len(c.pods))]; c.random.IntN(oneIn) == 0 &&
		c.templates()[[2]string{p.namespace, p.deployment}] == p.template {
		c.replace(p, p.template)
		return true
	}
	events[c.random.IntN(len(events))]()
	return true
}

// begin starts the pods of what was applied first.
func (c *cluster) begin() {
	c.t.Helper()
	c.mounted(c.roots())
	templates := c.templates()
	for _, at := range slices.SortedFunc(maps.Keys(templates), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) }) {
		for range max(1, replicas[at[1]]) {
			c.pods = append(c.pods, c.start(at[0], at[1], templates[at]))
		}
	}
	for _, p := range c.pods {
		c.certify(p, c.replica())
	}
}
