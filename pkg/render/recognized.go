package render

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// hookAnnotation: Helm runs such an object apart from the release's own.
const hookAnnotation = "helm.sh/hook"

// Fields, beside those of webhooks, by which objects and their mesh are recognized.
var (
	headFields       = []string{"apiVersion", "kind"}
	metadataFields   = []string{"name", "namespace"}
	labelFields      = []string{controlPlaneNS, linkerd.Extension, linkerd.Component, injectAnnotation}
	annotationFields = []string{injectAnnotation, hookAnnotation}
)

// oddName is such a field that is no string for every reader.
type oddName struct {
	node  *manifest.Node
	place manifest.Path
}

// checkNames refuses an object that the phase recognizes, if readers of YAML may differ in
// what a field says by which it does so. A null is no value for all of them. kind is what
// the object says, whatever its API group.
func (p *plan) checkNames(o object, kind string) {
	_, target := p.targets[targetKey{kind, o.name}]
	target = target && (o.kind == kind || !o.get("apiVersion").IsText())
	_, workload := workloadTemplate[o.kind]
	workload = workload && p.State.Status.Stamp != ""
	if !target && !workload {
		return
	}
	odd := o.oddNames()
	if len(odd) > 0 && !target && !p.meshing(o).meshed {
		return
	}
	for _, n := range odd {
		p.fail(problem.RenderNotName.With(n.place.String(), "a string").On(o.String()).At(n.node.Line(), n.node.Column()))
	}
	if n := o.get("metadata", "namespace"); target && n.IsText() && n.Value() != "" && state.DNSLabel(n.Value()) != nil {
		p.fail(problem.RenderNotName.With("metadata.namespace", "a DNS label (RFC 1123)").On(o.String()).At(n.Line(), n.Column()))
	}
}

// checkKind refuses a list, or an item of one, of which readers may differ in what it is: kubectl and
// Helm take the list's kind for an item's that is no string. What has no kind at all is no list to them.
func (p *plan) checkKind(list manifest.Head, doc int, at manifest.Path, of *manifest.Node) (ok bool) {
	odd := oddFields(of, headFields, at)
	if list.Kind == "" || len(odd) == 0 {
		return true
	}
	n := odd[0]
	document := "document " + itoa(p.docs[doc].Number)
	p.fail(problem.RenderNotName.With(n.place.String(), "a string").On(document).At(n.node.Line(), n.node.Column()))
	return false
}

// oddFields are the fields of a mapping that are set and no strings for every reader.
func oddFields(in *manifest.Node, keys []string, place manifest.Path) (odd []oddName) {
	for _, key := range keys {
		if n := in.Get(key); n != nil && !n.IsNull() && !n.IsText() {
			odd = append(odd, oddName{n, append(slices.Clone(place), manifest.At(key)...)})
		}
	}
	return odd
}

// oddNames looks at the object's own fields, at its pod template's and at the services of webhooks.
func (o object) oddNames() (odd []oddName) {
	look := func(in *manifest.Node, keys []string, place ...any) {
		odd = append(odd, oddFields(in, keys, manifest.At(place...))...)
	}
	metadata := func(of *manifest.Node, place []any) {
		meta := of.Get("metadata")
		place = append(slices.Clone(place), "metadata")
		look(meta, metadataFields, place...)
		look(meta.Get("labels"), labelFields, append(place, "labels")...)
		look(meta.Get("annotations"), annotationFields, append(place, "annotations")...)
	}
	look(o.node, headFields)
	metadata(o.node, nil)
	if template := workloadTemplate[o.kind]; len(template) > 0 {
		metadata(o.get(template...), template)
	}
	look(o.get("spec", "service"), metadataFields, "spec", "service")
	for i, webhook := range o.get("webhooks").Items() {
		look(webhook.Lookup(manifest.At("clientConfig", "service")), metadataFields, "webhooks", i, "clientConfig", "service")
	}
	return odd
}
