package postrender_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/postrender"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestSecretsApart: Helm would delete a Secret that is left out; so nothing comes
// out unless the caller says that others deliver it.
func TestSecretsApart(t *testing.T) {
	read := func(file string) []byte {
		text, err := os.ReadFile(filepath.Join(fixtures, "control-plane-2-13", file))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	s, err := state.Parse("state.yaml", read("state.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	r := &postrender.Renderer{State: s, Apart: render.Apart{{Namespace: "linkerd", Name: "linkerd-identity-issuer"}: {}}}
	for _, webhook := range []string{"proxy-injector", "sp-validator", "policy-validator"} {
		r.Apart[render.SecretID{Namespace: "linkerd", Name: "linkerd-" + webhook + "-k8s-tls"}] = render.StandIn{}
	}
	out, err := r.Run(bytes.NewBuffer(read("input.yaml")))
	if problems := problem.Of(err); out != nil || len(problems) != 1 || problems[0].Code != problem.RenderLeavesOut.Code {
		t.Fatalf("left out in silence: %v", err)
	}
	r.SecretsApart = true
	if out, err = r.Run(bytes.NewBuffer(read("input.yaml"))); err != nil || strings.Contains(out.String(), "kind: Secret\n") {
		t.Errorf("apart: %v", err)
	}
}
