package observe

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// padding makes pods about as large as those of a mesh: 10 KB of JSON and more.
var padding = strings.Repeat("x", 7<<10)

// TestLargeMesh observes meshes in 200 namespaces with the rights of --rbac, whose
// pods are like those of several releases. With L5D_PROVE_LONG there are 10,000 pods,
// which kwok runs; without it there are two pages of them, which have the status of
// pods that run. The time and the memory that it takes are in docs/observe.md.
func TestLargeMesh(t *testing.T) {
	n, long := 600, os.Getenv("L5D_PROVE_LONG") != ""
	if long {
		n = 10_000
	}
	begin := func(t *testing.T) *lab {
		l := newLab(t)
		if long {
			l.runPods()
		}
		return l
	}
	t.Run("2.12 to 2.20", func(t *testing.T) {
		l := begin(t)
		l.controlPlane()
		l.large(n, "2.12", "2.15", "2.18", "2.20")
	})
	t.Run("2.10", func(t *testing.T) { // each pod has to be read as a whole
		l := begin(t)
		l.oldControlPlane()
		l.large(n, "2.10")
	})
}

// oldControlPlane plants what the chart of 2.10 renders, of the bundle both: no
// ConfigMap linkerd-identity-trust-roots.
func (l *lab) oldControlPlane() {
	l.t.Helper()
	l.namespace("linkerd")
	values, err := json.Marshal(object{"identityTrustAnchorsPEM": l.both, "identityTrustDomain": "cluster.local"})
	if err != nil {
		l.t.Fatal(err)
	}
	l.create("/api/v1/namespaces/linkerd/configmaps", object{"metadata": object{"name": "linkerd-config"}, "data": object{"values": string(values)}})
	for _, c := range []string{"identity", "destination", "proxy-injector"} {
		l.plant(pod{namespace: "linkerd", name: "linkerd-" + c + "-5d4f-a", version: "2.10", bundle: l.both, component: c})
	}
}

// large plants n pods, by turns of the versions, one in ten of which has the old
// bundle, and observes them.
func (l *lab) large(n int, versions ...string) {
	l.t.Helper()
	const namespaces = 200
	for i := range namespaces {
		l.namespace(fmt.Sprintf("team-%03d", i))
	}
	kubeconfig := l.limited()
	var plant sync.WaitGroup
	work := make(chan int)
	for range 8 {
		plant.Go(func() {
			for i := range work {
				replicas := fmt.Sprintf("service-%d-5d4f", i/namespaces/10)
				p := pod{namespace: fmt.Sprintf("team-%03d", i%namespaces), name: fmt.Sprint(replicas, "-", i), owner: replicas, version: versions[i/namespaces%len(versions)], bundle: l.both, padding: padding}
				if i%10 == 0 {
					p.bundle = l.one
				}
				l.plant(p)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	plant.Wait()
	l.awaitPods()
	file := filepath.Join(l.t.TempDir(), "seen.json")
	cmd := exec.Command(peer.Tool(l.t), "observe", "--state", l.state, "--kubeconfig", kubeconfig, "-o", "json", "--to", file)
	cmd.Env = []string{"HOME=" + l.t.TempDir(), "PATH=/usr/bin:/bin"}
	begin := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(begin)
	text, err := os.ReadFile(file)
	var o seen
	if err != nil || json.Unmarshal(text, &o) != nil {
		l.t.Fatalf("%v\n%.500s", err, text)
	}
	held := map[int]int{} // pods by the number of their anchors
	for _, row := range o.rows() {
		fields := strings.Fields(row)
		count := 1
		if len(fields) == 4 { // group, place, number of pods, anchors
			count, _ = strconv.Atoi(fields[2]) // not a number: 0, which is noticed
		}
		if fields[0] == "proxies" {
			anchors, _ := strconv.Atoi(fields[len(fields)-1])
			held[anchors] += count
		}
	}
	if old := (n + 9) / 10; held[1] != old || held[2] != n-old || !slices.ContainsFunc(strings.Fields(o.counts()), func(c string) bool { return c == fmt.Sprint("proxies=", n) }) {
		l.t.Errorf("%d pods, of which %d have the old bundle: %v, %s", n, old, held, o.counts())
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	l.t.Logf("%d pods: %s, of which %s of CPU, %d bytes, %d KiB at most", n, took.Round(time.Millisecond), cpu.Round(time.Millisecond), len(text), maxRSS(cmd))
}
