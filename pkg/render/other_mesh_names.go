package render

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// meshName is one place of an object that names its mesh.
type meshName struct {
	object object
	group  Group
	what   problem.Code // of the error if the value is not the state's
	place  string
	value  string
}

// refuseForeignNames refuses objects of the state's mesh that name another
// namespace, trust domain or chart family in their labels, arguments or
// environment. What linkerd-config said already is not said again.
func (p *plan) refuseForeignNames() {
	said := map[problem.Code]bool{}
	for _, before := range p.problems {
		said[before.Code] = true
	}
	for code, foreign := range p.foreignNames() {
		if said[code] {
			continue
		}
		for i, n := range foreign {
			same := func(o meshName) bool { return o.value == n.value }
			if slices.IndexFunc(foreign, same) == i { // one error per value
				p.failName(n, countObjects(foreign, same)-1)
			}
		}
	}
}

// foreignNames are the places whose values are not the state's.
func (p *plan) foreignNames() map[problem.Code][]meshName {
	foreign := map[problem.Code][]meshName{}
	for _, o := range p.objects {
		group, ours := p.groupOf(o)
		if !ours || !p.editsGroup(group) {
			continue
		}
		for _, n := range namesIn(o, group) {
			if !p.isOwnName(n) {
				foreign[n.what] = append(foreign[n.what], n)
			}
		}
	}
	return foreign
}

// groupOf gives the group of an object that is edited, or that is a Deployment of
// the control plane.
func (p *plan) groupOf(o object) (Group, bool) {
	if t, known := p.targets[targetKey{o.kind, o.name}]; known {
		inPlace := clusterScoped[o.kind] || o.namespace == "" || o.namespace == p.namespace(t.group)
		return t.group, inPlace
	}
	return ControlPlane, o.kind == "Deployment" && p.ofControlPlane(o)
}

func (p *plan) isOwnName(n meshName) bool {
	switch l := p.State.Spec.Linkerd; {
	case n.what == problem.RenderLongLeaf.Code:
		return p.leafProblem(n.place, n.value) == nil
	case n.value == "":
		return true
	case n.what == problem.RenderOtherNamespace.Code:
		return n.value == l.Namespace
	case n.what == problem.RenderOtherTrustDomain.Code:
		return n.value == l.TrustDomain
	case n.what == problem.RenderOtherScheme.Code:
		return n.value == l.IssuerScheme
	case n.what == problem.RenderUnreadSetting.Code:
		return false
	}
	family, known := linkerd.FamilyOf(n.value)
	return !known || family == p.traits.Family
}

func (p *plan) failName(n meshName, more int) {
	l, line := p.State.Spec.Linkerd, p.docs[n.object.doc].Line
	on := andMore(n.object.String()+" "+n.place, more)
	switch n.what {
	case problem.RenderOtherNamespace.Code:
		p.fail(problem.RenderOtherNamespace.With(string(n.group), n.value, on, namespaceFields[ControlPlane], l.Namespace).At(line, 0))
	case problem.RenderOtherTrustDomain.Code:
		p.fail(problem.RenderOtherTrustDomain.With(n.value, l.TrustDomain).On(on).At(line, 0))
	case problem.RenderLongLeaf.Code:
		p.fail(p.leafProblem(n.place, n.value).On(andMore(n.object.String(), more)).At(line, 0))
	case problem.RenderOtherScheme.Code:
		p.fail(problem.RenderOtherScheme.With(n.value, l.IssuerScheme).On(on).At(line, 0))
	case problem.RenderUnreadSetting.Code:
		p.fail(problem.RenderUnreadSetting.With(n.place, n.value).On(andMore(n.object.String(), more)).At(line, 0))
	default:
		p.fail(problem.RenderOtherFamily.With(n.value, l.Version).On(on).At(line, 0))
	}
}

// countObjects counts the objects that have such a name.
func countObjects(names []meshName, such func(meshName) bool) (n int) {
	seen := map[string]bool{}
	for _, name := range names {
		if such(name) {
			seen[name.object.String()] = true
		}
	}
	return len(seen)
}

// namesIn lists the places of an object that name its mesh.
func namesIn(o object, group Group) (names []meshName) {
	add := func(what problem.Code, place, value string) {
		names = append(names, meshName{o, group, what, place, value})
	}
	for _, steps := range [][]any{{"metadata"}, {"spec", "template", "metadata"}} {
		place := manifest.At(steps...).String()
		add(problem.RenderOtherNamespace.Code, place+".labels", o.get(append(steps, "labels", controlPlaneNS)...).Value())
		if o.kind == "Deployment" && group == ControlPlane { // a Secret may be older than the chart
			created := o.get(append(steps, "annotations", createdByHint)...).Value()
			add(problem.RenderOtherFamily.Code, place+".annotations", created[strings.LastIndex(created, " ")+1:])
		}
	}
	add(problem.RenderOtherNamespace.Code, "spec.selector", o.get("spec", "selector", "matchLabels", controlPlaneNS).Value())
	if group == ControlPlane {
		for _, webhook := range o.get("webhooks").Items() {
			add(problem.RenderOtherNamespace.Code, "clientConfig.service",
				webhook.Lookup(manifest.At("clientConfig", "service", "namespace")).Value())
		}
	}
	for _, list := range []string{"initContainers", "containers"} {
		for _, c := range o.template().Lookup(manifest.At("spec", list)).Items() {
			argumentNames(containerOf(c), add)
			environmentNames(containerOf(c), add)
		}
	}
	return names
}

// containerOf is what the kubelet starts a container's program from.
func containerOf(node *manifest.Node) linkerd.Container {
	c := linkerd.Container{Name: node.Get("name").Value()}
	for _, list := range []string{"command", "args"} {
		for _, word := range node.Get(list).Items() {
			c.Words = append(c.Words, word.Value())
		}
	}
	for _, v := range node.Get("env").Items() {
		from := v.Get("valueFrom")
		sourced := from != nil && !from.IsNull()
		c.Env = append(c.Env, linkerd.Variable{Name: v.Get("name").Value(), Value: v.Get("value").Value(), Sourced: sourced})
	}
	return c
}

// argumentNames reads the flags of a program.
func argumentNames(container linkerd.Container, add func(problem.Code, string, string)) {
	for _, flag := range container.Flags() {
		setting := linkerd.IdentityFlags[flag.Name]
		switch {
		case flag.Unread != "":
			add(problem.RenderUnreadSetting.Code, flag.Name, flag.Unread)
		case slices.Contains(linkerd.NamespaceFlags, flag.Name):
			add(problem.RenderOtherNamespace.Code, flag.Name, flag.Value)
		case slices.Contains(linkerd.TrustDomainFlags, flag.Name):
			add(problem.RenderOtherTrustDomain.Code, flag.Name, flag.Value)
		case setting == linkerd.SchemeValue:
			add(problem.RenderOtherScheme.Code, flag.Name, flag.Value)
		default:
			add(problem.RenderLongLeaf.Code, setting, flag.Value)
		}
	}
}

// environmentNames reads what a proxy is told of its mesh.
func environmentNames(container linkerd.Container, add func(problem.Code, string, string)) {
	for _, v := range container.Values() {
		if v.Name == linkerd.NamespaceEnv {
			add(problem.RenderOtherNamespace.Code, v.Name, v.Value)
		}
		if v.Name == linkerd.TrustDomainEnv {
			add(problem.RenderOtherTrustDomain.Code, v.Name, v.Value)
		}
		if _, mesh, identity := strings.Cut(v.Value, linkerd.IdentityInfix); identity && !strings.Contains(mesh, "$(") {
			namespace, domain, _ := strings.Cut(mesh, ".")
			add(problem.RenderOtherNamespace.Code, v.Name, namespace)
			add(problem.RenderOtherTrustDomain.Code, v.Name, domain)
		}
		if labels := strings.Split(v.Value, "."); slices.Contains(linkerd.ServiceAddressEnvs, v.Name) && len(labels) > 2 && labels[2] == "svc" && !strings.Contains(labels[1], "$(") {
			add(problem.RenderOtherNamespace.Code, v.Name, labels[1])
		}
	}
}
