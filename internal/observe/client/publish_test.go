package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit/kubelet"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestPublish: what is published can be read back, and nothing is unless asked for.
func TestPublish(t *testing.T) {
	m := &mesh{t: t, roots: text(kubelet.NewCA(t, "a", nil).Certificate), injectors: 1}
	if m.observe(func(*exchange.Request) {}); m.published != nil {
		t.Errorf("published unasked: %s", m.published)
	}
	o, _ := m.observe(func(r *exchange.Request) { r.Publish = true })
	var patch struct{ Data map[string]string }
	if err := json.Unmarshal(m.published, &patch); err != nil {
		t.Fatalf("%v: %s", err, m.published)
	}
	again, err := rotation.ParseObservation("published", []byte(patch.Data["observation.json"]))
	if err != nil || again.At != o.At {
		t.Errorf("%v, %+v", err, again)
	}
	m.forbidden = "l5d-pki-observation"
	server := httptest.NewServer(http.HandlerFunc(m.ServeHTTP))
	defer server.Close()
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	config := fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: %q}}], contexts: [{name: a, context: {cluster: a}}], current-context: a}`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	request := exchange.Request{Cluster: "prod", Namespace: "linkerd", Kubeconfig: kubeconfig, Limit: time.Minute, Publish: true}
	_, err = exchange.Ask(request, func(in io.Reader, out io.Writer) error { return Serve(in, out, io.Discard) })
	if err == nil || !strings.Contains(err.Error(), "cannot be written into ConfigMap l5d-pki-observation") {
		t.Error(err)
	}
}
