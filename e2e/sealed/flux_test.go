package sealed

import (
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/fluxcd"

	"sigs.k8s.io/yaml"
)

// startFlux starts Flux's kustomize-controller and the API server that it applies to.
func startFlux(t *testing.T) *fluxcd.Controller {
	t.Helper()
	server := apiserver.Start(t)
	t.Cleanup(server.Stop)
	flux := fluxcd.Start(t, server, "ExternalArtifact")
	t.Cleanup(flux.Stop)
	return flux
}

// opensByFlux: Flux's controller decrypts the file that Git has, and the Secrets that
// the API server gets are those that the program sops opens.
func opensByFlux(t *testing.T, r *repository, chain string, decrypt func(string) string) {
	t.Helper()
	identity, err := os.ReadFile(r.identity)
	if err != nil {
		t.Fatal(err)
	}
	r.flux.Secret(t, "sops-age", map[string]any{"identity.agekey": string(identity)})
	var stream strings.Builder
	for _, o := range r.flux.Apply(t, r.dir, "cluster", map[string]any{
		"decryption": map[string]any{"provider": "sops", "secretRef": map[string]any{"name": "sops-age"}},
	}) {
		text, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		stream.WriteString("---\n" + string(text))
	}
	checkPairs(t, stream.String(), chain, nil)
	applied, _ := secretsOf(t, stream.String())
	encrypted, texts := secretsOf(t, r.read(t, "cluster/pki.yaml"))
	for name := range encrypted {
		var want secret
		if err := yaml.Unmarshal([]byte(decrypt(texts[name])), &want); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(applied[name].Data, want.Data) || applied[name].SOPS != nil {
			t.Errorf("%s: Flux applied other data than sops decrypts", name)
		}
	}
}
