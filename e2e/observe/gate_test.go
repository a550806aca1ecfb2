package observe

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

const gatePath = "/apis/l5d-pki.github.io/v1alpha1/namespaces/linkerd/rotationgates/l5d-pki-gate"

// withGate is a state of the fixtures that asks for the gate and for a trust bundle
// of Kubernetes' own kind.
func (l *lab) withGate(phase string) string {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(peer.Root(), "fixtures", "rotation", "bundle", phase+".yaml"))
	if err != nil {
		l.t.Fatal(err)
	}
	asked := strings.Replace(string(text), "\nspec:\n", "\nspec:\n  gate: true\n  trustBundles: [{kind: ClusterTrustBundle}]\n", 1)
	file := filepath.Join(l.t.TempDir(), "rotation.yaml")
	if err := os.WriteFile(file, []byte(asked), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return file
}

// kubectl runs kubectl; what it prints, and whether it succeeded.
func (l *lab) kubectl(kubeconfig, stdin string, args ...string) (string, bool) {
	l.t.Helper()
	cmd := exec.Command(peer.Program(l.t, "kubectl"), append([]string{"--kubeconfig", kubeconfig}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// gate is the object: its generation, its status and the condition Ready.
func (l *lab) gate() (generation float64, status, ready object) {
	l.t.Helper()
	o := l.Get(l.t, gatePath)
	generation, _ = o["metadata"].(object)["generation"].(float64)
	status, _ = o["status"].(object)
	conditions, _ := status["conditions"].([]any)
	for _, c := range conditions {
		if c := c.(object); c["type"] == "Ready" {
			ready = c
		}
	}
	return generation, status, ready
}

// TestGate: the definition and the object are accepted; before anybody looked, the
// status is of no generation; observe writes the status with the rights of --rbac
// alone and cannot write the spec; applying the spec again leaves the status; a new
// phase makes the verdict one of before.
func TestGate(t *testing.T) {
	l := newLab(t)
	l.controlPlane()
	l.state = l.withGate("anchor-added")
	manifests, _ := l.run(0, "manifests", "--state", l.state)
	l.kubectl(l.Kubeconfig, manifests, "apply", "-f", "-") // does not know the kind yet
	if out, ok := l.kubectl(l.Kubeconfig, manifests, "apply", "--server-side", "--force-conflicts", "-f", "-"); !ok {
		t.Fatal(out)
	}
	if generation, status, _ := l.gate(); generation != 1 || status["observedGeneration"] != -1.0 {
		t.Fatalf("never judged: generation %v, %v", generation, status)
	}

	limited := l.limited("--publish", "--state", l.state)
	_, talk := l.run(0, "observe", "--state", l.state, "--kubeconfig", limited, "--publish", "--to", filepath.Join(t.TempDir(), "seen.yaml"))
	generation, status, ready := l.gate()
	if status["observedGeneration"] != generation || ready["status"] != "False" || ready["reason"] != "Waiting" || !strings.Contains(talk, "gate l5d-pki-gate: Waiting") {
		t.Errorf("%v\n%s", status, talk)
	}
	if out, ok := l.kubectl(limited, "", "patch", "rotationgate", "l5d-pki-gate", "-n", "linkerd", "--type=merge", "-p", `{"spec":{"epoch":1}}`); ok || !strings.Contains(out, "orbidden") {
		t.Errorf("the spec can be written with the rights of --rbac: %s", out)
	}

	if out, ok := l.kubectl(l.Kubeconfig, manifests, "apply", "--server-side", "--force-conflicts", "-f", "-"); !ok {
		t.Fatal(out)
	}
	if _, again, _ := l.gate(); !reflect.DeepEqual(again, status) {
		t.Errorf("applying the spec changed the status\n%v\n%v", status, again)
	}

	before := l.state
	l.state = l.withGate("anchor-spread")
	manifests, _ = l.run(0, "manifests", "--state", l.state)
	if out, ok := l.kubectl(l.Kubeconfig, manifests, "apply", "--server-side", "--force-conflicts", "-f", "-"); !ok {
		t.Fatal(out)
	}
	if generation, status, _ = l.gate(); generation != 2 || status["observedGeneration"] != 1.0 {
		t.Errorf("a new phase: generation %v, %v", generation, status)
	}
	l.run(0, "observe", "--state", before, "--kubeconfig", limited, "--publish", "--to", filepath.Join(t.TempDir(), "seen.yaml"))
	if _, _, ready = l.gate(); ready["status"] != "Unknown" || ready["reason"] != "OtherState" {
		t.Errorf("the state of before: %v", ready)
	}
	l.run(0, "observe", "--state", l.state, "--kubeconfig", limited, "--publish", "--to", filepath.Join(t.TempDir(), "seen.yaml"))
	if generation, status, ready = l.gate(); status["observedGeneration"] != generation || status["phase"] != "anchor-spread" || ready["reason"] == "OtherState" {
		t.Errorf("%v", status)
	}
	bundle := l.Get(t, "/apis/certificates.k8s.io/v1/clustertrustbundles/linkerd-trust-bundle")
	if text, _ := bundle["spec"].(object)["trustBundle"].(string); strings.Count(text, "BEGIN CERTIFICATE") != 2 {
		t.Errorf("%v", bundle)
	}
}
