package render_test

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// TestRolloutTemplates: a Rollout that runs the template of another workload restarts
// with that one, unless its own strategy waits for a person.
func TestRolloutTemplates(t *testing.T) {
	const argo, kruise = "argoproj.io/v1alpha1", "rollouts.kruise.io/v1beta1"
	const ref = "workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}"
	deployment := workload("Deployment", "web", inject("enabled"), "")
	deployment = strings.ReplaceAll(deployment, "name: w\n", "name: web\n")
	for name, c := range map[string]struct {
		api, spec, beside string
		want              render.Fate
	}{
		"restarts with it":       {argo, ref, deployment, render.Follows},
		"pauses for a time":      {argo, ref + ", strategy: {canary: {steps: [{pause: {duration: 1h}}]}}", deployment, render.Follows},
		"pauses without an end":  {argo, ref + ", strategy: {canary: {steps: [{setWeight: 5}, {pause: {}}]}}", deployment, render.HeldBack},
		"promoted by hand":       {argo, ref + ", strategy: {blueGreen: {autoPromotionEnabled: false}}", deployment, render.HeldBack},
		"paused":                 {argo, ref + ", paused: true", deployment, render.HeldBack},
		"OpenKruise":             {kruise, ref + ", strategy: {canary: {steps: [{replicas: 5%, pause: {}}]}}", deployment, render.HeldBack},
		"OpenKruise, first form": {"rollouts.kruise.io/v1alpha1", "objectRef: {" + ref + "}, strategy: {canary: {steps: [{weight: 5, pause: {}}]}}", deployment, render.HeldBack},
		"the other is elsewhere": {argo, ref + ", paused: true", "", render.HeldBack},
		"the other has no proxy": {argo, ref + ", paused: true", strings.Replace(deployment, "enabled", "disabled", 1), render.Follows},
	} {
		text := "apiVersion: " + c.api + "\nkind: Rollout\nmetadata: {name: r, namespace: web}\nspec: {" + c.spec + "}\n"
		if c.beside != "" {
			text += "---\n" + c.beside
		}
		out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(text), AllowNothing: true})
		for _, l := range out.Report.Workloads {
			if strings.HasPrefix(l.Object, "Rollout") && l.Fate != c.want {
				t.Errorf("%s: %+v, want %s", name, l, c.want)
			}
			if l.Fate == render.Unknown {
				t.Errorf("%s: unknown: %+v", name, l)
			}
		}
	}
}

// TestSilentWorkloads: nothing that asks for a proxy vanishes, however it is written.
func TestSilentWorkloads(t *testing.T) {
	const inject = "{linkerd.io/inject: enabled}"
	for name, c := range map[string]struct {
		text string
		want render.Fate
	}{
		"a name with a known kind in it": {"apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nmetadata: {name: x, namespace: m}\nspec: {jobTargetRef: {template: {metadata: {annotations: " + inject + "}}}}\n", render.Immune},
		"beside another kind":            {"spec: {kind: Deployment, podMetadata: {annotations: " + inject + "}}\napiVersion: a/b\nkind: Prometheus\nmetadata: {name: x, namespace: m}\n", render.Immune},
		"the kind by a merge key":        {"b: &b {kind: CloneSet}\n<<: *b\napiVersion: apps.kruise.io/v1alpha1\nmetadata: {name: x, namespace: m}\nspec: {template: {metadata: {annotations: " + inject + "}}}\n", render.Immune},
		"a parameter of Argo CD":         {"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x, namespace: m}\nspec: {source: {helm: {parameters: [{name: 'podAnnotations.linkerd\\.io/inject', value: enabled}]}}}\n", render.Immune},
		"set of k3s":                     {"apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: x, namespace: m}\nspec: {set: {'podAnnotations.linkerd\\.io/inject': enabled}}\n", render.Immune},
		"a PodTemplate":                  {"apiVersion: v1\nkind: PodTemplate\nmetadata: {name: x, namespace: m}\ntemplate: {metadata: {annotations: " + inject + "}}\n", render.Immune},
		"no spec":                        {"apiVersion: a/b\nkind: Runner\nmetadata: {name: x, namespace: m}\npods: {annotations: " + inject + "}\n", render.Immune},
		"on the object alone":            {"apiVersion: a/b\nkind: Runner\nmetadata: {name: x, namespace: m, annotations: " + inject + "}\n", render.Unknown},
		"arguments":                      {"apiVersion: a/b\nkind: Release\nmetadata: {name: x, namespace: m}\nspec: {args: ['--set=podAnnotations.linkerd\\.io/inject=enabled']}\n", render.Immune},
		"values of a chart":              {"controller:\n  podAnnotations: " + inject + "\n", render.Unknown},
		"a kustomization":                {"helmCharts:\n- {name: x, valuesInline: {podAnnotations: " + inject + "}}\n", render.Unknown},
		"a label of the template":        {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, namespace: m}\nspec: {template: {metadata: {labels: " + inject + "}, spec: {containers: []}}}\n", render.Unknown},
		"a label of the Namespace":       {"apiVersion: v1\nkind: Namespace\nmetadata: {name: m, labels: " + inject + "}\n", render.Unmeshed},
		"values that ask for none":       {"controller:\n  podAnnotations: {linkerd.io/inject: disabled}\n", ""},
	} {
		out := stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(c.text), AllowNothing: true})
		var fate render.Fate
		for _, l := range out.Report.Workloads {
			if fate = l.Fate; l.Why == "" {
				t.Errorf("%s: no reason: %+v", name, l)
			}
		}
		if fate != c.want || len(out.Report.Workloads) > 1 {
			t.Errorf("%s: %+v, want %q", name, out.Report.Workloads, c.want)
		}
	}
}

// TestHeldByOpenKruise: its StatefulSets and DaemonSets have more ways to wait.
func TestHeldByOpenKruise(t *testing.T) {
	for spec, kind := range map[string]string{
		"updateStrategy: {rollingUpdate: {paused: true}}":  "StatefulSet",
		"updateStrategy: {rollingUpdate: {partition: 5}}":  "DaemonSet",
		"updateStrategy: {rollingUpdate: {paused: true }}": "DaemonSet",
	} {
		text := strings.Replace(workload(kind, "web", inject("enabled"), ""), "spec:\n", "spec:\n  "+spec+"\n", 1)
		if line := only(t, stampFiles(t, render.WorkloadsInput{State: afterWave(t), Files: files(text)})); line.Fate != render.HeldBack {
			t.Errorf("%s, %s: %+v", kind, spec, line)
		}
	}
}
