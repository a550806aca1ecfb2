package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
)

// recorder is a program in the place of l5d-pki-render-chart that keeps its
// request and says nothing; it gives its path and a reader of the request.
func recorder(t *testing.T) (string, func() exchange.Request) {
	t.Helper()
	dir := t.TempDir()
	program, file := filepath.Join(dir, "program"), filepath.Join(dir, "request")
	if err := os.WriteFile(program, fmt.Appendf(nil, "#!/bin/sh\ncat > '%s'\n", file), 0o700); err != nil {
		t.Fatal(err)
	}
	return program, func() exchange.Request {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var r exchange.Request
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
}

// TestChartRequest: what flags, environment and state say arrives, and the
// password comes from stdin without its newline.
func TestChartRequest(t *testing.T) {
	program, request := recorder(t)
	env := map[string]string{"L5D_PKI_CHART_PROGRAM": program, "HOME": "/home/ann", "HELM_REGISTRY_CONFIG": "/logins", "L5D_PKI_USERNAME": "ann"}
	r := call(t, "secret\r\n", env, "chart", "x", "-s", stateIn(t, goodState(t)), "--password-stdin", "--repo", "https://charts.example", "--version", "1.0.0")
	if r.code != ExitFailed || strings.Contains(r.stderr, "secret") {
		t.Errorf("code %d: %s", r.code, r.stderr)
	}
	q := request()
	if q.Chart != "x" || q.Repo != "https://charts.example" || q.Version != "1.0.0" || q.KubeVersion != "1.34.0" || q.Times != 2 || q.Protocol != exchange.Protocol {
		t.Errorf("%+v", q)
	}
	if q.Access.Username != "ann" || q.Access.Password != "secret" || q.Access.RegistryConfig != "/logins" || q.CacheDir != "/home/ann/.cache/l5d-pki-render/charts" {
		t.Errorf("%+v, cache %q", q.Access, q.CacheDir)
	}
	if q.Namespaces["linkerd-viz"] != "linkerd-viz" || q.Namespaces["linkerd-control-plane"] != "linkerd" || q.Namespace != "" {
		t.Errorf("%v", q.Namespaces)
	}
	for name, text := range q.Phase {
		if strings.Contains(string(text), "PRIVATE KEY") {
			t.Errorf("the values of %s hold a key without --with-keys", name)
		}
	}
	for _, name := range []string{"linkerd-control-plane", "linkerd2"} {
		if !strings.Contains(string(q.Phase[name]), "identityTrustAnchorsPEM") {
			t.Errorf("no values for %s", name)
		}
	}
	if _, fed := q.Phase["linkerd-viz"]; fed {
		t.Error("values for viz, of which the state lists nothing")
	}
}
