package rooms

import (
	"os/exec"
	"strings"
	"testing"
)

// TestMainProgramLinksNoClients: the program that every post-render starts links
// neither Helm's engine nor kustomize nor clients of Kubernetes or forges, and no TLS.
func TestMainProgramLinksNoClients(t *testing.T) {
	links := func(program string) string {
		out, err := exec.Command("go", "list", "-deps", "./cmd/"+program).Output()
		if err != nil {
			t.Fatal(err)
		}
		return "\n" + string(out)
	}
	main := links("l5d-pki-render")
	for _, library := range []string{"k8s.io/", "sigs.k8s.io/kustomize/", "helm.sh/helm/v3/pkg/engine", "helm.sh/helm/v4/", "github.com/google/go-github", "gitlab.com/", "crypto/tls\n", "encoding/xml\n", "golang.org/x/text/cases\n"} {
		if strings.Contains(main, "\n"+library) {
			t.Errorf("the main program links %s", strings.TrimSpace(library))
		}
	}
	if !strings.Contains(links("l5d-pki-render-cluster"), "\nk8s.io/client-go/rest\n") || !strings.Contains(links("l5d-pki-render-cluster"), "\ncrypto/tls\n") {
		t.Error("the cluster's program does not link its client: the test shows nothing")
	}
}
