package chart

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// servers is a transport that asks allowed servers only, whoever names them (the
// user, an index, a registry, a redirect), and follows a redirect to another
// server without credentials: password, token and client certificate. Go itself
// keeps the first two for subdomains, other ports and plain HTTP.
type servers struct {
	access     exchange.Access
	with, bare http.RoundTripper // with and without the client certificate
}

func transportOf(config *tls.Config) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		TLSClientConfig:     config,
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
	}
}

func (s servers) RoundTrip(request *http.Request) (*http.Response, error) {
	if !s.access.Allows(request.URL) {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, problem.ChartHost.With(request.URL.Host)
	}
	if exchange.SameServer(request.URL, original(request).URL) {
		return s.with.RoundTrip(request)
	}
	request = request.Clone(request.Context())
	for _, header := range []string{"Authorization", "Cookie", "Proxy-Authorization"} {
		request.Header.Del(header)
	}
	return s.bare.RoundTrip(request)
}

// original is the request that was redirected to this one, or this one.
func original(request *http.Request) *http.Request {
	for request.Response != nil && request.Response.Request != nil {
		request = request.Response.Request
	}
	return request
}
