package render_test

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// TestCustomWorkloads: whatever asks for a proxy is named, also where no stamp
// reaches its pods; what only quotes the annotation is not.
func TestCustomWorkloads(t *testing.T) {
	head := func(api, kind string) string {
		return "apiVersion: " + api + "\nkind: " + kind + "\nmetadata: {name: x, namespace: m}\n"
	}
	const inject = "{linkerd.io/inject: enabled}"
	for name, c := range map[string]struct {
		text string
		fate render.Fate
	}{
		"Prometheus":         {head("monitoring.coreos.com/v1", "Prometheus") + "spec: {podMetadata: {annotations: " + inject + "}}\n", render.Immune},
		"Knative":            {head("serving.knative.dev/v1", "Service") + "spec: {template: {metadata: {annotations: " + inject + "}}}\n", render.Immune},
		"CloneSet":           {head("apps.kruise.io/v1alpha1", "CloneSet") + "spec: {template: {metadata: {annotations: {linkerd.io/inject: ingress}}}}\n", render.Immune},
		"HelmRelease":        {head("helm.toolkit.fluxcd.io/v2", "HelmRelease") + "spec: {values: {controller: {podAnnotations: " + inject + "}}}\n", render.Immune},
		"Application":        {head("argoproj.io/v1alpha1", "Application") + "spec:\n  source:\n    helm:\n      values: |\n        podAnnotations:\n          \"linkerd.io/inject\": \"enabled\"\n", render.Immune},
		"in a list":          {"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: a/b, kind: Cluster, metadata: {name: x, namespace: m}, spec: {pods: [{annotations: " + inject + "}]}}\n", render.Immune},
		"its own metadata":   {strings.Replace(head("kafka.strimzi.io/v1", "Kafka"), "namespace: m", "namespace: m, annotations: "+inject, 1), render.Unknown},
		"a Service":          {strings.Replace(head("v1", "Service"), "namespace: m", "namespace: m, annotations: "+inject, 1), render.Unmeshed},
		"disabled":           {head("a/b", "Prometheus") + "spec: {podMetadata: {annotations: {linkerd.io/inject: disabled}}}\n", ""},
		"a ConfigMap":        {head("v1", "ConfigMap") + "data: {a: \"linkerd.io/inject: enabled\"}\n", ""},
		"a CRD":              {head("apiextensions.k8s.io/v1", "CustomResourceDefinition") + "spec: {description: \"linkerd.io/inject: enabled\"}\n", ""},
		"a Rollout's ref":    {head("argoproj.io/v1alpha1", "Rollout") + "spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n", render.Follows},
		"a Rollout's, in ns": {head("argoproj.io/v1alpha1", "Rollout") + "spec: {workloadRef: {kind: Deployment, name: web}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: m, annotations: " + inject + "}\n", render.Follows},
	} {
		in := render.WorkloadsInput{State: afterWave(t), Files: files(c.text), AllowNothing: true}
		out := stampFiles(t, in)
		if string(out.Files[0].Text) != c.text {
			t.Errorf("%s: the text changed", name)
		}
		var fate render.Fate
		for _, l := range out.Report.Workloads {
			if fate = l.Fate; !strings.Contains(l.Object, "m/x") || l.Why == "" {
				t.Errorf("%s: %+v", name, l)
			}
		}
		if fate != c.fate || len(out.Report.Workloads) > 1 {
			t.Errorf("%s: %+v, want %q", name, out.Report.Workloads, c.fate)
		}
	}
}
