package client

import (
	"context"
	"net/url"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// others finds further control planes: their proxies are not in the observation.
func (c *collector) others(ctx context.Context) {
	query := url.Values{"labelSelector": {linkerd.Component + "=" + linkerd.ComponentIdentity}}
	err := c.api.pods(ctx, everyPod, query, metadataOnly, func(page []observe.PodObject) {
		c.r.OtherControlPlanes = append(c.r.OtherControlPlanes, observe.ControlPlanes(page, c.request.Namespace)...)
	}, func() { c.r.OtherControlPlanes = nil })
	if err != nil {
		c.gap("other control planes in the cluster", err)
	}
}
