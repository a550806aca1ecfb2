package survey

import (
	"path"
	"strings"
)

// generator reads an entry of configMapGenerator or secretGenerator: a file or a
// literal for each key.
func (s *Survey) generator(g cursor, kind, folder string) {
	name := g.get("name").value()
	made := configMapData{file: g.file.name, pins: map[string]pinSet{}, texts: map[string]string{}, files: map[string]string{}}
	for _, entry := range g.get("files").items() {
		key, file, named := strings.Cut(entry.value(), "=")
		if !named {
			key, file = path.Base(entry.value()), entry.value()
		}
		made.files[key] = inTree(folder, file)
		s.generatedRoots(entry, name, key, "", made.files[key])
	}
	for _, entry := range g.get("literals").items() {
		key, text, _ := strings.Cut(entry.value(), "=")
		made.texts[key] = text
		s.generatedRoots(entry, name, key, text, "")
	}
	if object := kind + "/" + name; name != "" && len(made.files)+len(made.texts) > 0 {
		if _, known := s.configMaps[object]; !known {
			s.configMaps[object] = made
		}
	}
}

// generatedRoots notes the trust roots that a generator makes.
func (s *Survey) generatedRoots(at cursor, name, key, text, file string) {
	if name == trustRoots && key == trustRootsKey {
		s.bundles = append(s.bundles, foundBundle{at: at.spot(), text: text, file: file})
	}
}

// textOf is what a key of an object holds, in the object itself or in the file that
// a generator takes it from.
func (s *Survey) textOf(source valuesSource) string {
	data := s.configMaps[source.object]
	if text := data.texts[source.key]; text != "" {
		return text
	}
	return s.pems[data.files[source.key]]
}
