package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// collector reads one cluster.
type collector struct {
	api        *api
	prometheus *prometheus
	request    exchange.Request
	progress   io.Writer
	dial       observe.Dial

	r observe.Reading
	// versions are the resource versions of the ConfigMaps when they were read first.
	versions [2]string
}

// rereads is how often the reading begins again because a ConfigMap changed.
const rereads = 3

// read reads everything, in the order that internal/observe asks for. A ConfigMap
// that changes in between makes it begin again.
func (c *collector) read(ctx context.Context) (observe.Reading, error) {
	for i := 1; ; i++ {
		if err := c.once(ctx); err != nil {
			return observe.Reading{}, err
		}
		changed, why := c.changed(ctx)
		if !changed || i == rereads {
			if changed {
				c.r.TrustRoots, c.r.Config, c.r.NoTrustRoots = nil, nil, false
				c.gap("the trust roots", why)
			}
			c.r.At = now()
			return c.r, nil
		}
		c.say("the trust roots changed while pods were read; reading again")
	}
}

func (c *collector) gap(what string, why error) {
	c.r.Gaps = append(c.r.Gaps, observe.Gap{What: what, Why: why.Error()})
}

func (c *collector) once(ctx context.Context) error {
	c.r = observe.Reading{
		Cluster: c.request.Cluster, Namespace: c.request.Namespace, Known: c.request.Known,
		Replicas: map[string]observe.Reply{}, ProxyBundles: map[string]string{}, Texts: map[string]string{},
		Hooks:     map[string]observe.WebhookConfiguration{},
		Presented: map[string]string{}, Certified: map[string]string{}, ServedBy: map[string]map[string]string{},
	}
	if err := c.configMaps(ctx); err != nil {
		return err
	}
	before, err := c.controlPlane(ctx)
	if err != nil {
		c.gap("the control plane's pods", err)
	} else {
		c.r.Injectors, c.r.Identities = component(before, linkerd.ComponentInjector), component(before, linkerd.ComponentIdentity)
		if c.request.DryRunPod != "" {
			c.dryRun(ctx)
		}
		c.replicas(ctx)
		c.events(ctx)
		if c.request.Certify {
			c.certify(ctx)
		}
	}
	c.list(ctx)
	c.others(ctx)
	c.leaves(ctx)
	c.rest(ctx)
	if c.dial.Any() {
		c.dialProxies(ctx)
		c.dialHooks(ctx)
	}
	return nil
}

// component are the pods of a part of the control plane; not nil.
func component(pods []observe.Pod, name string) []observe.Pod {
	list := []observe.Pod{}
	for _, p := range pods {
		if p.Component == name {
			list = append(list, p)
		}
	}
	return list
}

func (c *collector) within(rest string) string {
	return "/api/v1/namespaces/" + url.PathEscape(c.request.Namespace) + "/" + rest
}

// configMaps reads what the control plane delivers. Where the cluster cannot be
// reached at all, there is nothing to observe.
func (c *collector) configMaps(ctx context.Context) error {
	var roots, config observe.ConfigMap
	at, found, err := c.api.object(ctx, c.within("configmaps/"+linkerd.TrustRoots), &roots)
	var answered *failure
	switch {
	case err != nil && (!errors.As(err, &answered) || answered.code == http.StatusUnauthorized):
		return problem.ObserveConnect.With(err).Because(err)
	case err != nil:
		c.gap("the trust roots", err)
	case found:
		c.r.TrustRoots = &roots
	default:
		c.r.NoTrustRoots = true
	}
	c.r.Served = at
	_, found, err = c.api.object(ctx, c.within("configmaps/"+linkerd.Config), &config)
	switch {
	case err != nil:
		c.gap("the values of the control plane", err)
	case found:
		c.r.Config = &config
	case c.r.NoTrustRoots:
		return problem.ObserveNoControlPlane.With(c.request.Namespace)
	}
	c.versions = [2]string{version(c.r.TrustRoots), version(c.r.Config)}
	return nil
}

func version(c *observe.ConfigMap) string {
	if c == nil {
		return ""
	}
	return c.Metadata.ResourceVersion
}

// changed reads the ConfigMap with the trust roots again.
func (c *collector) changed(ctx context.Context) (bool, error) {
	name, was := linkerd.TrustRoots, c.versions[0]
	switch {
	case c.r.TrustRoots != nil:
	case c.r.NoTrustRoots && c.r.Config != nil:
		name, was = linkerd.Config, c.versions[1]
	default:
		return false, nil
	}
	var again observe.ConfigMap
	_, found, err := c.api.object(ctx, c.within("configmaps/"+name), &again)
	if err != nil {
		return true, err
	}
	if !found || version(&again) != was {
		return true, fmt.Errorf("ConfigMap %s changed while the cluster was read", name)
	}
	return false, nil
}

// controlPlane lists the control plane's pods as a whole: they are few.
func (c *collector) controlPlane(ctx context.Context) ([]observe.Pod, error) {
	var list []observe.Pod
	err := c.api.pods(ctx, c.within("pods"), c.selector(), wholeObjects, func(page []observe.PodObject) {
		list = append(list, c.meshed(page, true)...)
	}, func() { list = nil })
	return list, err
}

// selector chooses the pods of this control plane that have not ended.
func (c *collector) selector(fields ...string) url.Values {
	fields = append(fields, "status.phase!=Succeeded", "status.phase!=Failed")
	return url.Values{"labelSelector": {linkerd.ControlPlaneNS + "=" + c.request.Namespace}, "fieldSelector": {strings.Join(fields, ",")}}
}

func (c *collector) meshed(page []observe.PodObject, whole bool) []observe.Pod {
	var list []observe.Pod
	for _, o := range page {
		if p, ok := observe.PodOf(o, c.request.Namespace, whole); ok {
			list = append(list, p)
		}
	}
	return list
}

// replicas asks each identity replica for its issuer, and the control plane's
// proxies for their bundle.
func (c *collector) replicas(ctx context.Context) {
	var mutex sync.Mutex
	together(c.r.Identities, func(p observe.Pod) {
		body, at, err := c.proxied(ctx, p, linkerd.ControllerAdminPort, linkerd.MetricsPath, nil)
		mutex.Lock()
		defer mutex.Unlock()
		if err != nil {
			c.gap("the issuer of identity replica "+p.Name, err)
			return
		}
		c.r.Replicas[p.UID] = observe.Reply{Metrics: body, At: at}
	})
	c.say("asked %s for their issuer", observe.Counted(len(c.r.Identities), "identity replica"))
}

// proxyBundles asks the control plane's proxies which bundle they got.
func (c *collector) proxyBundles(ctx context.Context, pods []observe.Pod) {
	pods = slices.DeleteFunc(slices.Clone(pods), func(p observe.Pod) bool { return !p.Refers || p.Started.IsZero() })
	var mutex sync.Mutex
	var failed error
	together(pods, func(p observe.Pod) {
		body, _, err := c.proxied(ctx, p, linkerd.ProxyAdminPort, linkerd.ProxyEnvPath, url.Values{linkerd.TrustAnchorsEnv: {""}})
		mutex.Lock()
		defer mutex.Unlock()
		if err != nil {
			failed = err
			return
		}
		c.r.ProxyBundles[p.UID] = observe.EnvValue(body, linkerd.TrustAnchorsEnv)
	})
	if failed != nil {
		c.say("the control plane's proxies cannot be asked for their bundle, so it is concluded from when they started: %v", failed)
	}
}

func (c *collector) proxied(ctx context.Context, p observe.Pod, port int, path string,
	query url.Values) (body []byte, at time.Time, err error) {
	return c.api.get(ctx, c.within(fmt.Sprintf("pods/%s:%d/proxy%s", url.PathEscape(p.Name), port, path)), query, "*/*", proxyLimit)
}
