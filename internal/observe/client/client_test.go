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

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// cluster answers as an API server with faults.
type cluster struct {
	t        *testing.T
	gone     int // lists whose second page has expired
	busy     int // calls that are throttled
	versions int // how often the ConfigMap changes
	// refused are the codes that calls are answered with, by a part of their path, and
	// often how many times; -1 is always.
	refused map[string]int
	often   int
	asked   []string
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	c.asked = append(c.asked, r.URL.String())
	status := func(code int, message string) {
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "message": message})
	}
	for part, code := range c.refused {
		if strings.Contains(path, part) && c.often != 0 {
			c.often--
			w.Header().Set("Retry-After", "1")
			status(code, "refused for the test")
			return
		}
	}
	switch {
	case strings.Contains(path, "secrets"):
		c.t.Error("a Secret is read")
	case c.busy > 0:
		c.busy--
		w.Header().Set("Retry-After", "1")
		status(http.StatusTooManyRequests, "too many requests")
	case path == "/api/v1/namespaces/linkerd/configmaps/linkerd-identity-trust-roots":
		version := "1"
		if c.versions > 0 {
			c.versions--
			version = fmt.Sprint(10 + c.versions)
		}
		root, err := os.ReadFile("../../../fixtures/pki/anchor-2025.crt")
		if err != nil {
			c.t.Error(err)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": map[string]any{"resourceVersion": version, "managedFields": []any{map[string]any{"time": "2026-01-01T00:00:00Z"}}}, "data": map[string]any{"ca-bundle.crt": string(root)}})
	case path == "/api/v1/namespaces/linkerd/pods":
		fmt.Fprint(w, `{"items":[{"metadata":{"name":"i-0","namespace":"linkerd","uid":"i","labels":{"linkerd.io/control-plane-component":"identity"}},"spec":{"containers":[{"name":"linkerd-proxy"}]}}]}`)
	case path == "/api/v1/namespaces/linkerd/events" && strings.Contains(r.URL.Query().Get("fieldSelector"), "linkerd-identity"):
		fmt.Fprint(w, `{"items":[{"reason":"IssuerUpdateSkipped","message":"no","lastTimestamp":"2026-01-01T00:00:00Z"}]}`)
	case path == "/api/v1/pods" && strings.HasPrefix(r.URL.Query().Get("labelSelector"), "linkerd.io/control-plane-component="):
		fmt.Fprint(w, `{"items":[{"metadata":{"name":"i","namespace":"linkerd","labels":{"linkerd.io/control-plane-ns":"linkerd"}}},
			{"metadata":{"name":"j","namespace":"two","labels":{"linkerd.io/control-plane-ns":"two"}}},{"metadata":{"name":"k","namespace":"shop","labels":{"linkerd.io/control-plane-ns":"linkerd"}}}]}`)
	case path == "/api/v1/pods" && strings.Contains(r.URL.Query().Get("fieldSelector"), "=Pending"):
		fmt.Fprint(w, `{"items":[]}`)
	case path == "/api/v1/pods" && r.URL.Query().Get("continue") == "":
		if r.Header.Get("Accept") != metadataOnly {
			c.t.Errorf("%s asks for %s", r.URL, r.Header.Get("Accept"))
		}
		fmt.Fprint(w, `{"metadata":{"continue":"next"},"items":[{"metadata":{"name":"a","namespace":"shop","uid":"a","annotations":{"linkerd.io/trust-root-sha256":"00"}}}]}`)
	case path == "/api/v1/pods" && c.gone > 0:
		c.gone--
		status(http.StatusGone, "the continue parameter is too old")
	case path == "/api/v1/pods":
		fmt.Fprint(w, `{"items":[{"metadata":{"name":"b","namespace":"shop","uid":"b","annotations":{"linkerd.io/trust-root-sha256":"00"}}}]}`)
	case strings.HasSuffix(path, "pods/i-0:9990/proxy/metrics"):
		fmt.Fprint(w, "issuer_cert_ttl_seconds 5\n")
	default:
		status(http.StatusNotFound, "not found")
	}
}

func (c *cluster) observe(namespace string) (*rotation.Observation, exchange.Answer, error) {
	c.t.Helper()
	server := httptest.NewServer(c)
	defer server.Close()
	kubeconfig := filepath.Join(c.t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: %q}}], contexts: [{name: a, context: {cluster: a}}], current-context: a}`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	answer, err := exchange.Ask(exchange.Request{Cluster: "prod", Namespace: namespace, Known: observe.Known{Lifetime: time.Hour}, Kubeconfig: kubeconfig, Limit: time.Minute},
		func(in io.Reader, out io.Writer) error { return Serve(in, out, io.Discard) })
	if err != nil {
		return nil, answer, err
	}
	o, err := rotation.ParseObservation("answer", answer.Observation)
	return o, answer, err
}

// TestFaults: pages that expire, throttling and a ConfigMap that changes cost time
// and nothing else; what keeps changing is unknown.
func TestFaults(t *testing.T) {
	for name, c := range map[string]*cluster{
		"none":                     {},
		"410 Gone":                 {gone: 2},
		"429":                      {busy: 2},
		"a ConfigMap that changes": {versions: 1},
	} {
		c.t = t
		o, answer, err := c.observe("linkerd")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if pods, known := o.Pods(rotation.GroupProxies); pods != 2 || !known || o.ControlPlane.TrustRoots == nil || len(o.Identity) != 1 {
			t.Errorf("%s: %d pods, %+v, %v", name, pods, o.ControlPlane, answer.Gaps)
		}
		if !strings.Contains(fmt.Sprint(answer.Gaps), "no known issuer does") {
			t.Errorf("%s: the metrics of identity were not read: %v", name, answer.Gaps)
		}
	}
	c := &cluster{t: t, versions: 100}
	if o, answer, err := c.observe("linkerd"); err != nil || o.ControlPlane.TrustRoots != nil || !strings.Contains(fmt.Sprint(answer.Gaps), "changed while the cluster was read") {
		t.Errorf("a ConfigMap that keeps changing: %v %v", err, answer.Gaps)
	}
	c = &cluster{t: t, gone: 100}
	if o, answer, err := c.observe("linkerd"); err != nil || len(o.Endpoints) > 0 || !strings.Contains(fmt.Sprint(answer.Gaps), "continue parameter is too old") {
		t.Errorf("pages that always expire: %v %v", err, answer.Gaps)
	}
}

// TestOrder: what is delivered is read before the replicas, and those before the pods.
func TestOrder(t *testing.T) {
	c := &cluster{t: t}
	if _, _, err := c.observe("linkerd"); err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, part := range []string{"linkerd-identity-trust-roots", "namespaces/linkerd/pods?", "9990/proxy/metrics", "/api/v1/pods?"} {
		at := -1
		for i, asked := range c.asked {
			if strings.Contains(asked, part) {
				at = i
				break
			}
		}
		if at <= last {
			t.Errorf("%s is call %d, after %d: %q", part, at, last, c.asked)
		}
		last = at
	}
}

func TestRefusals(t *testing.T) {
	c := &cluster{t: t}
	if _, _, err := c.observe("other"); err == nil || !strings.Contains(err.Error(), "has no Linkerd control plane") {
		t.Error(err)
	}
	for _, p := range []exchange.Prometheus{{URL: "x"}, {URL: "http://a", CAFile: "/no/such"}, {URL: "http://a", TokenFile: "/no/such"}, {URL: "http://a", CAFile: "client_test.go"}} {
		if _, err := newPrometheus(p); err == nil {
			t.Errorf("%+v is taken", p)
		}
	}
}
