package client

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

const (
	everyPod = "/api/v1/pods"
	// fewNamespaces is up to how many namespaces are listed one by one where pods
	// have to be read as a whole.
	fewNamespaces = 20
	// sampled is how many pods with the same hash are tried: some may be gone, and
	// anybody can write an annotation.
	sampled = 10
)

// list lists all meshed pods: metadata only where that is enough.
func (c *collector) list(ctx context.Context) {
	var pods []observe.Pod
	err := c.api.pods(ctx, everyPod, c.selector(), metadataOnly, func(page []observe.PodObject) {
		pods = append(pods, c.meshed(page, false)...)
		c.say("listed %s", observe.Counted(len(pods), "pod"))
	}, func() { pods = nil })
	if err != nil {
		c.gap("the pods", err)
		return
	}
	control, err := c.controlPlane(ctx)
	if err != nil {
		c.gap("the control plane's pods", err)
		return
	}
	pods = replace(pods, control, func(p observe.Pod) bool { return p.Namespace == c.request.Namespace })
	if pods, err = c.wholes(ctx, pods); err != nil {
		c.gap("the pods that carry no hash of their bundle", err)
	}
	c.r.Pods, c.r.Listed = pods, true
	c.proxyBundles(ctx, control)
}

// replace takes the pods of a later list in place of those that it is about. One
// that the later list lacks is gone, or has no proxy.
func replace(pods, later []observe.Pod, about func(observe.Pod) bool) []observe.Pod {
	var list []observe.Pod
	for _, p := range pods {
		if !about(p) {
			list = append(list, p)
		}
	}
	return append(list, later...)
}

// wholes reads as a whole the pods whose metadata does not tell their bundle, and
// those that may not serve yet.
func (c *collector) wholes(ctx context.Context, pods []observe.Pod) ([]observe.Pod, error) {
	one, all := observe.Unresolved(pods, c.r.TrustRoots)
	if len(all) > 0 {
		later, err := c.wholeOf(ctx, all)
		if err != nil {
			return pods, err
		}
		unhashed := map[string]bool{}
		for _, p := range all {
			unhashed[p.UID] = true
		}
		var kept []observe.Pod
		for _, p := range later { // a pod that came since is not in the list, and is counted the next time
			if unhashed[p.UID] {
				kept = append(kept, p)
			}
		}
		pods = replace(pods, kept, func(p observe.Pod) bool { return unhashed[p.UID] })
	}
	for hash, list := range one {
		c.sample(ctx, hash, list)
	}
	return c.pending(ctx, pods)
}

// wholeOf lists whole pods of the namespaces that have some of them.
func (c *collector) wholeOf(ctx context.Context, pods []observe.Pod) ([]observe.Pod, error) {
	namespaces := map[string]bool{}
	for _, p := range pods {
		namespaces[p.Namespace] = true
	}
	paths := []string{everyPod}
	if len(namespaces) <= fewNamespaces {
		paths = nil
		for name := range namespaces {
			paths = append(paths, "/api/v1/namespaces/"+url.PathEscape(name)+"/pods")
		}
	}
	var all []observe.Pod
	for _, path := range paths {
		var list []observe.Pod
		err := c.api.pods(ctx, path, c.selector(), wholeObjects, func(page []observe.PodObject) {
			list = append(list, c.meshed(page, true)...)
		}, func() { list = nil })
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		c.say("read %s without a hash of their bundle", observe.Counted(len(all), "pod"))
	}
	return all, nil
}

// sample reads pods with the hash until one has the bundle behind it. If none does, it
// keeps what the last one had: the observation then says why that is not believed.
func (c *collector) sample(ctx context.Context, hash string, pods []observe.Pod) {
	pods = spread(pods)
	for _, p := range pods[:min(sampled, len(pods))] {
		found, err := c.named(ctx, p)
		if err != nil || len(found) != 1 || found[0].Hash != hash || found[0].Bundle == "" {
			continue
		}
		c.r.Texts[hash] = found[0].Bundle
		if slices.Contains(observe.Hashes(found[0].Bundle), hash) {
			return
		}
	}
}

// spread puts the first pod of each namespace before the second ones, and so on: one
// namespace, which may be a single tenant's, does not take up all tries.
func spread(pods []observe.Pod) []observe.Pod {
	turn, turns := map[string]int{}, map[string]int{}
	for _, p := range pods {
		turns[p.UID] = turn[p.Namespace]
		turn[p.Namespace]++
	}
	list := slices.Clone(pods)
	slices.SortStableFunc(list, func(x, y observe.Pod) int { return cmp.Compare(turns[x.UID], turns[y.UID]) })
	return list
}

// pending reads the pods that have not started as a whole: only their status says
// that a proxy does not run yet, and serves nothing.
func (c *collector) pending(ctx context.Context, pods []observe.Pod) ([]observe.Pod, error) {
	later := map[string]observe.Pod{}
	query := c.selector()
	query.Set("fieldSelector", "status.phase=Pending")
	err := c.api.pods(ctx, everyPod, query, wholeObjects, func(page []observe.PodObject) {
		for _, p := range c.meshed(page, true) {
			later[p.UID] = p
		}
	}, func() { clear(later) })
	if err != nil {
		return pods, err
	}
	for i, p := range pods {
		if whole, found := later[p.UID]; found {
			pods[i] = whole
		}
	}
	return pods, nil
}

// leaves asks Prometheus, if there is one.
func (c *collector) leaves(ctx context.Context) {
	if c.prometheus == nil {
		return
	}
	samples, err := c.prometheus.samples(ctx)
	if err != nil {
		c.gap("the dates of leaves from Prometheus", err)
		return
	}
	c.r.Samples = samples
	c.say("read %d series of leaves", len(samples))
}

// rest reads what no order matters for.
func (c *collector) rest(ctx context.Context) {
	for _, w := range linkerd.Webhooks {
		var config observe.WebhookConfiguration
		_, found, err := c.api.object(ctx, configPath(w), &config)
		if err != nil {
			c.gap("the CA bundle of webhook "+w.Key, err)
		} else if found {
			c.r.Hooks[w.Key] = config
		}
	}
	var list struct {
		Items    []struct{}       `json:"items"`
		Metadata observe.ListMeta `json:"metadata"`
	}
	_, found, err := c.api.object(ctx, "/apis/"+linkerd.ExternalWorkloadsGroup+"/"+linkerd.ExternalWorkloadsAPI+"/"+linkerd.ExternalWorkloads,
		&list)
	if err != nil {
		c.gap("the external workloads", err)
		return
	}
	count := 0
	if found {
		count = len(list.Items)
	}
	c.r.Externals = &count
}

func configPath(w linkerd.Webhook) string {
	switch w.ConfigKind {
	case linkerd.Mutating:
		return "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/" + w.Config
	case linkerd.Validating:
		return "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/" + w.Config
	}
	return "/apis/apiregistration.k8s.io/v1/apiservices/" + w.Config
}
