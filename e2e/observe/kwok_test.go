package observe

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// stages are kwok's own: what becomes of a node and of a pod.
var stages = []string{"node/fast/node-initialize.yaml", "pod/fast/pod-ready.yaml"}

// runPods starts kwok with one node: it makes pods on it run.
func (l *lab) runPods() {
	l.t.Helper()
	l.node = "node-0"
	l.create("/api/v1/nodes", object{"metadata": object{"name": l.node}})
	var text strings.Builder
	for _, name := range stages {
		text.WriteString(peer.Source(l.t, "kwok", "sigs.k8s.io/kwok", "kustomize/stage/"+name) + "\n---\n")
	}
	config := filepath.Join(l.t.TempDir(), "stages.yaml")
	if err := os.WriteFile(config, []byte(text.String()), 0o600); err != nil {
		l.t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(peer.Program(l.t, "kwok"), "--kubeconfig", l.Kubeconfig, "-c", config, "--manage-all-nodes=true",
		"--node-ip", "127.0.0.1", "--server-address", "127.0.0.1:0", "--node-lease-duration-seconds", "0")
	cmd.Env, cmd.Stdout, cmd.Stderr = []string{"HOME=" + l.t.TempDir(), "PATH=/usr/bin:/bin"}, &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it stores nothing
		_ = cmd.Wait()
		if l.t.Failed() {
			l.t.Logf("kwok:\n%.3000s", log.String())
		}
	})
}

// maxRunning bounds how long kwok takes for all pods.
const maxRunning = 10 * time.Minute

// awaitPods waits until no pod is left that does not run.
func (l *lab) awaitPods() {
	l.t.Helper()
	if l.node == "" {
		return
	}
	for deadline := time.Now().Add(maxRunning); time.Now().Before(deadline); time.Sleep(time.Second) {
		if len(l.List(l.t, "/api/v1/pods?limit=1&fieldSelector=status.phase%21%3DRunning")) == 0 {
			return
		}
	}
	code, answer, err := l.Do(http.MethodGet, "/api/v1/pods?limit=1&fieldSelector=status.phase%21%3DRunning", "", nil)
	l.t.Fatalf("pods do not run: %d %v\n%.2000s", code, err, answer)
}
