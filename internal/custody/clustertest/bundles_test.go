package clustertest

import (
	"os"
	"strings"
	"testing"

	trustapi "github.com/cert-manager/trust-manager/pkg/apis/trust/v1alpha1"
	clusterapi "github.com/cert-manager/trust-manager/pkg/apis/trustmanager/v1alpha2"
	"sigs.k8s.io/yaml"
)

// TestTrustBundles: the objects for others than Linkerd are trust-manager's, field by
// field, and have the bundle of the phase.
func TestTrustBundles(t *testing.T) {
	m, _ := newMesh(t)
	text, err := os.ReadFile(m.path)
	if err != nil {
		t.Fatal(err)
	}
	asked := strings.Replace(string(text), "\nspec:\n", "\nspec:\n  trustBundles: [{kind: Bundle, name: one}, {kind: ClusterBundle, name: another}]\n", 1)
	if err := os.WriteFile(m.path, []byte(asked), 0o600); err != nil {
		t.Fatal(err)
	}
	var bundle trustapi.Bundle
	var cluster clusterapi.ClusterBundle
	for _, doc := range strings.Split("\n"+m.run(t, "manifests"), "\n---\n") {
		switch {
		case strings.Contains(doc, "\n  name: one\n"):
			err = yaml.UnmarshalStrict([]byte(doc), &bundle)
		case strings.Contains(doc, "\n  name: another\n"):
			err = yaml.UnmarshalStrict([]byte(doc), &cluster)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
	}
	if bundle.APIVersion != trustapi.SchemeGroupVersion.String() || len(bundle.Spec.Sources) != 1 || bundle.Spec.Sources[0].InLine == "" || bundle.Spec.Target.ConfigMap.Key != "trust-bundle.pem" {
		t.Errorf("%+v", bundle)
	}
	if cluster.APIVersion != clusterapi.SchemeGroupVersion.String() || cluster.Spec.Target.NamespaceSelector == nil || len(cluster.Spec.Target.ConfigMap.Data) != 1 {
		t.Errorf("%+v", cluster)
	}
	if one, another := bundle.Spec.Sources[0].InLine, cluster.Spec.InLineCAs; one != another || strings.Count(one, "BEGIN CERTIFICATE") != 1 {
		t.Errorf("%q and %q", one, another)
	}
}
