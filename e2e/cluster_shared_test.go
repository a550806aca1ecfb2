package e2e

import (
	"os"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/fluxcd"
)

// The API server of all tests here that need one, and Flux's controller in it; the
// first test that needs them starts them.
var (
	shared     *apiserver.Server
	sharedFlux *fluxcd.Controller
)

func sharedServer(t testing.TB) *apiserver.Server {
	t.Helper()
	if shared == nil {
		shared = apiserver.Start(t)
	}
	return shared
}

func sharedController(t testing.TB) *fluxcd.Controller {
	t.Helper()
	if sharedFlux == nil {
		sharedFlux = fluxcd.Start(t, sharedServer(t), "GitRepository")
	}
	return sharedFlux
}

func TestMain(m *testing.M) {
	code := m.Run()
	if sharedFlux != nil {
		sharedFlux.Stop()
	}
	if shared != nil {
		shared.Stop()
	}
	os.Exit(code)
}
