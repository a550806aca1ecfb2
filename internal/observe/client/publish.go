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
// so that no right to create one is needed. It and the status of the gate are all
// that is written.
func (c *collector) publish(ctx context.Context, observation []byte) error {
	body, err := json.Marshal(map[string]any{"data": map[string]string{observe.PublishedKey: string(observation)}})
	if err != nil {
		return err
	}
	failed := func(err error) error {
		return problem.ObservePublish.With(observe.Published, c.request.Namespace, err).Because(err)
	}
	if _, err := c.patch(ctx, c.within("configmaps/"+observe.Published), body); err != nil {
		return failed(err)
	}
	c.say("published as ConfigMap %s", observe.Published)
	return nil
}

// patch merges fields into an object; code is that of the answer.
func (c *collector) patch(ctx context.Context, path string, body []byte) (code int, err error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPatch, c.api.base.JoinPath(path).String(), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/merge-patch+json")
	response, err := c.api.http.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode, fmt.Errorf("the API server answers %s", response.Status)
	}
	return http.StatusOK, nil
}
