package client

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
)

// TestLoginOfPrometheus: a login in the address of Prometheus is in no error and no gap.
func TestLoginOfPrometheus(t *testing.T) {
	p, err := newPrometheus(exchange.Prometheus{URL: "http://s3cret@127.0.0.1:1/prom"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.samples(context.Background()); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("nobody answers: %v", err)
	}
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	text := "{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}], contexts: [{name: a, context: {cluster: a}}], current-context: a}"
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"https://u:s3cret@prom.example:x", "u:s3cret@prom.example", "ftp://s3cret@prom.example"} {
		_, err := answer(context.Background(), exchange.Request{Kubeconfig: kubeconfig, Prometheus: exchange.Prometheus{URL: address}}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "prom.example") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
