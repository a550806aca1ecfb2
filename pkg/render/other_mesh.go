package render

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// namespaceFields are the fields of the state that name the namespace of a group.
var namespaceFields = map[Group]string{
	ControlPlane: "spec.linkerd.namespace",
	Viz:          "spec.linkerd.vizNamespace",
	Jaeger:       "spec.linkerd.jaegerNamespace",
}

// refuseForeign refuses a stream with the control plane, an extension or a proxy
// of another mesh than the state's. Cluster-scoped objects and bundles in
// environment variables are found without a namespace, so they would be edited
// while the other mesh's ConfigMaps and Secrets would not.
func (p *plan) refuseForeign() {
	for _, group := range []Group{ControlPlane, Viz, Jaeger} {
		foreign := p.foreignObjects(group)
		if len(foreign) == 0 {
			continue
		}
		first := foreign[0]
		p.fail(problem.RenderOtherNamespace.With(string(group), p.foreignNamespace(group, first), andMore(first.String(), len(foreign)-1),
			namespaceFields[group], p.namespace(group)).At(p.docs[first.doc].Line, 0))
	}
	for _, o := range p.objects {
		p.refuseForeignProxy(o)
	}
}

// foreignObjects lists the objects of a group that belong to another namespace
// than the state's. An extension counts only where the phase would edit it.
func (p *plan) foreignObjects(group Group) (foreign []object) {
	for _, o := range p.objects {
		t, known := p.targets[targetKey{o.kind, o.name}]
		if known && t.group == group && p.editsGroup(group) && p.foreignNamespace(group, o) != "" {
			foreign = append(foreign, o)
		}
	}
	return foreign
}

// editsGroup reports whether the phase edits objects of the group: the control
// plane always, an extension if the state lists one of its webhooks.
func (p *plan) editsGroup(group Group) bool {
	if group == ControlPlane {
		return true
	}
	for _, w := range webhooks {
		if _, listed := p.Webhooks[w.Key]; listed && w.Group == group {
			return true
		}
	}
	return false
}

// foreignNamespace is the namespace of the mesh that an object belongs to, or ""
// if that is the state's or cannot be told. A namespaced object outside of the
// state's namespace counts only if it says that it is Linkerd's: names such as
// Deployment "tap" are anybody's.
func (p *plan) foreignNamespace(group Group, o object) string {
	own := p.namespace(group)
	labeled := o.get("metadata", "labels", controlPlaneNS).Value()
	if group != ControlPlane {
		labeled = ""
	}
	where := labeled
	switch {
	case clusterScoped[o.kind]:
		if service := serviceNamespace(o); service != "" {
			where = service
		}
	case o.namespace != "" && (labeled != "" || isExtension(o, group) || isCore(o)):
		where = o.namespace
	}
	if where == own {
		return ""
	}
	return where
}

// isCore reports whether an object makes up a control plane by its name alone.
func isCore(o object) bool {
	return o.kind == "Deployment" && o.name == linkerd.DeploymentIdentity || (targetKey{o.kind, o.name}) == configKey
}

func isExtension(o object, group Group) bool {
	return group != ControlPlane && o.get("metadata", "labels", linkerd.Extension).Value() == string(group)
}

// serviceNamespace is where the API server finds the webhook or the API service.
func serviceNamespace(o object) string {
	if o.kind == linkerd.APIService {
		return o.get("spec", "service", "namespace").Value()
	}
	return o.get("webhooks", 0, "clientConfig", "service", "namespace").Value()
}

// refuseForeignProxy refuses a workload whose proxy carries a bundle as text and
// says that it belongs to another mesh.
func (p *plan) refuseForeignProxy(o object) {
	for _, list := range []string{"containers", "initContainers"} {
		for _, c := range o.template().Lookup(manifest.At("spec", list)).Items() {
			p.refuseForeignContainer(o, c)
		}
	}
}

func (p *plan) refuseForeignContainer(o object, container *manifest.Node) {
	env := map[string]string{}
	for _, e := range container.Get("env").Items() {
		env[e.Get("name").Value()] = e.Get("value").Value()
	}
	if env[proxyAnchorsEnv] == "" {
		return
	}
	l := p.State.Spec.Linkerd
	if ns := env[linkerd.NamespaceEnv]; ns != "" && ns != l.Namespace {
		p.fail(problem.RenderOtherNamespace.With("proxy", ns, o.String(), namespaceFields[ControlPlane], l.Namespace).At(p.docs[o.doc].Line, 0))
	} else if domain := env[linkerd.TrustDomainEnv]; domain != "" && domain != l.TrustDomain {
		p.fail(problem.RenderOtherTrustDomain.With(domain, l.TrustDomain).On(o.String()).At(p.docs[o.doc].Line, 0))
	}
}

// andMore names one object and counts the others.
func andMore(name string, more int) string {
	if more == 0 {
		return name
	}
	return fmt.Sprintf("%s and %d more", name, more)
}
