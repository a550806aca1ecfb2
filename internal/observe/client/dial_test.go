package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit/kubelet"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// mesh is a cluster whose pods have ports.
type mesh struct {
	t     *testing.T
	roots string
	// ports are addresses by pod and port.
	ports map[string]string
	// injected is the bundle that a pod of a dry run gets, "" if none is injected.
	injected  string
	injectors int
	forbidden string
	// busy is how often calls with a part in their path are throttled.
	busy      map[string]int
	mutex     sync.Mutex
	token     string
	published []byte
}

func text(certificates ...*x509.Certificate) string {
	var s strings.Builder
	for _, c := range certificates {
		s.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return s.String()
}

func fingerprints(t *testing.T, certificates ...*x509.Certificate) (list []string) {
	t.Helper()
	for _, c := range certificates {
		chain, err := pki.ReadChain([]byte(text(c)))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, chain[0].Fingerprint())
	}
	return list
}

type object = map[string]any

// pod is one of them, as the API has it.
func (m *mesh) pod(namespace, name, component string) object {
	labels := object{"linkerd.io/control-plane-ns": "linkerd", "pod-template-hash": "1"}
	workload := strings.Split(name, "-0")[0]
	if component != "" {
		labels["linkerd.io/control-plane-component"] = component
		workload = "linkerd-" + component
	}
	env := []any{
		object{"name": "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS", "value": m.roots},
		object{"name": "LINKERD2_PROXY_IDENTITY_LOCAL_NAME", "value": "$(_pod_sa).$(_pod_ns).serviceaccount.identity.linkerd.example.org"},
	}
	return object{
		"metadata": object{"name": name, "namespace": namespace, "uid": namespace + name, "labels": labels, "creationTimestamp": "2026-01-01T00:00:00Z",
			"annotations":     object{"linkerd.io/trust-root-sha256": observe.Hashes(m.roots)[0]},
			"ownerReferences": []any{object{"kind": "ReplicaSet", "name": workload + "-1", "controller": true}}},
		"spec":   object{"serviceAccountName": "default", "containers": []any{object{"name": "linkerd-proxy", "env": env}}},
		"status": object{"phase": "Running", "containerStatuses": []any{object{"name": "linkerd-proxy", "state": object{"running": object{"startedAt": "2026-01-01T00:00:00Z"}}}}},
	}
}

func (m *mesh) pods() (all []object) {
	names := map[string]bool{}
	for port := range m.ports {
		names[port[:strings.LastIndex(port, ":")]] = true
	}
	for name := range names {
		namespace, name, _ := strings.Cut(name, "/")
		component := ""
		if namespace == "linkerd" {
			component = strings.TrimRight(name, "-0123456789")
		}
		all = append(all, m.pod(namespace, name, component))
	}
	for i := range m.injectors {
		all = append(all, m.pod("linkerd", fmt.Sprint("proxy-injector-", i), "proxy-injector"))
	}
	return all
}

func (m *mesh) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if m.forbidden != "" && strings.Contains(path, m.forbidden) {
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(object{"kind": "Status", "message": "forbidden"})
		return
	}
	if m.throttles(path) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		_ = json.NewEncoder(w).Encode(object{"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "TooManyRequests", "code": 429, "message": "too many requests"})
		return
	}
	part := strings.Split(path, "/")
	switch {
	case strings.HasSuffix(path, "/portforward"):
		kubelet.Forward(w, r, func(port string) (net.Conn, error) {
			address := m.ports[part[4]+"/"+part[6]+":"+port]
			if address == "" {
				return nil, errors.New("connection refused")
			}
			return net.Dial("tcp", address)
		})
	case strings.HasSuffix(path, "/configmaps/linkerd-identity-trust-roots"):
		_ = json.NewEncoder(w).Encode(object{"metadata": object{"resourceVersion": "1", "managedFields": []any{object{"time": time.Now().UTC().Format(time.RFC3339)}}}, "data": object{"ca-bundle.crt": m.roots}})
	case strings.HasSuffix(path, "/configmaps/linkerd-config"):
		_ = json.NewEncoder(w).Encode(object{"data": object{"values": "identityTrustDomain: example.org\n"}})
	case strings.HasSuffix(path, "webhookconfigurations/linkerd-proxy-injector-webhook-config"):
		_ = json.NewEncoder(w).Encode(object{"webhooks": []any{object{"clientConfig": object{"caBundle": []byte(m.roots)}}}})
	case strings.HasSuffix(path, "/configmaps/l5d-pki-observation"):
		if r.Method != http.MethodPatch || r.Header.Get("Content-Type") != "application/merge-patch+json" {
			m.t.Errorf("%s %v", r.Method, r.Header)
		}
		text, _ := io.ReadAll(r.Body) // what is cut is no JSON
		m.published = text
	case strings.HasSuffix(path, "/token"):
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(object{"status": object{"token": m.token}})
	case r.Method == http.MethodPost && strings.HasSuffix(path, "/pods"):
		if r.URL.Query().Get("dryRun") != "All" {
			m.t.Error("a pod is made")
		}
		p := m.pod("shop", "never", "")
		if p["spec"].(object)["containers"].([]any)[0].(object)["env"].([]any)[0].(object)["value"] = m.injected; m.injected == "" {
			delete(p, "spec")
		}
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(p)
	case strings.HasSuffix(path, "/pods"):
		fields, items := r.URL.Query().Get("fieldSelector"), []object{}
		for _, p := range m.pods() {
			meta := p["metadata"].(object)
			if len(part) > 4 && part[4] != meta["namespace"] || strings.Contains(fields, "=Pending") || strings.Contains(fields, "metadata.name=") && !strings.Contains(fields, "metadata.name="+meta["name"].(string)+",") {
				continue
			}
			if r.Header.Get("Accept") == metadataOnly {
				p = object{"metadata": meta}
			}
			items = append(items, p)
		}
		_ = json.NewEncoder(w).Encode(object{"items": items})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (m *mesh) observe(change func(*exchange.Request)) (*rotation.Observation, string) {
	m.t.Helper()
	server := httptest.NewServer(m)
	defer server.Close()
	kubeconfig := filepath.Join(m.t.TempDir(), "kubeconfig")
	config := fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: %q}}], contexts: [{name: a, context: {cluster: a}}], current-context: a}`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(config), 0o600); err != nil {
		m.t.Fatal(err)
	}
	request := exchange.Request{Cluster: "prod", Namespace: "linkerd", Known: observe.Known{Lifetime: 24 * time.Hour}, Kubeconfig: kubeconfig, Limit: time.Minute}
	change(&request)
	answer, err := exchange.Ask(request, func(in io.Reader, out io.Writer) error { return Serve(in, out, io.Discard) })
	if err != nil {
		m.t.Fatal(err)
	}
	o, err := rotation.ParseObservation("answer", answer.Observation)
	if err != nil {
		m.t.Fatal(err)
	}
	return o, fmt.Sprint(answer.Gaps)
}

// TestDial: what proxies and webhooks present is read on fresh connections, in
// whatever order it comes. What proves nothing is not taken for a chain.
func TestDial(t *testing.T) {
	outgoing, root := kubelet.NewCA(t, "a", nil), kubelet.NewCA(t, "b", nil)
	issuer, stranger := kubelet.NewCA(t, "issuer", root), kubelet.NewCA(t, "issuer", outgoing)
	cross := outgoing.Cross(t, root)
	end := time.Now().Add(20 * time.Hour)
	name := func(account string) string { return account + ".shop.serviceaccount.identity.linkerd.example.org" }
	m := &mesh{t: t, roots: text(outgoing.Certificate, root.Certificate), ports: map[string]string{}, injectors: 0}
	serve := func(pod, port string, config *tls.Config) { m.ports[pod+":"+port] = kubelet.Serve(t, config) }
	of := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	serve("shop/plain-0", "4191", of(issuer.Leaf(t, name("default"), end, issuer.Certificate)))
	serve("shop/crossed-0", "4191", of(issuer.Leaf(t, name("default"), end, issuer.Certificate, cross)))
	serve("shop/reversed-0", "4191", of(issuer.Leaf(t, name("default"), end, cross, issuer.Certificate)))
	resumed := of(issuer.Leaf(t, name("default"), end, issuer.Certificate))
	resumed.MaxVersion, resumed.SessionTicketsDisabled = tls.VersionTLS12, true
	serve("shop/old-0", "4191", resumed)
	serve("shop/wrong-0", "4191", of(issuer.Leaf(t, name("other"), end, issuer.Certificate)))
	serve("shop/alone-0", "4191", of(issuer.Leaf(t, name("default"), end)))
	serve("shop/namesake-0", "4191", of(issuer.Leaf(t, name("default"), end, stranger.Certificate)))
	m.ports["shop/refusing-0:1"] = "127.0.0.1:1"
	serve("linkerd/proxy-injector-0", "8443", of(root.Leaf(t, "linkerd-proxy-injector.linkerd.svc", end, root.Certificate)))
	o, gaps := m.observe(func(r *exchange.Request) { r.Dial = observe.DialAll })
	one, two := fingerprints(t, issuer.Certificate), fingerprints(t, issuer.Certificate, cross)
	want := map[string][]string{"plain": one, "crossed": two, "reversed": two, "old": one, "wrong": nil, "alone": nil, "namesake": nil, "refusing": nil}
	for workload, chain := range want {
		i := slices.IndexFunc(o.Endpoints, func(e rotation.Endpoint) bool { return e.Workload == "deploy/"+workload })
		if i < 0 || !slices.Equal(o.Endpoints[i].Chain, chain) {
			t.Errorf("%s: %+v", workload, o.Endpoints)
			continue
		}
		if expires := o.Endpoints[i].Leaf.Expires.First; (expires != "") != (chain != nil) {
			t.Errorf("%s: the leaf expires %q", workload, expires)
		}
	}
	for _, why := range []string{
		"shop/wrong-0: its certificate is not for default.shop.", "shop/alone-0: its issuer is not in the chain", "shop/namesake-0: its issuer is not in the chain",
		`shop/refusing-0: "error forwarding port: connection refused"`,
	} {
		if !strings.Contains(gaps, why) {
			t.Errorf("the gaps lack %q: %s", why, gaps)
		}
	}
	if len(o.Webhooks) != 1 || len(o.Webhooks[0].Serving) != 1 || len(o.Webhooks[0].Serving[0].Chain) != 2 || o.Webhooks[0].Pods != 1 {
		t.Errorf("%+v", o.Webhooks)
	}
	for dial, asked := range map[string]int{"never": 0, "3": 3} {
		o, _ := m.observe(func(r *exchange.Request) { r.Dial = dial })
		n := 0
		for _, e := range o.Endpoints {
			if e.Chain != nil {
				n++
			}
		}
		if n > asked {
			t.Errorf("--dial %s: %d chains", dial, n)
		}
	}
	m.forbidden = "portforward"
	if o, gaps := m.observe(func(r *exchange.Request) { r.Dial = observe.DialAll }); !strings.Contains(gaps, "forbidden") || slices.ContainsFunc(o.Endpoints, func(e rotation.Endpoint) bool { return e.Chain != nil }) {
		t.Errorf("without the right: %s", gaps)
	}
}

// TestSlow: a server that takes the connection and says nothing costs its limit.
func TestSlow(t *testing.T) {
	ours, theirs := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = theirs.Read(make([]byte, 1)) // the first byte of the handshake
		cancel()
	}()
	if _, err := presentedOn(ctx, ours, "a"); !errors.Is(err, errSlow) {
		t.Error(err)
	}
}

// TestCertify: the answer of identity tells the issuer from the issuer with a cross
// certificate behind it, which its metric does not.
func TestCertify(t *testing.T) {
	outgoing, root := kubelet.NewCA(t, "a", nil), kubelet.NewCA(t, "b", nil)
	issuer := kubelet.NewCA(t, "issuer", root)
	cross := outgoing.Cross(t, root)
	for name, c := range map[string]struct {
		chain       []*x509.Certificate
		token, want string
		fps         []string
	}{
		"alone":        {[]*x509.Certificate{issuer.Certificate}, "t", "", fingerprints(t, issuer.Certificate)},
		"crossed":      {[]*x509.Certificate{issuer.Certificate, cross}, "t", "", fingerprints(t, issuer.Certificate, cross)},
		"in reverse":   {[]*x509.Certificate{cross, issuer.Certificate}, "t", "", fingerprints(t, issuer.Certificate, cross)},
		"refused":      {[]*x509.Certificate{issuer.Certificate}, "other", "token is not authenticated", nil},
		"no chain":     {nil, "t", "cannot be read", nil},
		"other issuer": {[]*x509.Certificate{outgoing.Certificate}, "t", "its issuer is not in the chain", nil},
	} {
		identity := &kubelet.Identity{Issuer: issuer, Chain: c.chain, Accepts: func(token string) bool { return token == "t" }}
		m := &mesh{t: t, roots: text(root.Certificate), ports: map[string]string{"linkerd/identity-0:8080": identity.Start(t)}, token: c.token}
		o, gaps := m.observe(func(r *exchange.Request) { r.Certify = true })
		if len(o.Identity) != 1 || !slices.Equal(o.Identity[0].Issuer, c.fps) || !strings.Contains(gaps, c.want) {
			t.Errorf("%s: %+v %s", name, o.Identity, gaps)
		}
		if c.want == "" && (len(identity.Names) != 1 || identity.Names[0] != "l5d-pki-observe.linkerd.serviceaccount.identity.linkerd.example.org") {
			t.Errorf("%s: signed for %q", name, identity.Names)
		}
	}
	m := &mesh{t: t, roots: text(root.Certificate), ports: map[string]string{"linkerd/identity-0:8080": "127.0.0.1:1"}, forbidden: "token"}
	if o, gaps := m.observe(func(r *exchange.Request) { r.Certify = true }); o.Identity[0].Issuer != nil || !strings.Contains(gaps, "forbidden") {
		t.Errorf("without a token: %s", gaps)
	}
}

// TestDryRun: what would become of a pod tells the bundle of the only injector, and
// of none where there are several.
func TestDryRun(t *testing.T) {
	a, b := kubelet.NewCA(t, "a", nil), kubelet.NewCA(t, "b", nil)
	both, one := text(a.Certificate, b.Certificate), text(a.Certificate)
	for name, c := range map[string]struct {
		injected  string
		injectors int
		known     bool
		want      string
	}{
		"one injector":     {both, 1, true, ""},
		"two injectors":    {both, 2, false, "mounts may lag behind"},
		"an older mount":   {one, 1, false, "given another bundle than the ConfigMap's"},
		"nothing injected": {"", 1, false, "is not injected"},
		"no certificates":  {"x", 1, false, "mounts may lag behind"},
	} {
		m := &mesh{t: t, roots: both, injected: c.injected, injectors: c.injectors}
		o, gaps := m.observe(func(r *exchange.Request) { r.DryRunPod = "shop" })
		known := len(o.ControlPlane.Injectors) == c.injectors && o.ControlPlane.Injectors[0].Bundle != nil
		if known != c.known || !strings.Contains(gaps, c.want) {
			t.Errorf("%s: %+v %s", name, o.ControlPlane, gaps)
		}
	}
}
