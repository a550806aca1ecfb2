package e2e

import (
	"os"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
)

// shared is the API server of all tests here that need one; the first starts it.
var shared *apiserver.Server

func sharedServer(t testing.TB) *apiserver.Server {
	t.Helper()
	if shared == nil {
		shared = apiserver.Start(t)
	}
	return shared
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared != nil {
		shared.Stop()
	}
	os.Exit(code)
}
