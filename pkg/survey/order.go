package survey

import (
	"slices"
	"strings"
)

// judgeOrder looks for values files that a release lists behind the one with the
// phase's bundle: what they set takes precedence over it.
func (s *Survey) judgeOrder() {
	seen := map[string]bool{}
	for _, r := range s.releases {
		s.judgeSources(r, seen)
	}
}

func (s *Survey) judgeSources(r release, seen map[string]bool) {
	behind := false
	for _, source := range r.sources {
		file := source.file
		if source.object != "" {
			file = s.configMaps[source.object].file
		}
		if behind && file != "" && !seen[file] {
			seen[file] = true
			s.shadows = append(s.shadows, s.laterIn(file, source)...)
		}
		behind = behind || file != "" && s.isPhases(file)
	}
}

// laterIn are the settings of one source: of a ConfigMap those of its key.
func (s *Survey) laterIn(file string, source valuesSource) (found []shadowed) {
	for _, sh := range s.later[file] {
		if source.object == "" || strings.Contains(sh.at.path, source.key) {
			sh.place = "a values file behind that of the phase"
			found = append(found, sh)
		}
	}
	return found
}

// isPhases reports whether a file has the bundle of the state's phase.
func (s *Survey) isPhases(file string) bool {
	return slices.ContainsFunc(s.bundles, func(b foundBundle) bool {
		return b.at.file == file && b.place == "" && slices.Equal(fingerprints(b.text), s.want.bundle)
	})
}
