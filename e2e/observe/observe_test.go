// Package observe runs `l5d-pki-render observe` against a real API server with
// planted control planes and pods: no pod runs, and the API holds what it would
// hold if they did.
package observe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

type object = map[string]any

// lab is an API server and what a test knows of the mesh in it.
type lab struct {
	*apiserver.Server
	t         testing.TB
	both, one string
	state     string
	// node is where kwok runs pods; "": the tests give pods their status.
	node string
}

func newLab(t testing.TB) *lab {
	s := apiserver.Start(t)
	t.Cleanup(s.Stop)
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(peer.Root(), "fixtures", "pki", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	old, incoming := strings.TrimSpace(read("anchor-2025.crt"))+"\n", strings.TrimSpace(read("anchor-2026.crt"))+"\n"
	l := &lab{Server: s, t: t, both: old + incoming, one: old}
	l.state = peer.Fixture("rotation/bundle/anchor-spread.yaml")
	return l
}

func (l *lab) create(path string, o object) object {
	l.t.Helper()
	body, err := json.Marshal(o)
	if err != nil {
		l.t.Fatal(err)
	}
	code, answer, err := l.Do(http.MethodPost, path, "application/json", body)
	made := object{}
	if err != nil || code != http.StatusCreated || json.Unmarshal(answer, &made) != nil {
		l.t.Fatalf("POST %s: %d %v\n%.500s", path, code, err, answer)
	}
	return made
}

func (l *lab) namespace(name string) {
	l.t.Helper()
	l.create("/api/v1/namespaces", object{"metadata": object{"name": name}})
	l.create("/api/v1/namespaces/"+name+"/serviceaccounts", object{"metadata": object{"name": "default"}})
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// pod is one meshed pod to plant.
type pod struct {
	namespace, name, version, bundle string
	component, mesh, phase           string
	padding, owner                   string // a ReplicaSet
}

// object is the pod as the charts and injectors of its version make it.
func (p pod) object() object {
	labels, annotations := object{"linkerd.io/control-plane-ns": "linkerd", "pod-template-hash": "5d4f"}, object{"linkerd.io/created-by": "linkerd/proxy-injector " + p.version}
	if p.mesh != "" {
		labels["linkerd.io/control-plane-ns"] = p.mesh
	}
	switch trimmed := strings.TrimRight(p.bundle, "\n"); p.version {
	case "2.10", "2.11":
	case "2.12":
		annotations["linkerd.io/trust-root-sha256"] = hash(trimmed + "\n")
	default:
		annotations["linkerd.io/trust-root-sha256"] = hash(trimmed)
	}
	env := object{"name": "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS", "value": p.bundle}
	proxy := object{"name": "linkerd-proxy", "image": "proxy"}
	containers := []any{object{"name": "app", "image": "app"}}
	if p.component != "" {
		labels["linkerd.io/control-plane-component"] = p.component
		env = object{"name": env["name"], "valueFrom": object{"configMapKeyRef": object{"name": "linkerd-identity-trust-roots", "key": "ca-bundle.crt"}}}
		containers = []any{object{"name": p.component, "image": "controller"}}
	}
	proxy["env"] = []any{env, object{"name": "PADDING", "value": p.padding}}
	spec := object{"containers": append(containers, proxy), "automountServiceAccountToken": false}
	if p.version == "2.20" {
		proxy["restartPolicy"] = "Always"
		spec = object{"containers": containers, "initContainers": []any{proxy}, "automountServiceAccountToken": false}
	}
	metadata := object{"name": p.name, "labels": labels, "annotations": annotations, "finalizers": []any{"example.org/kept"}}
	if p.owner != "" {
		metadata["ownerReferences"] = []any{object{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": p.owner, "uid": p.owner, "controller": true}}
	}
	return object{"metadata": metadata, "spec": spec}
}

// plant creates a pod and gives it the status that a kubelet would.
func (l *lab) plant(p pod) {
	l.t.Helper()
	path, o := "/api/v1/namespaces/"+p.namespace+"/pods", p.object()
	if l.node != "" {
		o["spec"].(object)["nodeName"] = l.node
		l.create(path, o)
		return
	}
	l.create(path, o)
	if p.phase == "" {
		p.phase = "Running"
	}
	running := object{"running": object{"startedAt": time.Now().UTC().Format(time.RFC3339)}}
	if p.phase == "Pending" {
		running = object{"waiting": object{"reason": "PodInitializing"}}
	}
	status := func(name string) object {
		return object{"name": name, "image": "x", "imageID": "x", "ready": true, "restartCount": 0, "state": running}
	}
	list := "containerStatuses"
	if p.version == "2.20" {
		list = "initContainerStatuses"
	}
	statuses := []any{status("linkerd-proxy")}
	body, _ := json.Marshal(object{"status": object{"phase": p.phase, list: statuses}})
	code, answer, err := l.Do(http.MethodPatch, path+"/"+p.name+"/status", "application/merge-patch+json", body)
	if err != nil || code != http.StatusOK {
		l.t.Fatalf("status of %s: %d %v\n%.300s", p.name, code, err, answer)
	}
}

// controlPlane plants what the charts of 2.18 render, of the bundle both.
func (l *lab) controlPlane() {
	l.t.Helper()
	l.namespace("linkerd")
	l.create("/api/v1/namespaces/linkerd/configmaps", object{"metadata": object{"name": "linkerd-identity-trust-roots"}, "data": object{"ca-bundle.crt": l.both}})
	l.create("/api/v1/namespaces/linkerd/configmaps", object{"metadata": object{"name": "linkerd-config"}, "data": object{"values": "identityTrustDomain: cluster.local\nlinkerdVersion: version-2.18\n"}})
	for _, c := range []string{"identity", "destination", "proxy-injector"} {
		l.plant(pod{namespace: "linkerd", name: "linkerd-" + c + "-5d4f-a", version: "2.18", bundle: l.both, component: c})
	}
}

// seen is the part of an observation that the tests compare.
type seen struct {
	Coverage []struct {
		Group string
		Pods  int
	}
	Bundles []struct {
		Name         string
		Certificates []string
	}
	Mesh struct {
		Namespace, TrustDomain, Version string
		OtherControlPlanes              []string
	}
	ControlPlane struct {
		TrustRoots        string
		TrustRootsChanged string
		Injectors         []struct{ Pod, Bundle string }
	}
	Identity  []struct{ Pod, Bundle, Issuer string }
	Endpoints []struct {
		Group, Bundle, Chain string
		Leaf                 object
		Pods                 []string
	}
}

// run runs the program; the exit code has to be want.
func (l *lab) run(want int, args ...string) (stdout, stderr string) {
	l.t.Helper()
	var out, talk bytes.Buffer
	cmd := exec.Command(peer.Tool(l.t), args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = []string{"HOME=" + l.t.TempDir(), "PATH=/usr/bin:/bin"}, &out, &talk
	if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		l.t.Fatalf("%v: %v\n%s", args, err, talk.String())
	}
	return out.String(), talk.String()
}

func (l *lab) observe(kubeconfig string, args ...string) (seen, string) {
	l.t.Helper()
	out, talk := l.run(0, append([]string{"observe", "--state", l.state, "--kubeconfig", kubeconfig, "-o", "json"}, args...)...)
	var o seen
	if err := json.Unmarshal([]byte(out), &o); err != nil {
		l.t.Fatalf("%v\n%s", err, out)
	}
	return o, talk
}

// rows are the endpoints as text, with the number of anchors that they hold.
func (o seen) rows() []string {
	anchors := map[string]int{}
	for _, b := range o.Bundles {
		anchors[b.Name] = len(b.Certificates)
	}
	var list []string
	for _, e := range o.Endpoints {
		for _, p := range e.Pods {
			list = append(list, strings.TrimSpace(fmt.Sprint(e.Group, " ", p, " ", anchors[e.Bundle], " ", e.Chain)))
		}
	}
	slices.Sort(list)
	return list
}

func (o seen) counts() string {
	var list []string
	for _, c := range o.Coverage {
		list = append(list, fmt.Sprint(c.Group, "=", c.Pods))
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// TestObserve: pods of every shape, Terminating and Failed ones, and a second
// control plane, with every right and with those of --rbac alone.
func TestObserve(t *testing.T) {
	l := newLab(t)
	l.controlPlane()
	l.namespace("shop")
	l.namespace("linkerd-two")
	l.plant(pod{namespace: "linkerd-two", name: "linkerd-identity-5d4f-b", version: "2.18", bundle: l.both, component: "identity", mesh: "linkerd-two"})
	for _, p := range []pod{
		{namespace: "shop", name: "a", version: "2.10", bundle: l.one},
		{namespace: "shop", name: "b", version: "2.11", bundle: l.both},
		{namespace: "shop", name: "c", version: "2.12", bundle: l.both},
		{namespace: "shop", name: "d", version: "2.15", bundle: l.one},
		{namespace: "shop", name: "e", version: "2.20", bundle: l.both},
		{namespace: "shop", name: "f", version: "2.18", bundle: l.one, phase: "Failed"},
		{namespace: "shop", name: "g", version: "2.18", bundle: l.both, phase: "Succeeded"},
		{namespace: "shop", name: "h", version: "2.20", bundle: l.both, phase: "Pending"},
		{namespace: "shop", name: "i", version: "2.18", bundle: l.one, mesh: "linkerd-two"},
		{namespace: "shop", name: "j", version: "2.18", bundle: l.both},
	} {
		l.plant(p)
	}
	if code, answer, err := l.Do(http.MethodDelete, "/api/v1/namespaces/shop/pods/j", "", nil); err != nil || code != http.StatusOK {
		t.Fatalf("%d %v %s", code, err, answer)
	}
	l.create("/api/v1/namespaces/linkerd/events", object{
		"metadata": object{"name": "refused"}, "involvedObject": object{"kind": "Deployment", "name": "linkerd-identity", "namespace": "linkerd"}, "type": "Warning",
		"reason": "IssuerUpdateSkipped", "message": "Skipping issuer update as certs could not be read from disk", "lastTimestamp": time.Now().UTC().Format(time.RFC3339),
	})
	want := []string{
		"control-plane linkerd/pod/linkerd-destination-5d4f-a 0", "control-plane linkerd/pod/linkerd-identity-5d4f-a 0", "control-plane linkerd/pod/linkerd-proxy-injector-5d4f-a 0",
		"proxies shop/pod/a 1", "proxies shop/pod/b 2", "proxies shop/pod/c 2", "proxies shop/pod/d 1", "proxies shop/pod/e 2", "proxies shop/pod/h 2 none", "proxies shop/pod/j 2",
	}
	const counts = "control-plane=3 extensions=0 external-workloads=0 gateways=0 identity=1 injectors=1 proxies=7"
	check := func(name, kubeconfig string) {
		o, talk := l.observe(kubeconfig)
		if got := o.rows(); !slices.Equal(got, want) {
			t.Errorf("%s: %q\n%s", name, got, talk)
		}
		if got := o.counts(); got != counts {
			t.Errorf("%s: %s", name, got)
		}
		if got := fmt.Sprint(o.Mesh); got != "{linkerd cluster.local version-2.18 [linkerd-two]}" {
			t.Errorf("%s: mesh %s", name, got)
		}
		if o.ControlPlane.TrustRoots == "" || o.ControlPlane.TrustRootsChanged == "" || len(o.Identity) != 1 || o.Identity[0].Issuer != "" {
			t.Errorf("%s: %+v %+v", name, o.ControlPlane, o.Identity)
		}
		for _, text := range []string{"mounts may lag behind", "the issuer of identity replica linkerd-identity-5d4f-a", "the issuer that identity was given: event IssuerUpdateSkipped at "} {
			if !strings.Contains(talk, text) {
				t.Errorf("%s: stderr lacks %q:\n%s", name, text, talk)
			}
		}
	}
	check("every right", l.Kubeconfig)
	check("the rights of --rbac", l.limited())

	// The gate stays shut, and names who holds the old bundle.
	if out, _ := l.run(0, "status", "--state", l.state, "--observe", "--kubeconfig", l.Kubeconfig); !strings.Contains(out, "advance to issuer-switched: not yet") {
		t.Error(out)
	}
	l.checkExtension()
	// Without the right to list pods the rest is read.
	l.remove("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/l5d-pki-observe")
	o, talk := l.observe(l.limitedFile())
	if o.ControlPlane.TrustRoots == "" || len(o.Endpoints) != 0 || !strings.Contains(talk, "the pods: the API server answers 403") {
		t.Errorf("%+v\n%s", o, talk)
	}
	_, talk = l.run(1, "observe", "--state", l.state, "--kubeconfig", l.Kubeconfig, "--namespace", "shop")
	if !strings.Contains(talk, "observe-no-control-plane") {
		t.Error(talk)
	}
}

func (l *lab) remove(path string) {
	l.t.Helper()
	if code, answer, err := l.Do(http.MethodDelete, path, "", nil); err != nil || code != http.StatusOK {
		l.t.Fatalf("DELETE %s: %d %v %s", path, code, err, answer)
	}
}

func (l *lab) limitedFile() string { return filepath.Join(filepath.Dir(l.Kubeconfig), "limited") }

// limited is a kubeconfig with the rights of `observe --rbac` with some flags.
func (l *lab) limited(flags ...string) string {
	l.t.Helper()
	roles, _ := l.run(0, append([]string{"observe", "--rbac"}, flags...)...)
	kubectl := func(stdin string, args ...string) string {
		cmd := exec.Command(peer.Program(l.t, "kubectl"), append([]string{"--kubeconfig", l.Kubeconfig}, args...)...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			l.t.Fatalf("kubectl %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	kubectl(roles, "apply", "-f", "-")
	token := kubectl("", "create", "token", "-n", "linkerd", "l5d-pki-observe")
	text, err := os.ReadFile(l.Kubeconfig)
	if err != nil {
		l.t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "users:") {
			lines[i] = fmt.Sprintf("users: [{name: admin, user: {token: %s}}]", token)
		}
	}
	if err := os.WriteFile(l.limitedFile(), []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return l.limitedFile()
}

// TestPrometheus: faults of a Prometheus leave the dates of leaves to the age of pods.
func TestPrometheus(t *testing.T) {
	l := newLab(t)
	l.controlPlane()
	l.namespace("shop")
	l.plant(pod{namespace: "shop", name: "a", version: "2.18", bundle: l.both})
	answer, code, authorization := "", http.StatusOK, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization = r.Header.Get("Authorization") + " " + r.FormValue("query")
		w.WriteHeader(code)
		fmt.Fprint(w, answer)
	}))
	defer server.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(20 * time.Hour).Unix()
	whole := fmt.Sprintf(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"control_identity_cert_expiration_timestamp_seconds","namespace":"shop","pod":"a"},"value":[1,"%d"]}]}}`, end)
	for _, c := range []struct {
		name, answer string
		code         int
		expires      bool
		talk         string
	}{
		{"whole", whole, 200, true, "read 1 series"},
		{"missing series", `{"status":"success","data":{"resultType":"vector","result":[]}}`, 200, false, "read 0 series"},
		{"an error", `{"status":"error"}`, 422, false, "the dates of leaves from Prometheus: it answers 422"},
		{"a login page", "<html>", 200, false, "the dates of leaves from Prometheus"},
	} {
		answer, code = c.answer, c.code
		o, talk := l.observe(l.Kubeconfig, "--prometheus", server.URL, "--prometheus-token-file", token)
		expires := false
		for _, e := range o.Endpoints {
			expires = expires || e.Leaf["expires"] != nil
		}
		if expires != c.expires || !strings.Contains(talk, c.talk) {
			t.Errorf("%s: expires %t\n%s", c.name, expires, talk)
		}
		if !strings.HasPrefix(authorization, "Bearer secret {__name__=~") {
			t.Errorf("%s: asked with %q", c.name, authorization)
		}
	}
}
