package render

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// injectText is the annotation in a string that holds YAML, such as an
// Application's helm.values.
var injectText = lazy.New(`linkerd\\*\.io/inject["']?(?:: *|=)["']?(?:enabled|ingress)\b`)

// podless are kinds of Kubernetes itself that make no pods: the annotation on one
// of them has no effect. ConfigMaps and CRDs quote it at most.
var podless = map[string]bool{
	"Service": true, "ServiceAccount": true, "Ingress": true, "HTTPRoute": true, "PersistentVolumeClaim": true,
	"HorizontalPodAutoscaler": true,
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
	w.customObjects(p, r, p.objectsIn(root))
}

func (w *workloads) customObjects(p *plan, r *stamped, objects []object) {
	for _, o := range objects {
		if o.namespace == "" && o.kind != "Namespace" {
			o.namespace = w.Namespace
		}
		if line := p.customLine(o); line.Fate != "" {
			r.lines = append(r.lines, line)
		}
	}
}

// customLine is what becomes of an object that is no workload of Kubernetes; it has no
// fate where the object asks for no proxy.
func (p *plan) customLine(o object) WorkloadLine {
	line := WorkloadLine{Object: o.String(), at: o.node.Line()}
	_, workload := workloadTemplate[o.kind]
	if o.kind == "Namespace" && injecting[o.get("metadata", "labels", injectAnnotation).Value()] &&
		o.get("metadata", "annotations", injectAnnotation) == nil {
		line.Fate, line.Misplaced, line.Why = Unmeshed, true, injectAnnotation+" is a label here, which has no effect: it must be an annotation of the Namespace"
		return line
	}
	if workload || quoting[o.kind] || o.hook || o.namespace == p.namespace(ControlPlane) {
		return line
	}
	core := podless[o.kind] && !strings.Contains(o.get("apiVersion").Value(), "knative")
	switch asks, inside := asksForProxy(o.node), asksInside(o.node); {
	case core && !asksForProxy(o.get("metadata")):
	case core:
		line.Fate, line.Misplaced, line.Why = Unmeshed, true, injectAnnotation+" on "+problem.Article(o.kind)+" has no effect: it belongs on the pod template or the Namespace"
	case asks && !inside:
		line.Fate, line.Why = Unknown, injectAnnotation+" is on the "+o.kind+" itself: if its controller hands it to pods, restart them by its means"
	case asks:
		line.Fate, line.Why = Immune, "no stamp restarts the pods of "+problem.Article(o.kind)+": restart them by its controller's or chart's means"
	}
	return line
}

// asksInside looks past the object's own metadata: its pods are described in spec, of a
// PodTemplate in template.
func asksInside(n *manifest.Node) bool {
	for key, value := range n.Pairs() {
		if key.Value() != "metadata" && asksForProxy(value) {
			return true
		}
	}
	return false
}

// customs notes such objects in the report of a stream.
func (p *plan) customs() {
	if p.State.Status.Stamp == "" {
		return
	}
	for _, d := range p.docs {
		head, sure := d.Head()
		if _, workload := workloadTemplate[p.kindOf(head)]; sure && workload || !mayAsk(d.Text) {
			continue
		}
		root, err := d.Parse()
		if err != nil {
			continue // read says it, if the document concerns us
		}
		for _, o := range p.objectsIn(root) {
			if line := p.customLine(o); line.Fate == Immune {
				p.report.addHeld(line.Object, line.Why)
			}
		}
	}
}

// injectDotted is the annotation in the path of a Helm value: podAnnotations.linkerd\.io/inject.
const injectDotted = `linkerd\.io/inject`

// foreign reports the annotation in a file without objects: values of a chart,
// a kustomization. Whose pods get it, the file does not say.
func (w *workloads) foreign(r *stamped, docs []manifest.Document) {
	for _, d := range docs {
		if w.Remove || !mayAsk(d.Text) {
			continue
		}
		if root, err := d.Parse(); err == nil && asksForProxy(root) {
			r.lines = append(r.lines, WorkloadLine{Object: "values", at: d.Line, Fate: Unknown, Why: "no object, and it asks for a proxy: stamp what is rendered with it (`helm template ... | l5d-pki-render workloads`)"})
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
		if isInject(key.Value()) && injecting[value.Value()] || asksForProxy(value) {
			return true
		}
	}
	if isInject(n.Get("name").Value()) && injecting[n.Get("value").Value()] {
		return true // a parameter of an Application
	}
	for _, item := range n.Items() {
		if asksForProxy(item) {
			return true
		}
	}
	return false
}

// isInject reports whether a key is the annotation, or the path of a value that is.
func isInject(key string) bool {
	return key == injectAnnotation || strings.HasSuffix(key, "."+injectDotted)
}

// follows says whose pod template a Rollout runs that has none of its own
// (https://argo-rollouts.readthedocs.io/en/stable/migrating/): a stamp on that
// one restarts it.
func follows(o object) string {
	if other := followed(o); other != "" {
		return "its pod template is that of " + other
	}
	return ""
}

// followed names the workload that a Rollout runs, "" for one with a template of
// its own. OpenKruise's (https://openkruise.io/rollouts) only guide one.
func followed(o object) string {
	ref := o.get("spec", "workloadRef")
	if ref == nil {
		ref = o.get("spec", "objectRef", "workloadRef")
	}
	if o.kind != "Rollout" || ref == nil || o.template() != nil {
		return ""
	}
	return object{kind: ref.Get("kind").Value(), namespace: o.namespace, name: ref.Get("name").Value()}.String()
}
