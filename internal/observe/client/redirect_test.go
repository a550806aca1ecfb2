package client

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
)

// TestRedirects: what a pod, or Prometheus, redirects to gets neither a request nor
// the token.
func TestRedirects(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		t.Errorf("asked with %q", r.Header.Get("Authorization"))
	}))
	defer other.Close()
	for _, code := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer secret-token" {
				t.Errorf("the server itself is asked with %q", r.Header.Get("Authorization"))
			}
			http.Redirect(w, r, other.URL+"/steal", code)
		})
		server, plain := httptest.NewTLSServer(answer), httptest.NewServer(answer)
		dir := t.TempDir()
		write := func(name, text string) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		a, err := connect(write("kubeconfig", fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: %q, insecure-skip-tls-verify: true}}], users: [{name: u, user: {token: secret-token}}], contexts: [{name: a, context: {cluster: a, user: u}}], current-context: a}`, server.URL)), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.get(context.Background(), "/api/v1/namespaces/linkerd/pods/i:9990/proxy/metrics", nil, wholeObjects, time.Minute); !hasCode(err, code) {
			t.Errorf("%d: %v", code, err)
		}
		p, err := newPrometheus(exchange.Prometheus{URL: plain.URL, TokenFile: write("token", "secret-token\n")})
		if err != nil {
			t.Fatal(err)
		}
		if samples, err := p.samples(context.Background()); err == nil {
			t.Errorf("Prometheus %d: %v", code, samples)
		}
		server.Close()
		plain.Close()
	}
	if asked > 0 {
		t.Errorf("%d requests", asked)
	}
}
