package render

import (
	"os"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

func fluxState(t *testing.T, path string) *state.Rotation {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/" + path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fluxObject is what helm-controller reads of either object.
type fluxObject struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name, Namespace     string
		Labels, Annotations map[string]string
	} `json:"metadata"`
	Data       map[string]string `json:"data"`
	StringData map[string]string `json:"stringData"`
	Spec       struct {
		ValuesFrom []struct {
			Kind, Name, ValuesKey, TargetPath string
			Literal                           bool
		} `json:"valuesFrom"`
	} `json:"spec"`
}

func readFlux(t *testing.T, text []byte) (o fluxObject) {
	t.Helper()
	if err := yaml.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// TestHelmValues: what the object holds is, byte for byte, what the command
// values would have written, and the patch refers to it.
func TestHelmValues(t *testing.T) {
	for _, c := range []struct {
		name, state, object string
		chart               Group
		bundle              bool
	}{
		{"control plane, ConfigMap", "rotation/bundle/anchor-added.yaml", "ConfigMap", ControlPlane, true},
		{"control plane, Secret", "rotation/bundle/anchor-added.yaml", "Secret", ControlPlane, true},
		{"viz has no bundle", "viz/state.yaml", "ConfigMap", Viz, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fluxState(t, c.state)
			s.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes
			out, err := HelmValues(HelmValuesInput{State: s, Chart: c.chart, Object: c.object, Name: "pki", Namespace: "flux", Key: "v.yaml", Release: "cp"})
			if err != nil {
				t.Fatal(err)
			}
			want, err := Values(ValuesInput{State: s, Layout: External, Chart: c.chart})
			if err != nil {
				t.Fatal(err)
			}
			o := readFlux(t, out.Object)
			data := o.Data
			if c.object == "Secret" {
				data = o.StringData
			}
			if data["v.yaml"] != string(want.YAML) || o.Kind != c.object || o.Metadata.Name != "pki" || o.Metadata.Namespace != "flux" {
				t.Errorf("object is %s", out.Object)
			}
			if o.Metadata.Labels[watchLabel] != "Enabled" || o.Metadata.Annotations[substituteAnnotation] != "disabled" {
				t.Errorf("labels %v, annotations %v", o.Metadata.Labels, o.Metadata.Annotations)
			}
			var values map[string]any
			if err := yaml.Unmarshal(want.YAML, &values); err != nil {
				t.Fatal(err)
			}
			raw, _ := values[valuesBundleKey].(string)
			if data[valuesBundleKey] != raw || (raw != "") != c.bundle {
				t.Errorf("the bundle beside the values is %d bytes, in them %d", len(data[valuesBundleKey]), len(raw))
			}
			from := readFlux(t, out.Patch).Spec.ValuesFrom
			if len(from) == 0 || from[0].ValuesKey != "v.yaml" || from[0].TargetPath != "" || from[0].Kind != c.object || from[0].Name != "pki" {
				t.Fatalf("patch is %s", out.Patch)
			}
			if c.bundle && (len(from) != 2 || from[1].TargetPath != valuesBundleKey || from[1].ValuesKey != valuesBundleKey || !from[1].Literal) {
				t.Errorf("patch is %s", out.Patch)
			}
			if !c.bundle && len(from) != 1 {
				t.Errorf("patch is %s", out.Patch)
			}
		})
	}
}

// TestHelmValuesAlone: without a release there is neither a patch nor a second
// copy of the bundle; what the state has no values for is refused.
func TestHelmValuesAlone(t *testing.T) {
	s := fluxState(t, "rotation/bundle/stable.yaml")
	s.Spec.Linkerd.IssuerScheme = state.SchemeKubernetes
	out, err := HelmValues(HelmValuesInput{State: s, Object: "ConfigMap", Name: "pki", Namespace: "flux", Key: "values.yaml"})
	if err != nil || out.Patch != nil || len(readFlux(t, out.Object).Data) != 1 {
		t.Errorf("%v, patch %q", err, out.Patch)
	}
	if strings.Contains(string(out.Object), "PRIVATE KEY") {
		t.Error("a key is in it")
	}
	if _, err := HelmValues(HelmValuesInput{State: s, Chart: Viz, Object: "ConfigMap", Name: "pki", Key: "values.yaml"}); err == nil {
		t.Error("values of a chart that the state knows nothing of were made up")
	}
}
