package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/l5d-pki/l5d-pki-render/pkg/gate"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// gateAttempts bounds how often the gate is read again because somebody changed it
// meanwhile: hosts write its spec once per commit.
const gateAttempts = 5

// publishGate writes the status of the gate. The object is read first, since the
// status has to say which generation of the spec was judged; a change in between
// makes the API server refuse the status, and the gate is read again.
func (c *collector) publishGate(ctx context.Context, v gate.Verdict) error {
	path := fmt.Sprintf("apis/%s/%s/namespaces/%s/%s/%s", gate.Group, gate.Version, c.request.Namespace, gate.Plural, gate.Name)
	err := errors.New("it keeps changing")
	for range gateAttempts {
		code, wrong := c.publishGateOnce(ctx, path, v)
		if code != http.StatusConflict {
			err = wrong
			break
		}
	}
	if err != nil {
		return problem.ObserveGate.With(gate.Name, c.request.Namespace, err).Because(err)
	}
	return nil
}

func (c *collector) publishGateOnce(ctx context.Context, path string, v gate.Verdict) (code int, err error) {
	var live gate.Live
	_, found, err := c.api.object(ctx, path, &live)
	switch {
	case err != nil:
		return 0, err
	case !found:
		return 0, errors.New("it does not exist")
	case v.Outdated(live):
		c.say("the gate has the verdict of a later observation")
		return 0, nil
	}
	status := v.StatusFor(live)
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": live.Metadata.ResourceVersion},
		"status":   status,
	})
	if err != nil {
		return 0, err
	}
	if code, err = c.patch(ctx, path+"/status", body); err == nil {
		c.say("gate %s: %s: %s", gate.Name, status.Conditions[0].Reason, status.Conditions[0].Message)
	}
	return code, err
}
