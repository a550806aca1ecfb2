package chart

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/registry"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// fromRegistry pulls a chart from an OCI registry. Credentials are those of
// access or, as Helm has it, of its registry configuration and Docker's, unless
// access forbids these.
func fromRegistry(r exchange.Request) ([]byte, error) {
	transport, err := newClient(r.Access, maxArchive)
	if err != nil {
		return nil, err
	}
	options := []registry.ClientOption{
		registry.ClientOptHTTPClient(transport),
		registry.ClientOptCredentialsFile(r.Access.RegistryConfig),
		registry.ClientOptBasicAuth(r.Access.Username, r.Access.Password),
	}
	if r.Access.NoLogin && r.Access.Username == "" {
		options = append(options, registry.ClientOptCredentialsFile(os.DevNull), registry.ClientOptAuthorizer(auth.Client{Client: transport}))
	}
	if r.Access.PlainHTTP {
		options = append(options, registry.ClientOptPlainHTTP())
	}
	client, err := registry.NewClient(options...)
	if err != nil {
		// The text may quote the file of logins.
		return nil, problem.ChartFetch.With("the registry configuration cannot be read").Because(err)
	}
	from, err := url.Parse(r.Chart)
	if err != nil {
		return nil, problem.ChartNotFound.With(fmt.Sprintf("%q is no reference", address.Redact(r.Chart)))
	}
	where := address.Redact(r.Chart)
	if from, err = client.ValidateReference(r.Chart, r.Version, from); err != nil {
		return nil, registryProblem(err, where)
	}
	pulled, err := client.Pull(strings.TrimPrefix(from.String(), registry.OCIScheme+"://"), registry.PullOptWithChart(true))
	if err != nil {
		return nil, registryProblem(err, where)
	}
	return pulled.Chart.Data, nil
}

// registryProblem translates what the registry's client says.
func registryProblem(err error, where string) error {
	var answered *errcode.ErrorResponse
	switch {
	case errors.As(err, &answered):
		return statusProblem(answered.StatusCode, where)
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return statusProblem(http.StatusUnauthorized, where)
	case errors.Is(err, errdef.ErrNotFound):
		return statusProblem(http.StatusNotFound, where)
	}
	return fetchProblem(err)
}
