package render

import (
	"bytes"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// checkReadings refuses a document that another reader of YAML (kubectl and Helm
// take the last of two equal keys) could take for an object of ours, or read
// otherwise than this program does. Others pass as they are: what they are is no
// concern of the phase.
func (p *plan) checkReadings(d manifest.Document, root *manifest.Node) {
	ambiguity := p.ambiguity(d, root)
	other := root
	if bare, marked := d.WithoutMarks(); marked {
		other, _ = bare.Parse() // what cannot be read without the marks cannot be applied
	}
	if ambiguity == nil {
		p.checkOwnItems(d, root)
		return
	}
	for _, head := range slices.Concat(p.readings(root, nil), p.readings(other, nil)) {
		if !p.concerns(d, head) {
			continue
		}
		if ambiguity.Code == problem.Unseparated.Code {
			ambiguity = problem.Unseparated.With(head.Kind+" "+head.Name).At(root.Line(), root.Column())
		}
		p.fail(ambiguity.Under("document " + itoa(d.Number)))
		return
	}
}

// ambiguity is what readers of YAML differ in; nil if there is nothing.
func (p *plan) ambiguity(d manifest.Document, root *manifest.Node) *problem.Problem {
	if doubled := root.Doubled(); doubled != nil {
		return doubled
	}
	if _, marked := d.WithoutMarks(); marked {
		return problem.MarkInside.With().At(d.Line, 0)
	}
	if binary := root.Binary(); binary != nil {
		return problem.BinaryText.With().At(binary.Line(), binary.Column())
	}
	if !d.Separated() {
		return problem.Unseparated.With("a document")
	}
	return nil
}

// checkOwnItems refuses an object of ours that has items as well: kubectl and
// Helm would apply the items in its place.
func (p *plan) checkOwnItems(d manifest.Document, root *manifest.Node) {
	if head := root.Head(); root.Get("items") != nil && p.isOurs(d, head) {
		p.fail(problem.OwnItems.With(head.Kind+" "+head.Name).On("document "+itoa(d.Number)).At(root.Get("items").Line(),
			root.Get("items").Column()))
	}
}

// isOurs reports whether an object with that head can be edited by the phase.
func (p *plan) isOurs(d manifest.Document, head manifest.Head) bool {
	return p.concerns(d, head) && p.kindOf(head) == head.Kind
}

// concerns is isOurs for an object of whatever API group.
func (p *plan) concerns(d manifest.Document, head manifest.Head) bool {
	if _, ok := p.targets[targetKey{head.Kind, head.Name}]; ok {
		return true
	}
	_, workload := workloadTemplate[head.Kind]
	return workload && (bytes.Contains(d.Text, []byte(proxyAnchorsEnv)) || p.wantsStamp(d, head))
}

// readings are the heads that readers of YAML might find in a document: of every
// combination of keys that are set twice, and of every item of a list, which may have its kind
// from those around it. Kinds of other API groups are left out.
func (p *plan) readings(root *manifest.Node, around []string) []manifest.Head {
	var heads []manifest.Head
	own := valuesOf(root.All("kind"))
	kinds := slices.Clone(own)
	for _, kind := range around {
		kinds = append(kinds, strings.TrimSuffix(kind, "List"))
	}
	for _, items := range root.All("items") {
		for _, item := range items.Items() {
			heads = append(heads, p.readings(item, kinds)...)
		}
	}
	var names, spaces []string
	for _, meta := range root.All("metadata") {
		names = append(names, valuesOf(meta.All("name"))...)
		spaces = append(spaces, valuesOf(meta.All("namespace"))...)
	}
	if len(spaces) == 0 {
		spaces = []string{""}
	}
	versions := valuesOf(root.All("apiVersion"))
	for i, kind := range kinds {
		ours := func(version string) bool { return p.kindOf(manifest.Head{APIVersion: version, Kind: kind}) == kind }
		if i < len(own) && len(versions) > 0 && !slices.ContainsFunc(versions, ours) {
			continue
		}
		for _, name := range names {
			for _, space := range spaces {
				heads = append(heads, manifest.Head{Kind: kind, Namespace: space, Name: name})
			}
		}
	}
	return heads
}

// valuesOf are the different values of some scalars.
func valuesOf(nodes []*manifest.Node) []string {
	var values []string
	for _, n := range nodes {
		if !slices.Contains(values, n.Decoded()) {
			values = append(values, n.Decoded())
		}
	}
	return values
}

// checkGlued refuses a document with a line like "---kind: ConfigMap": Helm cuts
// there, YAML does not, so an object of ours behind it would go unseen.
func (p *plan) checkGlued(d manifest.Document) {
	line := d.GluedLine()
	if line == 0 {
		return
	}
	for key := range p.targets {
		if bytes.Contains(d.Text, []byte(key.name)) {
			p.fail(problem.Unseparated.With("a document").On("document "+itoa(d.Number)).At(line, 1))
			return
		}
	}
}
