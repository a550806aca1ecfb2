package render_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// beside renders a stream with further documents behind the control plane's.
func beside(t *testing.T, document string) error {
	t.Helper()
	in := fixture(t, "control-plane-2-13")
	in.SecretsApart = true
	before, roots, after := trustRoots(t, in)
	in.Stream = []byte(before + roots + "---\n" + document + after)
	_, err := render.PostRender(in)
	return err
}

func hasCode(err error, code problem.Code) bool {
	return slices.ContainsFunc(problem.Of(err), func(p *problem.Problem) bool { return p.Code == code })
}

// TestSecondOfNoNamespace: an object without a namespace is in that of the release, so it is the
// second one, however the namespace is left out, also in a list.
func TestSecondOfNoNamespace(t *testing.T) {
	for _, namespace := range noNamespaces {
		for name, document := range map[string]string{
			"trust roots": strings.Replace(staleRoots, "namespace: linkerd", "namespace: "+namespace, 1),
			"a list": "apiVersion: v1\nkind: List\nitems:\n- " +
				strings.ReplaceAll(strings.TrimSpace(strings.Replace(staleRoots, "namespace: linkerd", "namespace: "+namespace, 1)), "\n", "\n  ") + "\n",
			"a Deployment": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: linkerd-identity\n  namespace: " + namespace + "\nspec: {}\n",
		} {
			if err := beside(t, document); !hasCode(err, problem.RenderDoubledTarget.Code) {
				t.Errorf("namespace: %s, %s: %v", namespace, name, err)
			}
		}
	}
}

// TestNamesAreStrings: of what the phase recognizes, with the field and how to write it.
func TestNamesAreStrings(t *testing.T) {
	for _, value := range slices.Concat(notStrings, notLabels) {
		err := beside(t, strings.Replace(staleRoots, "namespace: linkerd", "namespace: "+value, 1))
		if !hasCode(err, problem.RenderNotName.Code) || !strings.Contains(err.Error(), "metadata.namespace") {
			t.Errorf("namespace: %s: %v", value, err)
		}
	}
	for _, value := range notStrings {
		for place, document := range map[string]string{
			"metadata.labels":      strings.Replace(staleRoots, "metadata:", "metadata:\n  labels: {linkerd.io/control-plane-ns: VALUE}", 1),
			"metadata.annotations": strings.Replace(staleRoots, "metadata:", "metadata:\n  annotations: {helm.sh/hook: VALUE}", 1),
			"clientConfig.service.namespace": "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: linkerd-proxy-injector-webhook-config}\n" +
				"webhooks: [{clientConfig: {service: {namespace: VALUE}}}]\n",
			"spec.template.metadata.annotations": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: linkerd-identity}\n" +
				"spec: {template: {metadata: {annotations: {linkerd.io/inject: VALUE}}}}\n",
		} {
			err := beside(t, strings.Replace(document, "VALUE", value, 1))
			if !hasCode(err, problem.RenderNotName.Code) || !strings.Contains(err.Error(), place) {
				t.Errorf("%s: %s: %v", place, value, err)
			}
		}
		for field, document := range map[string]string{
			"apiVersion":    strings.Replace(staleRoots, "apiVersion: v1", "apiVersion: "+value, 1),
			"metadata.name": strings.Replace(staleRoots, "linkerd-identity-trust-roots", "!x linkerd-identity-trust-roots", 1),
		} {
			if err := beside(t, document); !hasCode(err, problem.RenderNotName.Code) || !strings.Contains(err.Error(), field) {
				t.Errorf("%s: %s: %v", field, value, err)
			}
		}
	}
	for _, null := range []string{"", "~", "null"} { // a hook of no event is none
		if err := beside(t, strings.Replace(staleRoots, "metadata:", "metadata:\n  annotations:\n    helm.sh/hook: "+null, 1)); !hasCode(err, problem.RenderDoubledTarget.Code) {
			t.Errorf("helm.sh/hook: %s: %v", null, err)
		}
	}
}

// TestForeignNamespacesPass: what other software's objects say is no concern of the phase.
func TestForeignNamespacesPass(t *testing.T) {
	for _, value := range slices.Concat(noNamespaces, notStrings, notLabels) {
		for _, head := range []string{"apiVersion: v1\nkind: ConfigMap", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole", "apiVersion: apps/v1\nkind: Deployment"} {
			if err := beside(t, head+"\nmetadata:\n  name: other\n  namespace: "+value+"\n"); err != nil {
				t.Errorf("%s, namespace: %s: %v", head, value, err)
			}
		}
	}
}

// TestNamespaceOfClusterScoped: Kubernetes does not look at it, so it hides nothing.
func TestNamespaceOfClusterScoped(t *testing.T) {
	in := fixture(t, "control-plane-2-13")
	in.SecretsApart = true
	want := mustRender(t, in)
	for _, kind := range []string{linkerd.Mutating, linkerd.Validating} {
		for _, namespace := range []string{"linkerd", "elsewhere", "null"} {
			one, head := in, "kind: "+kind+"\nmetadata:\n"
			if one.Stream = bytes.ReplaceAll(in.Stream, []byte(head), []byte(head+"  namespace: "+namespace+"\n")); bytes.Equal(one.Stream, in.Stream) {
				t.Fatalf("no %s", kind)
			}
			got := bytes.ReplaceAll(mustRender(t, one).Stream, []byte(head+"  namespace: "+namespace+"\n"), []byte(head))
			if !bytes.Equal(got, want.Stream) {
				t.Errorf("%s in namespace %s is not edited", kind, namespace)
			}
		}
	}
}

// TestNamespaceOfWorkloads: a workload that a wave restarts is in a namespace that all
// readers agree on.
func TestNamespaceOfWorkloads(t *testing.T) {
	s := afterWave(t)
	text := func(namespace, inject string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: " + namespace +
			"\nspec:\n  template:\n    metadata:\n      annotations:\n        linkerd.io/inject: " + inject + "\n    spec: {containers: [{name: x}]}\n"
	}
	for _, namespace := range notStrings {
		_, err := render.StampWorkloads(render.WorkloadsInput{State: s, Files: files(text(namespace, "enabled"))})
		if !hasCode(err, problem.RenderNotName.Code) {
			t.Errorf("namespace: %s: %v", namespace, err)
		}
	}
	for _, namespace := range noNamespaces {
		out, err := render.StampWorkloads(render.WorkloadsInput{State: s, Files: files(text(namespace, "enabled")), Namespace: "shop"})
		if err != nil || len(out.Report.Workloads) != 1 || out.Report.Workloads[0].Object != "Deployment shop/web" {
			t.Errorf("namespace: %s: %v %v", namespace, err, out.Report.Workloads)
		}
	}
	for _, null := range []string{"", "~", "null"} { // its namespace decides
		out, err := render.StampWorkloads(render.WorkloadsInput{State: s, Files: files(text("shop", null)), Inject: map[string]string{"shop": "enabled"}})
		if err != nil || !bytes.Contains(out.Files[0].Text, []byte(render.StampHint)) {
			t.Errorf("inject: %s: %v", null, err)
		}
	}
}
