package values

import (
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// listed reads the charts of a helmfile and of a kustomization. A file of values has
// neither list.
func (s source) listed() (found []release) {
	for _, one := range s.Get("releases").Items() { // helmfile: later values go first, `set` before them
		r := release{object: "release " + text(one, "name"), chart: text(one, "chart"), version: text(one, "version"),
			namespace: text(one, "namespace"), values: tree{}}
		for _, values := range one.Get("values").Items() {
			if values.Kind() == manifest.Mapping {
				r.values.merge(treeOf(values))
			} else {
				r.elsewhere = append(r.elsewhere, values.Value())
			}
		}
		for _, p := range one.Get("set").Items() {
			if file := p.Get("file"); file != nil {
				r.elsewhere = append(r.elsewhere, file.Value()+" ("+p.Get("name").Value()+")")
				continue
			}
			r.values.set(p.Get("name").Value(), p.Get("value").Value())
		}
		found = append(found, r)
	}
	for _, one := range s.Get("helmCharts").Items() {
		r := release{object: "chart " + text(one, "name"), chart: text(one, "name"), version: text(one, "version"),
			namespace: text(one, "namespace"), values: treeOf(one.Get("valuesInline"))}
		if file := text(one, "valuesFile"); file != "" {
			r.elsewhere = append(r.elsewhere, file)
		}
		found = append(found, r)
	}
	return found
}

// carriers are values that a ConfigMap or Secret has for whoever names it.
func (s source) carriers() (found []release) {
	kind := kindOf(s.Node)
	if kind != "/ConfigMap" && kind != "/Secret" {
		return nil
	}
	for _, field := range []string{"data", "stringData"} {
		for key := range s.Get(field).Pairs() {
			data, _ := s.carried(s.name(), key.Value())
			if r := (release{object: s.name() + " " + key.Value(), values: parsed(data)}); r.isControlPlane() {
				found = append(found, r)
			}
		}
	}
	return found
}
