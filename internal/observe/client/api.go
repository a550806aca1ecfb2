// Package client reads a cluster for internal/observe: the Kubernetes API with
// get and list rights, and Prometheus. It never reads a Secret.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	// callLimit bounds one call, proxyLimit one through the API server to a pod,
	// which may not answer at all.
	callLimit  = time.Minute
	proxyLimit = 10 * time.Second
	// attempts of a call that the server asks to repeat (429, 503 with Retry-After), of
	// one that failed for a moment, and of a list whose pages expired (410).
	attempts = 5
	maxWait  = 10 * time.Second
	// maxAnswer bounds one answer: a page of 500 whole pods has 7 MB.
	maxAnswer = 128 << 20
	pageSize  = "500"
	// metadataOnly asks for the metadata of a list's items and nothing else.
	metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
	wholeObjects = "application/json"
)

// between is the time between attempts of a call that failed for a moment.
var between = time.Second

// api is the API server.
type api struct {
	base   *url.URL
	http   *http.Client
	config *rest.Config
	// largest answer that is read, in bytes.
	largest int64
	// answered: it has answered something, so it can be reached.
	answered atomic.Bool
}

// errLarge is an answer that is not read to its end.
var errLarge = errors.New("the answer is too large")

// failure is an answer that is no success.
type failure struct {
	code    int
	message string
}

func (f *failure) Error() string {
	if f.message == "" {
		return fmt.Sprintf("the API server answers %d %s", f.code, http.StatusText(f.code))
	}
	return fmt.Sprintf("the API server answers %d: %q", f.code, f.message)
}

// hasCode reports whether the API server answered with that code.
func hasCode(err error, code int) bool {
	var f *failure
	return errors.As(err, &f) && f.code == code
}

// connect finds the cluster as kubectl does.
func connect(kubeconfig, kubeContext string) (*api, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = kubeconfig
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules,
		&clientcmd.ConfigOverrides{CurrentContext: kubeContext}).ClientConfig()
	if err != nil {
		return nil, err
	}
	config.UserAgent = "l5d-pki-render"
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	client.CheckRedirect = followNone
	return &api{base: base, http: client, config: config, largest: maxAnswer}, nil
}

// followNone has a redirect be the answer. A pod's own comes through the API server's
// proxy, and the transport would send the token to whatever host it names.
func followNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// read reads one path of the API server itself. Where it fails for a moment, as while
// its replicas or etcd change their leader, it is asked again: a list of thousands of
// pods is not given up for one page.
func (a *api) read(ctx context.Context, path string, query url.Values, accept string) (body []byte, at time.Time, err error) {
	for i := 1; ; i++ {
		body, at, err = a.get(ctx, path, query, accept, callLimit)
		if !a.passing(err) || i == attempts {
			return body, at, err
		}
		if why := sleep(ctx, between); why != nil {
			return nil, at, why
		}
	}
}

// passing reports whether an error may be gone in a moment.
func (a *api) passing(err error) bool {
	var f *failure
	switch {
	case errors.As(err, &f):
		return f.code == http.StatusInternalServerError || f.code == http.StatusBadGateway || f.code == http.StatusServiceUnavailable ||
			f.code == http.StatusGatewayTimeout
	case err == nil, errors.Is(err, errLarge), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return false
	}
	return a.answered.Load() // the connection broke; one that never was is told at once
}

// sleep waits, unless the context ends.
func sleep(ctx context.Context, wait time.Duration) error {
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// get reads one path; at is the clock of whoever answered, zero if it did not say.
func (a *api) get(ctx context.Context, path string, query url.Values, accept string,
	limit time.Duration) (body []byte, at time.Time, err error) {
	header, err := patiently(ctx, func() (header http.Header, err error) {
		body, header, err = a.once(ctx, path, query, accept, limit)
		return header, err
	})
	at, _ = http.ParseTime(header.Get("Date")) // zero: it did not say
	return body, at, err
}

// patiently makes a call again while the server asks for it.
func patiently(ctx context.Context, call func() (http.Header, error)) (http.Header, error) {
	for i := 1; ; i++ {
		header, err := call()
		wait, asked := again(err, header)
		if !asked || i == attempts {
			return header, err
		}
		if why := sleep(ctx, wait); why != nil {
			return header, why
		}
	}
}

// again is how long the server asks to wait before the call is repeated.
func again(err error, header http.Header) (wait time.Duration, asked bool) {
	if !hasCode(err, http.StatusTooManyRequests) && (!hasCode(err, http.StatusServiceUnavailable) || header.Get("Retry-After") == "") {
		return 0, false
	}
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds < 1 {
		seconds = 1
	}
	return min(time.Duration(seconds)*time.Second, maxWait), true
}

func (a *api) once(ctx context.Context, path string, query url.Values, accept string, limit time.Duration) ([]byte, http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	at := a.base.JoinPath(path)
	at.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Accept", accept)
	response, err := a.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	a.answered.Store(true)
	body, err := io.ReadAll(io.LimitReader(response.Body, a.largest+1))
	switch {
	case err != nil:
		return nil, response.Header, err
	case int64(len(body)) > a.largest:
		return nil, response.Header, fmt.Errorf("%w: more than %d bytes", errLarge, a.largest)
	case response.StatusCode != http.StatusOK:
		var status struct{ Message string }
		_ = json.Unmarshal(body, &status) // not a Status: the code has to do
		return nil, response.Header, &failure{response.StatusCode, status.Message}
	}
	return body, response.Header, nil
}

// object reads one object; found is false if the API server says that there is none.
func (a *api) object(ctx context.Context, path string, into any) (at time.Time, found bool, err error) {
	body, at, err := a.read(ctx, path, nil, wholeObjects)
	if hasCode(err, http.StatusNotFound) {
		return at, false, nil
	}
	if err != nil {
		return at, false, err
	}
	return at, true, json.Unmarshal(body, into)
}

// pods lists pods in pages. Where the pages expire while they are read (410 Gone),
// the list begins again.
func (a *api) pods(ctx context.Context, path string, query url.Values, accept string, page func([]observe.PodObject),
	restart func()) error {
	var err error
	for range attempts {
		restart()
		if err = a.pages(ctx, path, query, accept, page); !hasCode(err, http.StatusGone) {
			return err
		}
	}
	return err
}

func (a *api) pages(ctx context.Context, path string, query url.Values, accept string, page func([]observe.PodObject)) error {
	next := url.Values{"limit": {pageSize}}
	for name, values := range query {
		next[name] = values
	}
	for {
		body, _, err := a.read(ctx, path, next, accept)
		if size, _ := strconv.Atoi(next.Get("limit")); errors.Is(err, errLarge) && size > 1 { // whoever may create pods makes them large
			next.Set("limit", strconv.Itoa(size/2))
			continue
		}
		if err != nil {
			return err
		}
		var list observe.PodList
		if err := json.Unmarshal(body, &list); err != nil {
			return err
		}
		page(list.Items)
		if list.Metadata.Continue == "" {
			return nil
		}
		next.Set("continue", list.Metadata.Continue)
	}
}

// together runs f for each item, a few at a time.
func together[T any](items []T, f func(T)) {
	const few = 8
	some(few, items, f)
}

// some runs f for each item, so many at a time.
func some[T any](few int, items []T, f func(T)) {
	var wait sync.WaitGroup
	slots := make(chan struct{}, few)
	for _, item := range items {
		slots <- struct{}{}
		wait.Go(func() {
			f(item)
			<-slots
		})
	}
	wait.Wait()
}
