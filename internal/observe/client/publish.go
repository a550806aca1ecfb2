package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// publish writes the observation into the ConfigMap that observe --rbac made for it,
// so that no right to create one is needed. It is the only thing that is written.
func (c *collector) publish(ctx context.Context, observation []byte) error {
	body, err := json.Marshal(map[string]any{"data": map[string]string{observe.PublishedKey: string(observation)}})
	if err != nil {
		return err
	}
	failed := func(err error) error {
		return problem.ObservePublish.With(observe.Published, c.request.Namespace, err).Because(err)
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	at := c.api.base.JoinPath(c.within("configmaps/" + observe.Published))
	request, err := http.NewRequestWithContext(ctx, http.MethodPatch, at.String(), bytes.NewReader(body))
	if err != nil {
		return failed(err)
	}
	request.Header.Set("Content-Type", "application/merge-patch+json")
	response, err := c.api.http.Do(request)
	if err != nil {
		return failed(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return failed(fmt.Errorf("the API server answers %s", response.Status))
	}
	c.say("published as ConfigMap %s", observe.Published)
	return nil
}
