package apiserver

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// TestServer: the real kubectl reads and writes, Reset removes, and Stop ends
// every program.
func TestServer(t *testing.T) {
	s := Start(t)
	kubectl := func(args ...string) string {
		out, err := exec.Command(peer.Program(t, "kubectl"), append([]string{"--kubeconfig", s.Kubeconfig}, args...)...).CombinedOutput()
		if err != nil {
			t.Errorf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	if version := kubectl("version"); !strings.Contains(version, "Server Version: v1.37.2") {
		t.Error(version)
	}
	kubectl("create", "namespace", "mesh")
	kubectl("create", "configmap", "roots", "-n", "mesh", "--from-literal=a=b")
	kubectl("create", "clusterrole", "linkerd-a", "--verb=get", "--resource=pods")
	const configMap, role = "/api/v1/namespaces/mesh/configmaps/roots", "/apis/rbac.authorization.k8s.io/v1/clusterroles"
	if object := s.Get(t, configMap); Name(object) != "roots" {
		t.Errorf("%v", object)
	}
	s.Reset(t, []string{"mesh"}, []string{role}, "linkerd-")
	if s.Get(t, configMap) != nil || s.Get(t, role+"/linkerd-a") != nil || s.Get(t, role+"/cluster-admin") == nil {
		t.Error("Reset removes too little or too much")
	}
	s.Stop()
	for _, p := range s.programs {
		if p.cmd.ProcessState == nil {
			t.Errorf("%s still runs", p.name)
		}
	}
	if _, _, err := s.Do("GET", "/readyz", "", nil); err == nil {
		t.Error("somebody still answers")
	}
}
