package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
)

// prometheus is a server of Prometheus' query API; nil is none.
type prometheus struct {
	query  string
	token  string
	labels observe.Labels
	http   *http.Client
}

func newPrometheus(p exchange.Prometheus) (*prometheus, error) {
	if p.URL == "" {
		return nil, nil
	}
	at, err := url.Parse(p.URL)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, errors.New("not an address of HTTP")
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if p.CAFile != "" {
		text, err := os.ReadFile(p.CAFile)
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s has no certificates", p.CAFile)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	server := &prometheus{query: at.JoinPath("api/v1/query").String(), labels: p.Labels,
		http: &http.Client{Transport: transport, Timeout: callLimit, CheckRedirect: followNone}}
	if p.TokenFile != "" {
		text, err := os.ReadFile(p.TokenFile)
		if err != nil {
			return nil, err
		}
		server.token = strings.TrimSpace(string(text))
	}
	return server, nil
}

// samples asks for the dates of all leaves in one query.
func (p *prometheus) samples(ctx context.Context) ([]observe.Sample, error) {
	form := url.Values{"query": {observe.LeafQuery()}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.query, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
	}
	response, err := p.http.Do(request)
	if away := (*url.Error)(nil); errors.As(err, &away) { // it names the address, with a user that may be a token
		err = away.Err
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("it answers %d %s", response.StatusCode, http.StatusText(response.StatusCode))
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	return observe.ParseSamples(body, p.labels)
}
