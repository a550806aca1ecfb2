package apiserver

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// secretOf has one key.
func secretOf(key string) string {
	return `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"issuer","namespace":"default"},"type":"Opaque","stringData":{"key.pem":"` + key + `"}}`
}

// TestPrintedApply: the command that commands and pages print replaces what Helm or
// kubectl wrote, whoever manages it, and stores no key in an annotation. One that is
// there already stays until the command that docs/delivery.md has removes it.
func TestPrintedApply(t *testing.T) {
	s := Start(t)
	page, err := os.ReadFile(filepath.Join(peer.Root(), "docs", "delivery.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, apply, _ := strings.Cut(string(page), "`l5d-pki-render manifests --with-keys | kubectl ")
	apply, _, _ = strings.Cut(apply, "`")
	kubectl := func(stdin string, args ...string) string {
		t.Helper()
		cmd := exec.Command(peer.Program(t, "kubectl"), append([]string{"--kubeconfig", s.Kubeconfig}, args...)...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	const path = "/api/v1/namespaces/default/secrets/issuer"
	for name, before := range map[string][]string{
		"nobody":               nil,
		"kubectl, client-side": {"apply", "-f", "-"},
		"kubectl create":       {"create", "-f", "-"},
		"Helm 4, server-side":  {"apply", "--server-side", "--field-manager", "helm", "-f", "-"},
		"the command itself":   strings.Fields(apply),
	} {
		if before != nil {
			kubectl(secretOf("first"), before...)
		}
		out := kubectl(secretOf("second"), strings.Fields(apply)...)
		if strings.Contains(out, "Warning") {
			t.Errorf("%s: %s", name, out)
		}
		kubectl("", "annotate", "secret", "issuer", lastApplied+"-")
		out = kubectl(secretOf("third"), strings.Fields(apply)...)
		object := s.Get(t, path)
		text, _ := json.Marshal(object["metadata"])
		if data := object["data"].(map[string]any)["key.pem"]; data != "dGhpcmQ=" || strings.Contains(string(text), lastApplied+`":`) {
			t.Errorf("%s: %v, %s: %s", name, data, out, text)
		}
		kubectl("", "delete", "secret", "issuer")
	}
	kubectl(secretOf("first"), "apply", "-f", "-")
	kubectl(secretOf("second"), strings.Fields(apply)...)
	if metadata, _ := json.Marshal(s.Get(t, path)["metadata"]); !strings.Contains(string(metadata), "second") {
		t.Errorf("the annotation is gone by itself, the page says it stays: %s", metadata)
	}
}
