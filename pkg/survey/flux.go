package survey

import (
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// helmRelease is a Flux HelmRelease. Order of precedence: valuesFrom in its
// order, inline values, entries of valuesFrom with a targetPath
// (helm-controller, docs/spec/v2/helmreleases.md).
func (s *Survey) helmRelease(c cursor) {
	spec := c.get("spec")
	r := release{object: objectOf(c), pins: s.values(spec.get("values"), "the HelmRelease's inline values")}
	for i, from := range spec.get("valuesFrom").items() {
		source := sourceOf(from)
		target := from.get("targetPath")
		if target.there() {
			s.targetPath(target, source, "valuesFrom["+strconv.Itoa(i)+"] with a targetPath", r.pins)
			continue
		}
		r.sources = append(r.sources, source)
	}
	chart := spec.get("chart", "spec")
	for _, file := range chart.get("valuesFiles").items() {
		r.sources = append(r.sources, valuesSource{file: inTree("", file.value())})
	}
	for _, p := range spec.get("postRenderers").items() {
		s.patches(p.get("kustomize", "patches"))
		s.patches(p.get("kustomize", "patchesJson6902"))
	}
	s.addRelease(r, chart.get("chart"), chart.get("version"))
}

func sourceOf(from cursor) valuesSource {
	source := valuesSource{object: from.get("kind").value() + "/" + from.get("name").value(), key: from.get("valuesKey").value()}
	if source.key == "" {
		source.key = "values.yaml"
	}
	return source
}

// targetPath is one value from a key of a ConfigMap or Secret. The state's own
// bundle by this way is how it should be; what stands there is judged in the
// end, when the ConfigMap has been seen.
func (s *Survey) targetPath(target cursor, source valuesSource, place string, pins pinSet) {
	name := target.value()
	if parent, key := cutLast(name); isIssuer(parent, key) {
		s.issuers = append(s.issuers, foundIssuer{at: target.spot(), place: place, field: key})
		return
	}
	if name == linkerd.AnchorsValue || strings.HasSuffix(name, "."+linkerd.AnchorsValue) {
		s.targets = append(s.targets, targetedBundle{target.spot(), place, source})
		return
	}
	s.setting(target, name, place, pins)
	s.targetSettings = append(s.targetSettings, targetedSetting{target, name, place, source})
}

// targetedSetting is another value that a HelmRelease takes by a targetPath.
type targetedSetting struct {
	at          cursor
	name, place string
	source      valuesSource
}

// targetedBundle is a bundle that a HelmRelease takes by a targetPath.
type targetedBundle struct {
	at     spot
	place  string
	source valuesSource
}

// resolveTargets finds the texts of targeted bundles. One that stands in the
// repository is no competitor, but must be right; any other one is out of reach.
func (s *Survey) resolveTargets() {
	for _, t := range s.targetSettings {
		s.contradicts(t.at, strings.TrimSpace(s.textOf(t.source)), t.name, t.place)
	}
	for _, t := range s.targets {
		found := foundBundle{at: t.at, text: s.textOf(t.source)}
		if found.text == "" {
			found.place, found.elsewhere = t.place, t.source.object
		}
		s.bundles = append(s.bundles, found)
	}
}

// fluxKustomization notes the path of a Flux Kustomization.
func (s *Survey) fluxKustomization(c cursor) {
	s.patches(c.get("spec", "patches"))
	s.substitute(c)
	where := c.get("spec", "path")
	if isPlaceholder(where.value()) {
		return
	}
	s.directories = append(s.directories, directory{
		at: where.spot(), folder: inTree("", strings.TrimPrefix(where.value(), "/")), recurse: true,
	})
}
