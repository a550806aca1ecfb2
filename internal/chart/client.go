package chart

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// timeout of one request, in which even the largest archive comes over a slow line.
const timeout = 2 * time.Minute

// newClient reaches repositories and registries as access says. No answer may
// be longer than limit bytes.
func newClient(access exchange.Access, limit int64) (*http.Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: access.Insecure}
	if access.CAFile != "" {
		pem, err := os.ReadFile(access.CAFile)
		if err != nil {
			return nil, problem.ChartTLSFile.With(access.CAFile, plain(err))
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, problem.ChartTLSFile.With(access.CAFile, "it holds no certificate")
		}
	}
	if access.CertFile != "" || access.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(access.CertFile, access.KeyFile)
		if err != nil { // the parser's own words about a key are not repeated
			return nil, problem.ChartTLSFile.With(fmt.Sprintf("the pair of %q and %q", access.CertFile, access.KeyFile),
				"no certificate with its key")
		}
		config.Certificates = []tls.Certificate{pair}
	}
	bare := config.Clone()
	bare.Certificates = nil
	return &http.Client{Transport: capped{servers{access, transportOf(config), transportOf(bare)}, limit}, Timeout: timeout}, nil
}

// capped is a transport whose answers end in an error after limit bytes.
type capped struct {
	http.RoundTripper
	limit int64
}

func (c capped) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := c.RoundTripper.RoundTrip(request)
	if err == nil {
		answer.Body = &cappedBody{answer.Body, c.limit, c.limit}
	}
	return answer, err
}

type cappedBody struct {
	io.ReadCloser
	left, limit int64
}

func (b *cappedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, problem.ChartTooLarge.With("the download", b.limit)
	}
	return n, err
}

// get downloads what lies at an address; with credentials only where they belong.
func get(client *http.Client, from *url.URL, access exchange.Access, trusted bool) ([]byte, error) {
	request, err := http.NewRequest(http.MethodGet, from.String(), nil)
	if err != nil {
		return nil, fetchProblem(err)
	}
	request.Header.Set("User-Agent", "l5d-pki-render")
	if access.Username != "" && (trusted || access.PassCredentials) {
		request.SetBasicAuth(access.Username, access.Password)
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, fetchProblem(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, statusProblem(answer.StatusCode, address.Redact(from.String()))
	}
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fetchProblem(err)
	}
	return data, nil
}

// statusProblem says what an answer other than 200 means.
func statusProblem(status int, address string) *problem.Problem {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return problem.ChartCredentials.With(status, address)
	case http.StatusNotFound:
		return problem.ChartNotFound.With(address + ": the server answered 404")
	}
	return problem.ChartFetch.With(fmt.Sprintf("%s: the server answered %d", address, status))
}

// fetchProblem names why a request failed, without the address, which may hold credentials.
func fetchProblem(err error) error {
	var known *problem.Problem
	if errors.As(err, &known) {
		return known
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return problem.ChartFetch.With(failed.Err).Because(err)
	}
	return problem.ChartFetch.With(err).Because(err)
}

// plain is the operating system's word without the path, which the sentence names.
func plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
