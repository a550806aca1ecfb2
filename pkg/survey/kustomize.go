package survey

import (
	"path"
)

// kustomizationNames are the names that kustomize looks for.
var kustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// listedResource is an entry of a kustomization's resources.
type listedResource struct {
	at     spot
	target string // path in the repository
}

// kustomization reads what a kustomization applies: resources, objects that its
// patches write out, and inflated charts.
func (s *Survey) kustomization(c cursor) {
	folder := path.Dir(c.file.name)
	for _, r := range c.get("resources").items() {
		if target := inTree(folder, r.value()); target != "" {
			s.listed = append(s.listed, listedResource{r.spot(), target})
		}
	}
	if c.within == nil {
		s.patches(c.get("patches"))
		s.patches(c.get("patchesJson6902"))
	}
	for _, g := range c.get("configMapGenerator").items() {
		s.generator(g, "ConfigMap", folder)
	}
	for _, g := range c.get("secretGenerator").items() {
		s.generator(g, "Secret", folder)
	}
	for _, chart := range c.get("helmCharts").items() {
		s.inflated(chart, folder)
	}
}

// inflated is an entry of helmCharts; valuesInline is merged over valuesFile
// unless valuesMerge says otherwise.
func (s *Survey) inflated(chart cursor, folder string) {
	place := "valuesInline"
	if chart.get("valuesMerge").value() == "merge" {
		place = ""
	}
	r := release{pins: s.values(chart.get("valuesInline"), place)}
	files := chart.get("additionalValuesFiles").items()
	if one := chart.get("valuesFile"); one.there() {
		files = append(files, one)
	}
	for _, name := range files {
		r.sources = append(r.sources, valuesSource{file: inTree(folder, name.value())})
	}
	s.addRelease(r, chart.get("name"), chart.get("version"))
}
