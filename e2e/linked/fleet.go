package linked

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// looks are what observing asks for beside the objects of the clusters.
var looks = []string{"--dial", "all", "--certify", "--dry-run-pod", "shop"}

const fleetFile = `apiVersion: l5d-pki-render/v1alpha1
kind: Fleet
metadata: {name: prod}
spec:
  members:
  - {name: east, state: clusters/east/rotation.yaml, observation: clusters/east/observation.yaml, context: east}
  - {name: west, state: clusters/west/rotation.yaml, observation: clusters/west/observation.yaml, context: west}
  links:
  - members: [east, west]
`

// fleet is the directory with the states of two linked clusters, and the clusters.
type fleet struct {
	t        *testing.T
	dir      string
	clusters []*cluster
	trust    *trust
	// chart is what the charts render: the control plane, and a workload.
	chart []byte
}

// newFleet has two clusters under one anchor, each with an issuer of its own.
func newFleet(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{t: t, dir: t.TempDir(), trust: newTrust(t)}
	stream, err := os.ReadFile(peer.Fixture("rotation/input.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	controlPlane, _, _ := strings.Cut(string(stream), "apiVersion: v1\nkind: Namespace\n")
	f.chart = []byte(controlPlane + apiserver.Web)
	f.write("fleet.yaml", []byte(fleetFile))
	f.member("east", "rotation/issuer/stable.yaml")
	f.member("west", "rotation/issuer/stable-after.yaml")
	servers := apiserver.StartSeveral(t, 2)
	kubeconfig := object{"apiVersion": "v1", "kind": "Config"}
	var contexts, users, places []any
	for i, name := range []string{"east", "west"} {
		t.Cleanup(servers[i].Stop)
		c := newCluster(t, servers[i], name, uint64(i))
		f.clusters = append(f.clusters, c)
		places = append(places, object{"name": name, "cluster": object{"server": c.front, "insecure-skip-tls-verify": true}})
		users = append(users, object{"name": name, "user": object{"token": c.token}})
		contexts = append(contexts, object{"name": name, "context": object{"cluster": name, "user": name}})
	}
	kubeconfig["clusters"], kubeconfig["users"], kubeconfig["contexts"] = places, users, contexts
	text, err := json.Marshal(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	f.write("kubeconfig", text)
	for _, c := range f.clusters {
		f.deliver(c)
		c.begin()
	}
	f.check("at the beginning")
	return f
}

// member copies a state of the fixtures, with keys that are its own.
func (f *fleet) member(name, state string) {
	f.t.Helper()
	text, err := os.ReadFile(peer.Fixture(state))
	if err != nil {
		f.t.Fatal(err)
	}
	of := strings.NewReplacer("name: fixture", "name: "+name, "../../pki/", "keys/")
	f.write(f.state(name), []byte(of.Replace(string(text))))
	for _, key := range []string{"anchor-2025", "issuer-2025-1", "issuer-2025-2", "proxy-injector", "sp-validator", "policy-validator"} {
		text, err := os.ReadFile(peer.Fixture("pki/" + key + ".key"))
		if err != nil {
			f.t.Fatal(err)
		}
		f.write(filepath.Join("clusters", name, "keys", key+".key"), text)
	}
}

func (f *fleet) state(member string) string {
	return filepath.Join("clusters", member, "rotation.yaml")
}

func (f *fleet) write(name string, text []byte) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// run runs the tool.
func (f *fleet) run(stdin []byte, args ...string) (stdout, stderr string, code int) {
	f.t.Helper()
	var out, said bytes.Buffer
	cmd := exec.Command(peer.Tool(f.t), args...)
	cmd.Dir, cmd.Env = f.dir, []string{"HOME=" + f.dir, "PATH=/usr/bin:/bin"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &said
	if err := cmd.Run(); cmd.ProcessState == nil {
		f.t.Fatal(err)
	}
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

func (f *fleet) must(stdin []byte, args ...string) string {
	f.t.Helper()
	out, said, code := f.run(stdin, args...)
	if code != 0 {
		f.t.Fatalf("%v: exit %d\n%s%s", args, code, out, said)
	}
	return out
}

// moved are the phases that members enter by a move.
func (f *fleet) moved(out string) map[string]string {
	f.t.Helper()
	var all struct {
		Moves []struct {
			Member, To string
			Moved      bool
		}
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		f.t.Fatalf("%v\n%s", err, out)
	}
	phases := map[string]string{}
	for _, m := range all.Moves {
		if m.Moved {
			phases[m.Member] = m.To
		}
	}
	return phases
}

// observe takes evidence of both clusters.
func (f *fleet) observe() {
	f.t.Helper()
	f.must(nil, append([]string{"observe", "--fleet", "fleet.yaml", "--kubeconfig", "kubeconfig"}, looks...)...)
}

// advance enters the next phase in the members that may, and nobody vouches.
func (f *fleet) advance() map[string]string {
	f.t.Helper()
	out, said, code := f.run(nil, "fleet", "advance", "-o", "json")
	if code == 0 {
		return f.moved(out)
	}
	if !strings.Contains(said, "fleet-refused") {
		f.t.Fatalf("fleet advance: exit %d\n%s%s", code, out, said)
	}
	return nil
}

// deliver applies the phase of a member's state as a host does.
func (f *fleet) deliver(c *cluster) {
	f.t.Helper()
	c.apply([]byte(f.must(f.chart, "post-render", "-s", f.state(c.name))))
}

// deliverAll applies those that moved, one after the other.
func (f *fleet) deliverAll(moved map[string]string) {
	f.t.Helper()
	changed := false
	for _, c := range f.clusters {
		if moved[c.name] == "" {
			continue
		}
		was := c.roots()
		f.deliver(c)
		changed = changed || c.roots() != was
		f.check(fmt.Sprint(c.name, " got ", moved[c.name]))
	}
	if changed {
		time.Sleep(1100 * time.Millisecond) // times of the API have seconds: a pod of the same one may be older than the ConfigMap
	}
}

// all is more events than there are.
const all = 200

// goOn has at most so many events happen in each cluster, by turns.
func (f *fleet) goOn(most int) {
	f.t.Helper()
	for i := range most {
		happened := false
		for _, c := range f.clusters {
			happened = c.happen() || happened
			f.check(fmt.Sprint("event ", i+1, " of ", c.name))
		}
		if !happened {
			return
		}
	}
	if most == all {
		f.t.Fatalf("there is no end of events")
	}
}

func (f *fleet) check(when string) {
	f.t.Helper()
	f.trust.check(f.t, when, f.clusters)
}
