package render

import (
	"bytes"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
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
		if sure && head.Kind != "Namespace" || !bytes.Contains(d.Text, []byte(injectAnnotation)) {
			continue
		}
		root, err := d.Parse()
		if err != nil {
			continue // read says it, if the document concerns us
		}
		p.noteNamespace(root)
	}
}

func (p *plan) noteNamespace(root *manifest.Node) {
	if items := root.Get("items"); items != nil {
		for _, item := range items.Items() {
			p.noteNamespace(item)
		}
		return
	}
	if root.Get("kind").Value() == "Namespace" {
		name := root.Lookup(manifest.At("metadata", "name")).Value()
		p.inject[name] = root.Lookup(manifest.At("metadata", "annotations", injectAnnotation)).Value()
	}
}

// wantsStamp reports whether a workload's document, by its text and namespace,
// may be meshed.
func (p *plan) wantsStamp(d manifest.Document, head manifest.Head) bool {
	return p.State.Status.Stamp != "" && head.Namespace != p.namespace(ControlPlane) &&
		(injecting[p.inject[head.Namespace]] || bytes.Contains(d.Text, []byte(injectAnnotation)))
}

// meshed is the injector's own decision: it looks at the pod template and the
// namespace, never at the workload's own metadata; a value that it does not
// know means no (pkg/inject/report.go).
func (p *plan) meshed(o object) bool {
	template := o.node.Lookup(manifest.At(workloadTemplate[o.kind]...))
	pod := template.Lookup(manifest.At("metadata", "annotations", injectAnnotation)).Value()
	namespace := p.inject[o.namespace]
	switch {
	case template.Lookup(manifest.At("spec", "hostNetwork")).Value() == "true", !p.hasToken(template):
		return false
	case pod != "":
		return injecting[pod] && (namespace == "" || namespace == "disabled" || injecting[namespace])
	default:
		return injecting[namespace]
	}
}

// hasToken: without a service account token a proxy has no identity. Charts
// from 2.12 on project one of their own (identity.serviceAccountTokenProjection).
func (p *plan) hasToken(template *manifest.Node) bool {
	if p.family != state.Family210 && p.family != state.Family211 {
		return true
	}
	return template.Lookup(manifest.At("spec", "automountServiceAccountToken")).Value() != "false"
}

// stamps writes the wave's stamp on every meshed workload; the control plane
// rolls by its own annotation. What no stamp will restart is reported.
func (p *plan) stamps() {
	for _, o := range p.objects {
		_, workload := workloadTemplate[o.kind]
		if !workload || o.hook || o.namespace == p.namespace(ControlPlane) || !p.meshed(o) {
			continue
		}
		p.groups[Workloads] = true
		if stamp := p.State.StampOf(o.namespace); stamp != "" {
			p.stamp(o, stamp)
		}
	}
}

func (p *plan) stamp(o object, stamp string) {
	if !stampable[o.kind] {
		p.report.add(o.String(), "", Left, "no stamp restarts a "+o.kind+": start it anew")
		return
	}
	steps := append(append([]any{}, workloadTemplate[o.kind]...), "metadata", "annotations", StampHint)
	path := o.path(steps...)
	outcome := Changed
	if o.get(steps...).Value() == stamp {
		outcome = Right
	} else {
		p.edits[o.doc] = append(p.edits[o.doc], manifest.Put(path, stamp))
	}
	p.report.add(o.String(), manifest.At(steps...).String(), outcome, stamp)
	if why := holdsBack(o); why != "" {
		p.report.add(o.String(), "", Left, why)
	}
}

// holdsBack says why a stamped workload will not restart by itself.
func holdsBack(o object) string {
	switch {
	case o.get("spec", "paused").Value() == "true":
		return "paused: it restarts when it is resumed"
	case o.get("spec", "updateStrategy", "type").Value() == "OnDelete":
		return "updateStrategy OnDelete: it restarts when its pods are deleted"
	}
	return ""
}
