package survey

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// filledIn is a placeholder and nothing else: {{ .ca }} of an ApplicationSet, ${ca} of
// Flux.
var filledIn = lazy.New(`^\s*(?:\{\{\s*\.?(?:values\.)?([\w-]+)\s*\}\}|\$\{(\w+)(?::?=[^}]*)?\})\s*$`)

// fillers collects what may be filled in by name: elements and values of generators.
func (c cursor) fillers(into map[string][]cursor) {
	for key, value := range c.entries() {
		if value.value() != "" {
			into[key] = append(into[key], value)
		}
		value.fillers(into)
	}
	for _, item := range c.items() {
		item.fillers(into)
	}
}

// fill judges what generators fill in for the placeholders that were found since: an
// element of a list is as good as a literal.
func (s *Survey) fill(values map[string][]cursor, bundles, shadows int) {
	named := func(text string) []cursor {
		found := filledIn.FindStringSubmatch(text)
		if found == nil {
			return nil
		}
		return values[found[1]+found[2]]
	}
	for _, b := range s.bundles[bundles:] {
		for _, value := range named(b.text) {
			s.bundles = append(s.bundles, foundBundle{at: value.spot(), place: b.place, text: value.value()})
		}
	}
	for _, sh := range s.shadows[shadows:] {
		for _, value := range named(sh.have) {
			s.shadows = append(s.shadows, shadowed{value, value.value(), sh.name, sh.place})
		}
	}
}

// sourceOverride is a file in which Argo CD keeps what `argocd app set` or an image
// updater wrote: parameters beside those of the Application, and above them.
func (s *Survey) sourceOverride(c cursor) {
	s.applicationSource(c, c.file.name)
}

func isSourceOverride(base string) bool {
	return strings.HasPrefix(base, ".argocd-source") && strings.HasSuffix(base, ".yaml")
}

// substitute notes what Flux puts into the objects of a Kustomization.
func (s *Survey) substitute(c cursor) {
	for key, value := range c.get("spec", "postBuild", "substitute").entries() {
		s.substitutes[key] = append(s.substitutes[key], value)
	}
}
