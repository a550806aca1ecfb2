package render

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// injectText is the annotation in a string that holds YAML, such as an
// Application's helm.values.
var injectText = lazy.New(`linkerd\.io/inject["']?: *["']?(?:enabled|ingress)\b`)

// podless are kinds of Kubernetes itself that make no pods: the annotation on one
// of them has no effect. ConfigMaps and CRDs quote it at most.
var podless = map[string]bool{
	"Service": true, "ServiceAccount": true, "Ingress": true, "HTTPRoute": true, "PersistentVolumeClaim": true, "HorizontalPodAutoscaler": true,
}

var quoting = map[string]bool{"Namespace": true, "ConfigMap": true, "Secret": true, "CustomResourceDefinition": true, "": true}

// custom reports objects outside the workloads of Kubernetes whose pods are
// meshed: those of operators (Prometheus, Knative's Service, CloneSet) and of
// charts (HelmRelease, Application). No stamp restarts them.
func (w *workloads) custom(p *plan, r *stamped, d manifest.Document) {
	if w.Remove || !mayAsk(d.Text) {
		return
	}
	root, err := d.Parse()
	if err != nil {
		return // no workload's document: what it is, is for others to say
	}
	for _, o := range p.objectsIn(root) {
		if o.namespace == "" {
			o.namespace = w.Namespace
		}
		_, workload := workloadTemplate[o.kind]
		if workload || quoting[o.kind] || o.hook || o.namespace == p.namespace(ControlPlane) {
			continue
		}
		core := podless[o.kind] && !strings.Contains(o.get("apiVersion").Value(), "knative")
		switch asks, inside := asksForProxy(o.node), asksForProxy(o.get("spec")); {
		case core && !asksForProxy(o.get("metadata")):
		case core:
			r.lines = append(r.lines, WorkloadLine{Object: o.String(), Fate: Unmeshed, Why: injectAnnotation + " on a " + o.kind + " has no effect: it belongs on the pod template or the Namespace"})
		case asks && !inside:
			r.lines = append(r.lines, WorkloadLine{Object: o.String(), Fate: Unknown, Why: injectAnnotation + " is on the " + o.kind + " itself: if its controller hands it to pods, restart them by its means"})
		case asks:
			r.lines = append(r.lines, WorkloadLine{Object: o.String(), Fate: Immune, Why: "no stamp restarts the pods of a " + o.kind + ": restart them by its controller's or chart's means"})
		}
	}
}

// objectsIn are the objects of a document, apart from those of the plan.
func (p *plan) objectsIn(root *manifest.Node) []object {
	kept := p.objects
	defer func() { p.objects = kept }()
	p.objects = nil
	p.collect(0, nil, root)
	return p.objects
}

// asksForProxy looks for the annotation with a value that injects, at any depth,
// also in strings that hold YAML.
func asksForProxy(n *manifest.Node) bool {
	if n.Kind() == manifest.Scalar {
		return injectText.MatchString(n.Value())
	}
	for key, value := range n.Pairs() {
		if key.Value() == injectAnnotation && injecting[value.Value()] || asksForProxy(value) {
			return true
		}
	}
	for _, item := range n.Items() {
		if asksForProxy(item) {
			return true
		}
	}
	return false
}

// follows says whose pod template a Rollout runs that has none of its own
// (https://argo-rollouts.readthedocs.io/en/stable/migrating/): a stamp on that
// one restarts it.
func follows(o object) string {
	ref := o.get("spec", "workloadRef")
	if o.kind != "Rollout" || ref == nil || o.template() != nil {
		return ""
	}
	return "its pod template is that of " + ref.Get("kind").Value() + " " + o.namespace + "/" + ref.Get("name").Value()
}
