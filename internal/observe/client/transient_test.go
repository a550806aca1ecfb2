package client

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit/kubelet"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

func init() { between = time.Millisecond }

// throttles reports whether a call is answered with 429 this time.
func (m *mesh) throttles(path string) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for part, left := range m.busy {
		if left > 0 && strings.Contains(path, part) {
			m.busy[part]--
			return true
		}
	}
	return false
}

// cut answers a call whose address has a part with an error, or not at all: the first
// times that it is asked.
type cut struct {
	*cluster
	part  string
	code  int // 0: the connection ends within the answer
	times int
}

func (c *cut) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.times == 0 || !strings.Contains(r.URL.String(), c.part) {
		c.cluster.ServeHTTP(w, r)
		return
	}
	c.times--
	if c.code != 0 {
		w.WriteHeader(c.code)
		return
	}
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"items":[`)) // the client has gone by then, or reads it
	panic(http.ErrAbortHandler)
}

func (c *cut) read(t *testing.T) (*rotation.Observation, string) {
	t.Helper()
	c.t = t
	server := httptest.NewServer(c)
	defer server.Close()
	a, err := connect(kubeconfigOf(t, server.URL), "")
	if err != nil {
		t.Fatal(err)
	}
	reader := &collector{api: a, progress: t.Output(), request: exchange.Request{Cluster: "prod", Namespace: "linkerd", Known: observe.Known{Lifetime: time.Hour}}}
	r, err := reader.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o, gaps := observe.Build(r)
	return o, fmt.Sprint(gaps)
}

func kubeconfigOf(t *testing.T, server string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: %q}}], contexts: [{name: a, context: {cluster: a}}], current-context: a}`, server)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMoments: an error of the API server that is gone in a moment, and a connection
// that breaks, cost time and nothing else, in the middle of a list too.
func TestMoments(t *testing.T) {
	for _, part := range []string{"continue=next", "/api/v1/pods?", "configmaps/linkerd-config", "namespaces/linkerd/pods?", "Pending", "externalworkloads"} {
		for _, code := range []int{0, 500, 502, 503, 504} {
			c := &cut{&cluster{}, part, code, 2}
			o, gaps := c.read(t)
			pods, known := o.Pods(rotation.GroupProxies)
			if _, external := o.Pods(rotation.GroupExternal); c.times != 0 || pods != 2 || !known || !external || strings.Contains(gaps, "answers") || strings.Contains(gaps, "EOF") {
				t.Errorf("%s, %d: %d pods, %d times left: %s", part, code, pods, c.times, gaps)
			}
		}
	}
	c := &cut{&cluster{}, "continue=next", 500, 100}
	if o, gaps := c.read(t); len(o.Endpoints) != 0 || !strings.Contains(gaps, "the pods: the API server answers 500") || 100-c.times > 2*attempts {
		t.Errorf("a list that always fails: %d times, %s", 100-c.times, gaps)
	}
}

// TestUnreachable: a server that never answered is not asked again.
func TestUnreachable(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked++
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	a, err := connect(kubeconfigOf(t, server.URL), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.read(t.Context(), "/api/v1/pods", nil, wholeObjects); err == nil || asked > 2 { // net/http asks twice itself
		t.Errorf("%v, asked %d times", err, asked)
	}
}

// TestThrottled: what is asked for by POST waits for a busy server, too: a dry run, a
// token, and forwarded ports.
func TestThrottled(t *testing.T) {
	root := kubelet.NewCA(t, "b", nil)
	issuer := kubelet.NewCA(t, "issuer", root)
	identity := &kubelet.Identity{Issuer: issuer, Chain: nil, Accepts: func(string) bool { return true }}
	identity.Chain = append(identity.Chain, issuer.Certificate)
	leaf := issuer.Leaf(t, "default.shop.serviceaccount.identity.linkerd.example.org", time.Now().Add(20*time.Hour), issuer.Certificate)
	m := &mesh{t: t, roots: text(root.Certificate), injected: text(root.Certificate), injectors: 1, token: "t", busy: map[string]int{"/portforward": 1, "/token": 1, "/namespaces/shop/pods": 1},
		ports: map[string]string{"linkerd/identity-0:8080": identity.Start(t), "shop/web-0:4191": kubelet.Serve(t, &tls.Config{Certificates: []tls.Certificate{leaf}})}}
	o, gaps := m.observe(func(r *exchange.Request) { r.Dial, r.Certify, r.DryRunPod = observe.DialAll, true, "shop" })
	if strings.Contains(gaps, "too many") || o.Identity[0].Issuer == nil || o.ControlPlane.Injectors[0].Bundle == nil {
		t.Errorf("%+v %+v\n%s", o.Identity, o.ControlPlane, gaps)
	}
	for _, e := range o.Endpoints {
		if e.Workload == "deploy/web" && len(e.Chain) != 1 {
			t.Errorf("%+v\n%s", e, gaps)
		}
	}
	for part, left := range m.busy {
		if left != 0 {
			t.Errorf("%s was not asked", part)
		}
	}
}
