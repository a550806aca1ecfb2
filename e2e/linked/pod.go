package linked

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"
)

type object = map[string]any

// Leaves live as long as the charts have it.
const (
	lifetime = 24 * time.Hour
	skew     = 20 * time.Second
)

// pod is a meshed pod that runs.
type pod struct {
	namespace, deployment, name string
	// template is the Deployment's, as it was when the pod was made.
	template string
	// bundle is what its proxy was started with, presented the leaf and what is behind
	// it: PEM.
	bundle, presented string
	// issuer and key are what a replica of identity has loaded, PEM; empty for others.
	issuer, key string
}

func (p *pod) place() string { return p.namespace + "-" + p.name }

// behind is the chain below the leaf, in PEM.
func (p *pod) behind() string {
	_, rest := pem.Decode([]byte(p.presented))
	return string(rest)
}

// identity is the name that the leaf is for.
func (p *pod) identity() string {
	return "default." + p.namespace + ".serviceaccount.identity.linkerd.cluster.local"
}

// start makes a pod as the chart or the injector does, and runs it as a kubelet does.
func (c *cluster) start(namespace, deployment, template string) *pod {
	c.t.Helper()
	c.made++
	p := &pod{namespace: namespace, deployment: deployment, template: template, name: fmt.Sprintf("%s-5d4f-%s%d", deployment, c.name, c.made),
		bundle: c.mount}
	labels := object{"linkerd.io/control-plane-ns": "linkerd", "pod-template-hash": "5d4f"}
	bundle := object{"name": "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS", "value": p.bundle}
	containers, statuses := []any{}, []any{status("linkerd-proxy")}
	if namespace == "linkerd" {
		p.bundle = c.roots() // a kubelet reads it anew for a container that starts
		bundle = object{"name": bundle["name"], "valueFrom": object{"configMapKeyRef": object{"name": "linkerd-identity-trust-roots",
			"key": "ca-bundle.crt"}}}
		component := strings.TrimPrefix(deployment, "linkerd-")
		labels["linkerd.io/control-plane-component"] = component
		containers = append(containers, object{"name": component, "image": "controller",
			"args": []any{"-identity-issuance-lifetime=" + lifetime.String(), "-identity-clock-skew-allowance=" + skew.String()}})
		statuses = append(statuses, status(component))
	}
	if deployment == identity {
		p.issuer, p.key = c.issuer()
	}
	sum := sha256.Sum256([]byte(strings.TrimRight(p.bundle, "\n")))
	containers = append(containers, object{"name": "linkerd-proxy", "image": "proxy", "env": []any{
		object{"name": "LINKERD2_PROXY_IDENTITY_LOCAL_NAME", "value": "$(_pod_sa).$(_pod_ns).serviceaccount.identity.linkerd.cluster.local"}, bundle}})
	path := "/api/v1/namespaces/" + namespace + "/pods"
	c.do(http.MethodPost, path, "application/json", object{
		"metadata": object{"name": p.name, "labels": labels,
			"annotations": object{"linkerd.io/created-by": "linkerd/proxy-injector edge-25.10.7",
				"linkerd.io/trust-root-sha256": hex.EncodeToString(sum[:])},
			"ownerReferences": []any{object{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": deployment + "-5d4f", "uid": "1",
				"controller": true}}},
		"spec": object{"containers": containers, "automountServiceAccountToken": false}})
	c.do(http.MethodPatch, path+"/"+p.name+"/status", "application/merge-patch+json",
		object{"status": object{"phase": "Running", "containerStatuses": statuses}})
	c.write("held-"+p.place(), p.bundle)
	c.publishIssuer(p)
	return p
}

func status(container string) object {
	return object{"name": container, "image": "x", "imageID": "x", "ready": true, "restartCount": 0,
		"state": object{"running": object{"startedAt": time.Now().UTC().Format(time.RFC3339)}}}
}

// publishIssuer makes what a replica has loaded known to the program in front.
func (c *cluster) publishIssuer(p *pod) {
	if p.issuer != "" {
		c.write("issuer-"+p.name+".crt", p.issuer)
		c.write("issuer-"+p.name+".key", p.key)
	}
}

// certify has a replica of identity sign a new leaf for a pod.
func (c *cluster) certify(p, by *pod) {
	c.t.Helper()
	pair, err := tls.X509KeyPair([]byte(by.issuer), []byte(by.key))
	if err != nil {
		c.t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	issuer, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		c.t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		c.t.Fatal(err)
	}
	leaf, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial, DNSNames: []string{p.identity()}, NotBefore: time.Now().Add(-skew), NotAfter: time.Now().Add(lifetime + skew),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, issuer, &key.PublicKey, pair.PrivateKey)
	if err != nil {
		c.t.Fatal(err)
	}
	own, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		c.t.Fatal(err)
	}
	p.presented = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf})) + by.issuer
	c.write("leaf-"+p.place(), string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: own}))+p.presented)
}

// do sends an object, which the API has to take.
func (c *cluster) do(method, path, contentType string, o object) object {
	c.t.Helper()
	body, err := json.Marshal(o)
	if err != nil {
		c.t.Fatal(err)
	}
	code, answer, err := c.Do(method, path, contentType, body)
	got := object{}
	if err != nil || code != http.StatusOK && code != http.StatusCreated || json.Unmarshal(answer, &got) != nil {
		c.t.Fatalf("%s %s: %d %v\n%.500s", method, path, code, err, answer)
	}
	return got
}
