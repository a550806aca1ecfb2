package render

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// StampHint is the pod annotation that a wave changes: a new value is one
// rolling restart.
const StampHint = "l5d-pki-render/rollout"

// stampable kinds roll when their pod template changes. A Job's template is
// immutable, a Pod has none, and whoever owns a ReplicaSet owns its template.
var stampable = map[string]bool{
	"Deployment": true, "StatefulSet": true, "DaemonSet": true,
	"Rollout": true, "DeploymentConfig": true, "CronJob": true,
}

// injecting are the values of linkerd.io/inject that make the injector act
// (pkg/inject/report.go in linkerd2).
var injecting = map[string]bool{"enabled": true, "ingress": true}

// readNamespaces learns which namespaces of the stream are injected. It runs
// before the workloads are looked at, and only when there is a stamp to write.
func (p *plan) readNamespaces() {
	if p.State.Status.Stamp == "" {
		return
	}
	for _, d := range p.docs {
		head, sure := d.Head()
		if sure && p.kindOf(head) != "Namespace" || !mayAsk(d.Text) {
			continue
		}
		root, err := d.Parse()
		if err != nil {
			continue // read says it, if the document concerns us
		}
		p.noteNamespace(root, root.Head())
	}
}

func (p *plan) noteNamespace(root *manifest.Node, head manifest.Head) {
	if items := root.Get("items"); items != nil {
		for _, item := range items.Items() {
			p.noteNamespace(item, item.ItemHead(head))
		}
		return
	}
	if p.kindOf(head) == "Namespace" {
		name := root.Lookup(manifest.At("metadata", "name")).Value()
		p.inject[name] = root.Lookup(manifest.At("metadata", "annotations", injectAnnotation)).Value()
	}
}

// wantsStamp reports whether a workload's document, by its text and namespace,
// may be meshed.
func (p *plan) wantsStamp(d manifest.Document, head manifest.Head) bool {
	return p.State.Status.Stamp != "" && head.Namespace != p.namespace(ControlPlane) &&
		p.mayBeMeshed(d.Text, head.Namespace)
}

// proxyName is the container that `linkerd inject --manual` adds (pkg/k8s/labels.go
// in linkerd2: ProxyContainerName).
const proxyName = linkerd.ProxyContainer

// mayBeMeshed tells by the text of a workload's document: most end here.
func (p *plan) mayBeMeshed(text []byte, namespace string) bool {
	return injecting[p.inject[namespace]] || mayAsk(text) || bytes.Contains(text, []byte(proxyName))
}

// mayAsk reports whether a document may have the annotation that asks for a proxy.
func mayAsk(text []byte) bool {
	return bytes.Contains(text, []byte(injectAnnotation)) || bytes.Contains(text, []byte(injectDotted)) || mayHide(text)
}

// meshing is the injector's decision about a workload, and why.
type meshing struct {
	meshed bool
	// unknown: the template says nothing, and what its Namespace says is not known.
	unknown bool
	// misplaced: somebody asked for a proxy where the injector does not look.
	misplaced bool
	why       string
}

// meshing looks at the pod template and the namespace, as the injector does,
// never at the workload's own metadata; a value that it does not know means no
// (pkg/inject/report.go in linkerd2). Where the injector's configuration could
// exempt a namespace, it errs to yes: one restart too many harms nobody.
func (p *plan) meshing(o object) meshing {
	template := o.template()
	pod := template.Lookup(manifest.At("metadata", "annotations", injectAnnotation)).Value()
	namespace, known := p.inject[o.namespace]
	switch {
	case template.Lookup(manifest.At("spec", "hostNetwork")).Value() == "true":
		return meshing{why: "hostNetwork: its pods are never injected"}
	case !p.hasToken(template):
		return meshing{why: "automountServiceAccountToken: false leaves a proxy without identity"}
	case byHand(template):
		return meshing{meshed: true}
	case foreignSidecar(template):
		return meshing{why: "its pods carry another mesh's sidecar"}
	case pod != "" && !injecting[pod]:
		return meshing{why: injectAnnotation + " is " + strconv.Quote(pod) + " in its template"}
	case namespace != "" && namespace != "disabled" && !injecting[namespace]:
		return meshing{why: injectAnnotation + " is " + strconv.Quote(namespace) + " at its namespace, which the injector does not know"}
	case injecting[pod], injecting[namespace]:
		return meshing{meshed: true}
	case injecting[o.get("metadata", "annotations", injectAnnotation).Value()]:
		return meshing{unknown: !known, misplaced: true, why: injectAnnotation + " on the " + o.kind + " itself has no effect: it belongs on its pod template or the Namespace"}
	case injecting[template.Lookup(manifest.At("metadata", "labels", injectAnnotation)).Value()], injecting[o.get("metadata", "labels", injectAnnotation).Value()]:
		return meshing{unknown: !known, misplaced: true, why: injectAnnotation + " is a label here, which has no effect: it must be an annotation of the pod template or the Namespace"}
	case !known:
		return meshing{unknown: true, why: "its template does not say, and Namespace " + strconv.Quote(o.namespace) + " is not in the input"}
	}
	return meshing{why: "neither its template nor its namespace asks for a proxy"}
}

// template is the pod template of a workload; nil when it has none.
func (o object) template() *manifest.Node { return o.get(workloadTemplate[o.kind]...) }

// byHand reports whether `linkerd inject --manual` wrote the proxy itself into
// the template.
func byHand(template *manifest.Node) bool {
	return hasContainer(template, "containers", proxyName, "cr.l5d.io/linkerd/proxy:")
}

// foreignSidecar: the injector leaves such pods alone (pkg/healthcheck/sidecar.go
// in linkerd2).
func foreignSidecar(template *manifest.Node) bool {
	return hasContainer(template, "containers", "istio-proxy", "gcr.io/istio-release/proxyv2:") ||
		hasContainer(template, "initContainers", "istio-init", "gcr.io/istio-release/proxy_init:") ||
		hasContainer(template, "initContainers", linkerd.InitContainer, "cr.l5d.io/linkerd/proxy-init:")
}

// hasContainer looks for a container by its name or the beginning of its image.
func hasContainer(template *manifest.Node, list, name, image string) bool {
	for _, c := range template.Lookup(manifest.At("spec", list)).Items() {
		if c.Get("name").Value() == name || strings.HasPrefix(c.Get("image").Value(), image) {
			return true
		}
	}
	return false
}

// hasToken: without a service account token a proxy has no identity. Charts
// from 2.12 on project one of their own (identity.serviceAccountTokenProjection).
func (p *plan) hasToken(template *manifest.Node) bool {
	if p.traits.Hash {
		return true
	}
	return template.Lookup(manifest.At("spec", "automountServiceAccountToken")).Value() != "false"
}

// ofControlPlane tells the control plane's own workloads, which hold a proxy
// and are never stamped. Charts of 2.11 and 2.12 render them without a
// namespace; their pods carry the component's label.
func (p *plan) ofControlPlane(o object) bool {
	return o.namespace == p.namespace(ControlPlane) ||
		o.namespace == "" && o.template().Lookup(manifest.At("metadata", "labels", linkerd.Component)) != nil
}

// stamps writes the wave's stamp on every meshed workload; the control plane
// rolls by its own annotation. What no stamp will restart is reported.
func (p *plan) stamps() {
	p.customs()
	for _, o := range p.objects {
		_, workload := workloadTemplate[o.kind]
		if !workload || o.hook || follows(o) != "" || p.ofControlPlane(o) || !p.meshing(o).meshed {
			continue
		}
		p.groups[Workloads] = true
		if stamp := p.State.StampOf(o.namespace, o.kind, o.name); stamp != "" {
			p.stamp(o, stamp)
		}
	}
}

func (p *plan) stamp(o object, stamp string) {
	if why := unstampable(o); why != "" {
		p.report.addHeld(o.String(), why)
		return
	}
	outcome := Right
	if p.mark(o, stamp) {
		outcome = Changed
	}
	p.report.add(o.String(), manifest.At(o.stampSteps()...).String(), outcome, stamp)
	if why := holdsBack(o); why != "" {
		p.report.addHeld(o.String(), why)
	}
}

// mark notes the stamp of a workload; false when it carries it already.
func (p *plan) mark(o object, stamp string) bool {
	steps := o.stampSteps()
	switch stands := o.get(steps...); {
	case stands == nil:
		p.stampings[o.doc] = append(p.stampings[o.doc], stamping{at: o.at, kind: o.kind, value: stamp, depth: hollow(o.template())})
	case stands.Value() == stamp:
		return false
	default:
		p.edits[o.doc] = append(p.edits[o.doc], manifest.Set(o.path(steps...), stamp))
	}
	return true
}

func (o object) stampSteps() []any {
	return append(append([]any{}, workloadTemplate[o.kind]...), metadataSteps...)
}

// unstampable says why no stamp will restart a workload.
func unstampable(o object) string {
	switch {
	case !stampable[o.kind]:
		return "no stamp restarts a " + o.kind + ": start it anew"
	case o.template().Kind() != manifest.Mapping || o.template().Len() == 0:
		return "no pod template stands here: a patch of it, perhaps"
	}
	return ""
}
