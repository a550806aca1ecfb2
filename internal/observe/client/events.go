package client

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// events reads what identity says of its issuer. They are a hint, so that a missing
// right is no gap: roles that an older release made lack it.
func (c *collector) events(ctx context.Context) {
	query := url.Values{"limit": {pageSize}, "fieldSelector": {"involvedObject.kind=Deployment,involvedObject.name=" + linkerd.DeploymentIdentity}}
	body, _, err := c.api.get(ctx, c.within("events"), query, wholeObjects, callLimit)
	var list observe.EventList
	if err == nil {
		err = json.Unmarshal(body, &list)
	}
	if err != nil {
		c.say("the events of identity cannot be read: %v", err)
		return
	}
	c.r.Events = list.Items
}
