package linked

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"

	"sigs.k8s.io/yaml"
)

// identity is the Deployment that signs leaves.
const identity = "linkerd-identity"

// replicas are how many pods the Deployments have; 1 where there is no number.
var replicas = map[string]int{identity: 2, "web": 3}

// cluster is a real API server, with a program in front of it that plays the ports of
// pods, and what runs in it.
type cluster struct {
	*apiserver.Server
	t    *testing.T
	name string
	// front is the program's address, token that of the account that observes.
	front, token string
	// dir is what the program reads.
	dir string
	// mount is the copy of the trust roots that injectors give.
	mount string
	pods  []*pod
	made  int
	// restarts counts the pods that were replaced since their template changed, by
	// namespace.
	restarts map[string]int
	// applied are the objects as they were applied the last time.
	applied e2e.Objects
	random  *rand.Rand
}

func newCluster(t *testing.T, s *apiserver.Server, name string, seed uint64) *cluster {
	t.Helper()
	c := &cluster{Server: s, t: t, name: name, dir: t.TempDir(), restarts: map[string]int{}, applied: e2e.Objects{},
		random: rand.New(rand.NewPCG(seed, 14))}
	for _, name := range []string{"linkerd", "shop"} {
		c.do(http.MethodPost, "/api/v1/namespaces", "application/json", object{"metadata": object{"name": name}})
		c.do(http.MethodPost, "/api/v1/namespaces/"+name+"/serviceaccounts", "application/json", object{"metadata": object{"name": "default"}})
	}
	roles, err := exec.Command(peer.Tool(t), append([]string{"observe", "--rbac"}, looks...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	c.apply(roles)
	token := c.do(http.MethodPost, "/api/v1/namespaces/linkerd/serviceaccounts/l5d-pki-observe/token", "application/json",
		object{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": object{"expirationSeconds": 7200}})
	c.token = text(token, "status", "token")
	c.startFront()
	return c
}

// startFront starts the program in front of the API server.
func (c *cluster) startFront() {
	c.t.Helper()
	kubeconfig, err := os.ReadFile(c.Kubeconfig)
	var config struct {
		Users []struct{ User struct{ Token string } }
	}
	if err != nil || yaml.Unmarshal(kubeconfig, &config) != nil || len(config.Users) != 1 {
		c.t.Fatal("the kubeconfig of the API server has no user")
	}
	c.write("token", config.Users[0].User.Token)
	cmd := exec.Command(peer.Program(c.t, "mesh"), c.Kubeconfig, c.dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it ends by nothing else
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		c.t.Fatal(err)
	}
	c.front = strings.TrimSpace(line)
}

func (c *cluster) write(name, text string) {
	c.t.Helper()
	// What reads it may read at any time.
	if err := os.WriteFile(filepath.Join(c.dir, name+".new"), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(c.dir, name+".new"), filepath.Join(c.dir, name)); err != nil {
		c.t.Fatal(err)
	}
}

// apply applies a stream as a host does: what has changed.
func (c *cluster) apply(stream []byte) {
	c.t.Helper()
	objects := e2e.ParseObjects(c.t, stream)
	for _, name := range slices.Sorted(maps.Keys(objects)) {
		was, _ := json.Marshal(c.applied[name]) // they were JSON
		is, _ := json.Marshal(objects[name])
		if bytes.Equal(was, is) {
			continue
		}
		o := objects[name].(object)
		c.Apply(c.t, c.Path(c.t, o), "host", o)
		c.applied[name] = o
	}
}

// roots is what the ConfigMap with the trust roots has.
func (c *cluster) roots() string {
	c.t.Helper()
	return text(c.Get(c.t, "/api/v1/namespaces/linkerd/configmaps/linkerd-identity-trust-roots"), "data", "ca-bundle.crt")
}

// issuer is what the Secret of identity has.
func (c *cluster) issuer() (chain, key string) {
	c.t.Helper()
	secret := c.Get(c.t, "/api/v1/namespaces/linkerd/secrets/linkerd-identity-issuer")
	field := func(name string) string {
		plain, err := base64.StdEncoding.DecodeString(text(secret, "data", name))
		if err != nil || len(plain) == 0 {
			c.t.Fatalf("the issuer's Secret has no %s", name)
		}
		return strings.TrimSpace(string(plain)) + "\n"
	}
	return field("crt.pem"), field("key.pem")
}

// templates are those of all meshed Deployments, by namespace and name.
func (c *cluster) templates() map[[2]string]string {
	c.t.Helper()
	all := map[[2]string]string{}
	for _, namespace := range []string{"linkerd", "shop"} {
		for _, d := range c.List(c.t, "/apis/apps/v1/namespaces/"+namespace+"/deployments") {
			template, _ := json.Marshal(d["spec"].(object)["template"]) // it was JSON
			all[[2]string{namespace, text(d, "metadata", "name")}] = string(template)
		}
	}
	if len(all) != 4 {
		c.t.Fatalf("%d Deployments in %s", len(all), c.name)
	}
	return all
}

// text is a field of an object, "" if it has none.
func text(o object, fields ...string) string {
	for _, f := range fields[:len(fields)-1] {
		o, _ = o[f].(object)
	}
	s, _ := o[fields[len(fields)-1]].(string)
	return s
}

func (c *cluster) String() string { return fmt.Sprintf("%s (%d pods)", c.name, len(c.pods)) }
