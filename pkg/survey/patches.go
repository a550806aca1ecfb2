package survey

import "strings"

// patches reads a list of patches as kustomize takes them: objects that are written
// out, and operations on a target.
func (s *Survey) patches(list cursor) {
	for _, p := range list.items() {
		if patch, ok := p.get("patch").embedded(); ok {
			p.file.patches = append(p.file.patches, patch)
		}
		s.operations(p.get("target"), p.get("patch"))
	}
}

// operations reads a patch in the form of RFC 6902 that writes the trust roots, or
// values of a chart.
func (s *Survey) operations(target, patch cursor) {
	list := patch
	if inner, ok := patch.list(); ok {
		list = inner
	}
	for _, op := range list.items() {
		value, path := op.get("value"), op.get("path").value()
		switch {
		case !value.there():
		case target.get("name").value() == trustRoots && path == "/data/"+trustRootsKey:
			s.bundles = append(s.bundles, foundBundle{at: value.spot(), text: value.value()})
		default:
			s.patchedValues(value, path)
		}
	}
}

// valuesFields are the fields of hosts' objects that hold values of a chart.
var valuesFields = []string{"/spec/values", "/spec/source/helm/valuesObject", "/spec/template/spec/source/helm/valuesObject"}

var pointer = strings.NewReplacer("~1", "/", "~0", "~")

// patchedValues looks at what a patch writes into the values of a HelmRelease or an
// Application.
func (s *Survey) patchedValues(value cursor, path string) {
	const place = "a patch of the values"
	if _, last, found := strings.Cut(path, "/helm/parameters"); found && !strings.Contains(strings.TrimPrefix(last, "/"), "/") {
		s.parameter(value, "parameters", "", pinSet{})
		for _, p := range value.items() {
			s.parameter(p, "parameters", "", pinSet{})
		}
		return
	}
	for _, field := range valuesFields {
		rest, below := strings.CutPrefix(path, field)
		if !below || rest != "" && rest[0] != '/' {
			continue
		}
		name := pointer.Replace(strings.ReplaceAll(strings.TrimPrefix(rest, "/"), "/", "."))
		if name != "" {
			s.setting(value, name, place, pinSet{})
		}
		s.walk(value, name, place, pinSet{})
	}
}
