package kustomize

import (
	"os"
	"slices"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/internal/testkit"

	"sigs.k8s.io/kustomize/api/konfig"
)

// TestServe: a request is built without any program at hand.
func TestServe(t *testing.T) {
	t.Setenv("PATH", "/bin")
	dir := testkit.Tree(t, map[string]string{"k/kustomization.yaml": "resources: [web.yaml]\nnamespace: shop\n", "k/web.yaml": deployment, "k/sub/kustomization.yaml": "resources: [../web.yaml]\n"})
	built, err := Serve(exchange.Kustomization{Dir: dir + "/k"})
	if err != nil || len(built.Stream) == 0 || !built.Moves || os.Getenv("PATH") != "" {
		t.Errorf("%v: %+v, PATH %q", err, built, os.Getenv("PATH"))
	}
	for _, k := range []exchange.Kustomization{{Dir: dir + "/k/sub"}, {Dir: dir + "/k/sub", Unrestricted: true, Within: dir + "/k/sub"}} {
		if _, err := Serve(k); err == nil {
			t.Errorf("%+v is built", k)
		}
	}
	if _, err := Serve(exchange.Kustomization{Dir: dir + "/k/sub", Unrestricted: true, Within: dir}); err != nil {
		t.Error(err)
	}
}

// TestFileNames: the names that the command layer knows are kustomize's.
func TestFileNames(t *testing.T) {
	if names := konfig.RecognizedKustomizationFileNames(); !slices.Equal(names, overlay.FileNames) {
		t.Errorf("kustomize has %q, we %q", names, overlay.FileNames)
	}
}
