package render

import "github.com/l5d-pki/l5d-pki-render/internal/manifest"

// literals edits bundles that stand as text in container environments: every
// proxy of the 2.10 charts (charts/partials/templates/_proxy.tpl@stable-2.10.2),
// workloads that `linkerd inject --manual` wrote, and 2.10's identity container.
func (p *plan) literals() {
	for _, o := range p.objects {
		if _, workload := workloadTemplate[o.kind]; workload {
			p.literalsIn(o, nil, o.node)
		}
	}
}

// literalsIn walks an object for environment entries {name, value}.
func (p *plan) literalsIn(o object, at []any, n *manifest.Node) {
	switch n.Kind() {
	case manifest.Sequence:
		for i := range n.Len() {
			p.literalsIn(o, append(at[:len(at):len(at)], i), n.Index(i))
		}
	case manifest.Mapping:
		if value := n.Get("value"); value != nil && value.Kind() == manifest.Scalar {
			p.literal(o, append(at[:len(at):len(at)], "value"), n.Get("name").Value(), value)
			return
		}
		for key, value := range n.Pairs() {
			p.literalsIn(o, append(at[:len(at):len(at)], key.Value()), value)
		}
	case manifest.Scalar: // an entry is a mapping
	}
}

// literal edits one environment entry if it carries a bundle.
func (p *plan) literal(o object, steps []any, name string, value *manifest.Node) {
	var text string
	switch name {
	case proxyAnchorsEnv:
		text = inStyleOf(value, p.bundleText())
	case identityAnchorsEnv:
		text = b64(p.raw)
	default:
		return
	}
	if o.namespace != p.namespace(ControlPlane) {
		p.groups[Workloads] = true
	}
	p.set(o, o.path(steps...), value, text, p.bundleSummary())
}
