package linkerd

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// TestKindOf: an apiVersion means what k8s.io/apimachinery reads in it, however it is spelled.
// Of an empty version a client may take any (meta.RESTMapper).
func TestKindOf(t *testing.T) {
	spellings := []string{"", "/", "//", "v1", "/v1", "//v1", "v1/", "/v1/", " v1", "v1 ", "/ v1", "V1", "v2", "/v2", "\tv1", "v1\n", "v1\x00",
		"/v1beta1", "apps", "apps/", "/apps", "/apps/", "apps/v1", "/apps/v1", "apps//v1", "apps/v1/", "Apps/v1", "apps/v1 ", "apps /v1", " apps/v1",
		"apps/v2", "extensions/", "extensions/v1beta1", "batch/", "batch/v1", "a/b/c", "example.com/", "example.com/v1", "argoproj.io/", "argoproj.io/v9",
		"admissionregistration.k8s.io/", "apiregistration.k8s.io/", "apps.openshift.io/", "/apps.openshift.io", "∕v1", "／v1"}
	for kind, versions := range apiVersions {
		for _, spelling := range spellings {
			read, err := schema.ParseGroupVersion(spelling)
			same := err == nil && read.Empty()
			for _, v := range versions {
				known, _ := schema.ParseGroupVersion(v)
				same = same || err == nil && read.Group == known.Group && (read.Version == known.Version || read.Version == "" || strings.HasSuffix(v, "/"))
			}
			if got := KindOf(spelling, kind) == kind; got != same {
				t.Errorf("%s of %q: ours %v, for Kubernetes %v", kind, spelling, got, same)
			}
		}
	}
}
