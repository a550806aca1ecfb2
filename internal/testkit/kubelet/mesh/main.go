// Command mesh stands between clients and an API server, and plays what runs in the
// pods of a mesh: the ports that are reached through the API server, and the
// injector. Whoever calls needs the rights that the API server would ask for. What
// the pods have is in a directory:
//
//	issuer.crt, issuer.key           what identity signs with
//	issuer-POD.crt, issuer-POD.key   what one replica of it signs with, if that differs
//	roots.crt                        what the injector gives
//	held-NAMESPACE-POD               the bundle that a proxy was started with
//	name-NAMESPACE-POD               the identity of a proxy
//	leaf-NAMESPACE-POD               what a proxy presents, with its key; without it, a
//	                                 leaf is made whenever it is asked
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit/kubelet"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

type object = map[string]any

// mesh is the cluster behind the API server.
type mesh struct {
	dir       string
	base      *url.URL
	transport http.RoundTripper
	through   http.Handler
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: mesh KUBECONFIG DIR")
	}
	m, err := newMesh(os.Args[1], os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	ca, err := kubelet.MakeCA("mesh", nil)
	if err != nil {
		log.Fatal(err)
	}
	leaf, err := ca.NewLeaf("localhost", time.Now().Add(24*time.Hour))
	if err != nil {
		log.Fatal(err)
	}
	// By TLS: clients send no tokens without it.
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{leaf}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("https://" + listener.Addr().String())
	log.Fatal(http.Serve(listener, m))
}

func newMesh(kubeconfig, dir string) (*mesh, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.BearerToken = "" // each caller has its own
	m := &mesh{dir: dir}
	if m.transport, err = rest.TransportFor(config); err != nil {
		return nil, err
	}
	if m.base, err = url.Parse(config.Host); err != nil {
		return nil, err
	}
	m.through = &httputil.ReverseProxy{Transport: m.transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(m.base) }}
	return m, nil
}

func (m *mesh) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	part := strings.Split(r.URL.Path, "/") // /api/v1/namespaces/NAMESPACE/pods/POD/SUBRESOURCE
	if len(part) < 6 || part[5] != "pods" {
		m.through.ServeHTTP(w, r)
		return
	}
	if len(part) == 6 && r.Method == http.MethodPost && r.URL.Query().Get("dryRun") == "All" {
		m.inject(r)
	}
	if len(part) < 8 {
		m.through.ServeHTTP(w, r)
		return
	}
	namespace, pod, subresource := part[4], part[6], part[7]
	verb := map[string]string{"portforward": "create", "proxy": "get"}[subresource]
	if verb == "" {
		m.through.ServeHTTP(w, r)
		return
	}
	if !m.allowed(r, namespace, verb, subresource) {
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(object{"kind": "Status", "message": "may not " + verb + " pods/" + subresource})
		return
	}
	if subresource == "portforward" {
		kubelet.Forward(w, r, func(port string) (net.Conn, error) { return m.dial(r, namespace, pod, port) })
		return
	}
	name, port, _ := strings.Cut(pod, ":")
	m.answer(w, namespace, name, port)
}

// answer is what a pod answers to a request through the API server.
func (m *mesh) answer(w http.ResponseWriter, namespace, pod, port string) {
	switch port {
	case "9990":
		ca, _, err := m.issuer(pod)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "issuer_cert_ttl_seconds %f\n", time.Until(ca.Certificate.NotAfter).Seconds())
	case "4191":
		held, err := os.ReadFile(filepath.Join(m.dir, "held-"+namespace+"-"+pod))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(object{"LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS": string(held)})
	default:
		http.Error(w, "nothing listens", http.StatusBadGateway)
	}
}

// dial connects to a port of a pod: identity, or a proxy that presents its leaf.
func (m *mesh) dial(r *http.Request, namespace, pod, port string) (net.Conn, error) {
	switch port {
	case "8080":
		ca, chain, err := m.issuer(pod)
		if err != nil {
			return nil, err
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		protocols := new(http.Protocols)
		protocols.SetUnencryptedHTTP2(true)
		identity := &kubelet.Identity{Issuer: ca, Chain: chain, Accepts: func(token string) bool { return m.reviewed(r, token) }}
		server := &http.Server{Handler: identity, Protocols: protocols}
		go func() { _ = server.Serve(listener) }() // until the caller is gone
		go func() { <-r.Context().Done(); _ = server.Close() }()
		return net.Dial("tcp", listener.Addr().String())
	case "4191":
		leaf, err := m.leaf(namespace + "-" + pod)
		if err != nil {
			return nil, err
		}
		ours, theirs := net.Pipe()
		go func() {
			proxy := tls.Server(theirs, &tls.Config{Certificates: []tls.Certificate{leaf}})
			_, _ = io.Copy(io.Discard, proxy) // makes the handshake, and waits for the other side
			_ = proxy.Close()
		}()
		return ours, nil
	}
	return nil, errors.New("connection refused")
}

// leaf is what a proxy presents.
func (m *mesh) leaf(pod string) (leaf tls.Certificate, err error) {
	own := filepath.Join(m.dir, "leaf-"+pod)
	if leaf, err = tls.LoadX509KeyPair(own, own); !errors.Is(err, os.ErrNotExist) {
		return leaf, err
	}
	name, err := os.ReadFile(filepath.Join(m.dir, "name-"+pod))
	if err != nil {
		return leaf, err
	}
	ca, chain, err := m.issuer("")
	if err != nil {
		return leaf, err
	}
	return ca.NewLeaf(string(name), time.Now().Add(24*time.Hour), chain...)
}

// issuer is what a replica of identity has loaded, and gives with each leaf.
func (m *mesh) issuer(pod string) (*kubelet.CA, []*x509.Certificate, error) {
	path := filepath.Join(m.dir, "issuer-"+pod)
	if _, err := os.Stat(path + ".crt"); err != nil {
		path = filepath.Join(m.dir, "issuer")
	}
	pair, err := tls.LoadX509KeyPair(path+".crt", path+".key")
	if err != nil {
		return nil, nil, err
	}
	var chain []*x509.Certificate
	for _, der := range pair.Certificate {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, nil, err
		}
		chain = append(chain, certificate)
	}
	ca, err := kubelet.WithKey(chain[0], pair.PrivateKey)
	return ca, chain, err
}

// inject adds to a pod of a dry run what the injector adds.
func (m *mesh) inject(r *http.Request) {
	var pod object
	roots, err := os.ReadFile(filepath.Join(m.dir, "roots.crt"))
	if err != nil || json.NewDecoder(r.Body).Decode(&pod) != nil {
		return // the API server refuses what is left
	}
	metadata, _ := pod["metadata"].(object)
	metadata["labels"] = object{"linkerd.io/control-plane-ns": "linkerd"}
	spec, _ := pod["spec"].(object)
	containers, _ := spec["containers"].([]any)
	spec["containers"] = append(containers, object{"name": "linkerd-proxy", "image": "proxy",
		"env": []any{object{"name": "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS", "value": string(roots)}}})
	text, _ := json.Marshal(pod) // it was JSON
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
}

// allowed asks the API server for the caller's rights.
func (m *mesh) allowed(r *http.Request, namespace, verb, subresource string) bool {
	status := m.review(r.Header.Get("Authorization"), "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", object{
		"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
		"spec": object{"resourceAttributes": object{"namespace": namespace, "verb": verb, "resource": "pods", "subresource": subresource}}})
	return status["allowed"] == true
}

// reviewed asks the API server for a token, as identity does.
func (m *mesh) reviewed(_ *http.Request, token string) bool {
	admin, err := os.ReadFile(filepath.Join(m.dir, "token"))
	if err != nil {
		return false
	}
	status := m.review("Bearer "+string(admin), "/apis/authentication.k8s.io/v1/tokenreviews", object{
		"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
		"spec": object{"token": token, "audiences": []string{"identity.l5d.io"}}})
	user, _ := status["user"].(object)
	return status["authenticated"] == true && user["username"] == "system:serviceaccount:linkerd:l5d-pki-observe"
}

func (m *mesh) review(authorization, path string, body object) object {
	text, _ := json.Marshal(body) // plain values
	request, err := http.NewRequest(http.MethodPost, m.base.JoinPath(path).String(), bytes.NewReader(text))
	if err != nil {
		return nil
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {authorization}}
	response, err := m.transport.RoundTrip(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	var answer struct{ Status object }
	_ = json.NewDecoder(response.Body).Decode(&answer) // no status: not allowed
	return answer.Status
}
