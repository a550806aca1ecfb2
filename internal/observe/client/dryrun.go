package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

var (
	errGone = errors.New("it is gone")
	errSlow = errors.New("no answer in time")
)

// dryRun asks the API server what would become of a pod, and makes none: the answer
// has the bundle that an injector gives now.
func (c *collector) dryRun(ctx context.Context) {
	namespace := c.request.DryRunPod
	pod, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{"generateName": "l5d-pki-observe-", "annotations": map[string]string{linkerd.Inject: "enabled"}},
		"spec":     map[string]any{"containers": []any{map[string]string{"name": "none", "image": "none"}}},
	})
	if err != nil {
		c.gap("the bundle that the injector gives", err)
		return
	}
	var made observe.PodObject
	err = c.api.create(ctx, "/api/v1/namespaces/"+url.PathEscape(namespace)+"/pods", url.Values{"dryRun": {"All"}}, pod, &made)
	if err != nil {
		c.gap("the bundle that the injector gives", err)
		return
	}
	p, ok := observe.PodOf(made, c.request.Namespace, true)
	if !ok || made.Metadata.Labels[linkerd.ControlPlaneNS] != c.request.Namespace || p.Bundle == "" {
		c.gap("the bundle that the injector gives", errors.New("a pod in namespace "+namespace+" is not injected"))
		return
	}
	c.r.Injected = p.Bundle
}

// create posts an object, and reads the answer.
func (a *api) create(ctx context.Context, path string, query url.Values, body []byte, into any) error {
	var text []byte
	_, err := patiently(ctx, func() (header http.Header, err error) {
		text, header, err = a.post(ctx, path, query, body)
		return header, err
	})
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

func (a *api) post(ctx context.Context, path string, query url.Values, body []byte) ([]byte, http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	at := a.base.JoinPath(path)
	at.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := a.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, response.Header, err
	}
	if response.StatusCode/100 != 2 {
		var status struct{ Message string }
		_ = json.Unmarshal(text, &status) // not a Status: the code has to do
		return nil, response.Header, &failure{response.StatusCode, status.Message}
	}
	return text, response.Header, nil
}
