package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

const (
	// answerTime is how long one call may take, answer and all.
	answerTime = 60 * time.Second
	// maxAnswer is the largest answer, in bytes: 100 pulls with bodies of 1 MB, and then some.
	maxAnswer = 128 << 20
)

// transport sends one request of a library: with the token, which goes to the
// API's own host only, as often as retry.go allows. An answer that is no success
// becomes a [fault], so that no library gets to word it; a good one is whole.
type transport struct {
	base  http.RoundTripper
	api   *url.URL
	token string
	clock clock
}

func newTransport(t forge.Target, api *url.URL, c clock) (*transport, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, problem.ForgeCAFile.With(t.CAFile, plain(err))
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, problem.ForgeCAFile.With(t.CAFile, "it holds no certificate")
		}
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.TLSClientConfig = config
	return &transport{base, api, t.Token, c}, nil
}

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	return t.repeat(request, func() (*http.Response, error) { return t.once(request, body) })
}

func bodyOf(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	defer request.Body.Close()
	return io.ReadAll(request.Body)
}

// once sends the request and reads the whole answer, within its time.
func (t *transport) once(request *http.Request, body []byte) (*http.Response, error) {
	ctx, done := context.WithTimeout(request.Context(), t.clock.patience)
	defer done()
	r := request.Clone(ctx)
	r.Header.Set("User-Agent", "l5d-pki-render")
	r.Header.Del("Private-Token") // the library's, and empty
	r.Header.Del("Authorization")
	if r.URL.Scheme == t.api.Scheme && r.URL.Host == t.api.Host {
		r.Header.Set("Authorization", "Bearer "+t.token)
	}
	if body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	answer, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, t.fault(r, 0, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, t.fault(r, 0, fmt.Errorf("the answer broke off: %w", err))
	case len(text) > maxAnswer:
		return nil, &fault{method: r.Method, path: r.URL.Path, odd: fmt.Errorf("more than %d bytes", maxAnswer)}
	case answer.StatusCode >= 400:
		f := t.fault(r, answer.StatusCode, nil)
		f.message = t.message(text)
		f.header = answer.Header
		return nil, f
	}
	if len(text) == 0 && answer.StatusCode < 300 && answer.StatusCode != http.StatusNoContent { // a library takes it for an empty list
		return nil, &fault{method: r.Method, path: r.URL.Path, odd: errors.New("it is empty")}
	}
	answer.Body = io.NopCloser(bytes.NewReader(text))
	return answer, nil
}

func (t *transport) fault(r *http.Request, status int, cause error) *fault {
	return &fault{method: r.Method, path: r.URL.Path, status: status, cause: cause}
}

// errAway is a redirect that the token may not follow.
var errAway = errors.New("it sends us to another address")

// sameHost follows a redirect of a call that only reads, on the same host. A
// write would become a read by it, and another host is not whom the token is for.
func sameHost(request *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > 3 || first.Method != request.Method || first.URL.Scheme != request.URL.Scheme || first.URL.Host != request.URL.Host {
		return &fault{method: first.Method, path: first.URL.Path, odd: errAway}
	}
	return nil
}

// plain is the operating system's word without the path, which the sentence names.
func plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
