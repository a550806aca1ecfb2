package pulls

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	"sigs.k8s.io/yaml"
)

// shopPods is how many pods the workload has.
const shopPods = 2

type object = map[string]any

// cluster is a real API server, with a program in front of it that plays what would
// run in the pods. The test plays the host of the repository, the controllers
// that replace pods, and the kubelets.
type cluster struct {
	*apiserver.Server
	l *land
	// kubeconfig has the rights of `observe --rbac` and nothing else.
	kubeconfig string
	// dir is what the program reads.
	dir string
	// templates are those that the running pods were made of, by Deployment.
	templates map[string]string
	made      int
	// restarts counts the pods that were replaced, by namespace.
	restarts map[string]int
}

func newCluster(t *testing.T, l *land, rights ...string) *cluster {
	t.Helper()
	s := apiserver.Start(t)
	t.Cleanup(s.Stop)
	c := &cluster{Server: s, l: l, dir: t.TempDir(), templates: map[string]string{}, restarts: map[string]int{}}
	for _, name := range []string{"linkerd", "shop"} {
		c.create("/api/v1/namespaces", object{"metadata": object{"name": name}})
		c.create("/api/v1/namespaces/"+name+"/serviceaccounts", object{"metadata": object{"name": "default"}})
	}
	roles := l.run(append([]string{"observe", "--rbac"}, rights...)...)
	c.kubectl(roles.out, "apply", "-f", "-")
	token := c.kubectl("", "create", "token", "-n", "linkerd", "l5d-pki-observe", "--duration", "2h")
	admin, err := os.ReadFile(s.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Users []struct{ User struct{ Token string } }
	}
	if err := yaml.Unmarshal(admin, &config); err != nil || len(config.Users) != 1 {
		t.Fatal(err)
	}
	l.write(filepath.Join(c.dir, "token"), config.Users[0].User.Token)
	c.kubeconfig = filepath.Join(c.dir, "kubeconfig")
	l.write(c.kubeconfig, fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: a, cluster: {server: %q, insecure-skip-tls-verify: true}}], users: [{name: a, user: {token: %s}}], contexts: [{name: a, context: {cluster: a, user: a}}], current-context: a}`,
		c.front(), token))
	return c
}

// front starts the program, and gives its address.
func (c *cluster) front() string {
	c.l.t.Helper()
	cmd := exec.Command(peer.Program(c.l.t, "mesh"), c.Kubeconfig, c.dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.l.t.Fatal(err)
	}
	c.l.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it ends by nothing else
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		c.l.t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func (c *cluster) kubectl(stdin string, args ...string) string {
	c.l.t.Helper()
	cmd := exec.Command(peer.Program(c.l.t, "kubectl"), append([]string{"--kubeconfig", c.Kubeconfig}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stdin = c.l.clone, c.l.env(), strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.l.t.Fatalf("kubectl %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (c *cluster) create(path string, o object) object {
	c.l.t.Helper()
	body, _ := json.Marshal(o)
	code, answer, err := c.Do(http.MethodPost, path, "application/json", body)
	made := object{}
	if err != nil || code != http.StatusCreated || json.Unmarshal(answer, &made) != nil {
		c.l.t.Fatalf("POST %s: %d %v\n%.500s", path, code, err, answer)
	}
	return made
}

// deliver applies the repository as a host does, and lets everything happen that
// follows from it in a cluster: identity loads its issuer, and the pods of a
// Deployment whose template changed are replaced.
func (c *cluster) deliver() {
	c.l.t.Helper()
	c.kubectl("", "apply", "--server-side", "--force-conflicts", "-f", "infrastructure/linkerd/linkerd.yaml", "-f", "apps/shop")
	roots := text(c.Get(c.l.t, "/api/v1/namespaces/linkerd/configmaps/linkerd-identity-trust-roots"), "data", "ca-bundle.crt")
	if was, _ := os.ReadFile(filepath.Join(c.dir, "roots.crt")); string(was) != roots {
		time.Sleep(2 * time.Second) // times of the API have seconds: a pod of the same one may be older than the ConfigMap
	}
	c.l.write(filepath.Join(c.dir, "roots.crt"), roots)
	c.loadIssuer()
	for _, namespace := range []string{"linkerd", "shop"} {
		for _, d := range c.List(c.l.t, "/apis/apps/v1/namespaces/"+namespace+"/deployments") {
			c.roll(namespace, d, roots)
		}
	}
}

// loadIssuer opens the issuer's Secret in the repository as Flux does, with sops.
func (c *cluster) loadIssuer() {
	c.l.t.Helper()
	all, err := os.ReadFile(filepath.Join(c.l.clone, "infrastructure", "linkerd", "pki.yaml"))
	if err != nil {
		c.l.t.Fatal(err)
	}
	for _, document := range strings.Split(string(all), "\n---\n") {
		if !strings.Contains(document, "name: linkerd-identity-issuer\n") {
			continue
		}
		cmd := exec.Command(peer.Program(c.l.t, "sops"), "decrypt", "--input-type", "yaml", "--output-type", "yaml", "--filename-override", "secret.yaml")
		cmd.Env, cmd.Stdin = c.l.env(), strings.NewReader(document)
		plain, err := cmd.Output()
		var secret struct {
			StringData map[string]string
			Data       map[string][]byte
		}
		if err != nil || yaml.Unmarshal(plain, &secret) != nil {
			c.l.t.Fatalf("sops: %v", err)
		}
		for file, field := range map[string]string{"issuer.crt": "tls.crt", "issuer.key": "tls.key"} {
			value := secret.StringData[field]
			if value == "" {
				value = string(secret.Data[field])
			}
			c.l.write(filepath.Join(c.dir, file), value)
		}
		return
	}
	c.l.t.Fatalf("no issuer in\n%s", all)
}

// roll replaces the pods of a Deployment if its template changed.
func (c *cluster) roll(namespace string, d object, roots string) {
	c.l.t.Helper()
	name := text(d, "metadata", "name")
	template, _ := json.Marshal(d["spec"].(object)["template"])
	if c.templates[namespace+"/"+name] == string(template) {
		return
	}
	c.templates[namespace+"/"+name] = string(template)
	for _, p := range c.List(c.l.t, "/api/v1/namespaces/"+namespace+"/pods?labelSelector=of%3D"+name) {
		c.restarts[namespace]++
		path := "/api/v1/namespaces/" + namespace + "/pods/" + text(p, "metadata", "name") + "?gracePeriodSeconds=0"
		if code, answer, err := c.Do(http.MethodDelete, path, "", nil); err != nil || code != http.StatusOK {
			c.l.t.Fatalf("DELETE %s: %d %v\n%.300s", path, code, err, answer)
		}
	}
	replicas := 1
	if namespace == "shop" {
		replicas = shopPods
	}
	for range replicas {
		c.start(namespace, name, roots)
	}
}

// start makes a pod as the chart or the injector does, and runs it as a kubelet does.
func (c *cluster) start(namespace, deployment, roots string) {
	c.l.t.Helper()
	c.made++
	name := fmt.Sprint(deployment, "-5d4f-", c.made)
	sum := sha256.Sum256([]byte(strings.TrimRight(roots, "\n")))
	labels := object{"linkerd.io/control-plane-ns": "linkerd", "pod-template-hash": "5d4f", "of": deployment}
	bundle := object{"name": "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS", "value": roots}
	containers, statuses := []any{}, []any{status("linkerd-proxy")}
	if namespace == "linkerd" {
		component := strings.TrimPrefix(deployment, "linkerd-")
		labels["linkerd.io/control-plane-component"] = component
		bundle = object{"name": bundle["name"], "valueFrom": object{"configMapKeyRef": object{"name": "linkerd-identity-trust-roots", "key": "ca-bundle.crt"}}}
		containers = append(containers, object{"name": component, "image": "controller", "args": []any{"-identity-issuance-lifetime=" + lifetime, "-identity-clock-skew-allowance=" + skew}})
		statuses = append(statuses, status(component))
	}
	containers = append(containers, object{"name": "linkerd-proxy", "image": "proxy", "env": []any{
		object{"name": "LINKERD2_PROXY_IDENTITY_LOCAL_NAME", "value": "$(_pod_sa).$(_pod_ns).serviceaccount.identity.linkerd.cluster.local"}, bundle}})
	path := "/api/v1/namespaces/" + namespace + "/pods"
	c.create(path, object{
		"metadata": object{"name": name, "labels": labels,
			"annotations":     object{"linkerd.io/created-by": "linkerd/proxy-injector edge-25.4.4", "linkerd.io/trust-root-sha256": hex.EncodeToString(sum[:])},
			"ownerReferences": []any{object{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": deployment + "-5d4f", "uid": "1", "controller": true}}},
		"spec": object{"containers": containers, "automountServiceAccountToken": false}})
	body, _ := json.Marshal(object{"status": object{"phase": "Running", "containerStatuses": statuses}})
	if code, answer, err := c.Do(http.MethodPatch, path+"/"+name+"/status", "application/merge-patch+json", body); err != nil || code != http.StatusOK {
		c.l.t.Fatalf("status of %s: %d %v\n%.300s", name, code, err, answer)
	}
	c.l.write(filepath.Join(c.dir, "held-"+namespace+"-"+name), roots)
	c.l.write(filepath.Join(c.dir, "name-"+namespace+"-"+name), "default."+namespace+".serviceaccount.identity.linkerd.cluster.local")
}

func status(container string) object {
	return object{"name": container, "image": "x", "imageID": "x", "ready": true, "restartCount": 0,
		"state": object{"running": object{"startedAt": time.Now().UTC().Add(time.Second).Format(time.RFC3339)}}}
}

// text is a field of an object, "" if it has none.
func text(o object, fields ...string) string {
	for _, f := range fields[:len(fields)-1] {
		o, _ = o[f].(object)
	}
	s, _ := o[fields[len(fields)-1]].(string)
	return s
}
