package guard

import (
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// editedPaths are patterns of the files that outputs of kind edit stamp, those included
// that come later, from the top of the repository: of a whole glob, and of what it matches
// below each directory that has attributes of its own on either side.
func (g *judgement) editedPaths(from string, s *state.Rotation) (patterns []string) {
	var dirs []string
	for _, name := range append(slices.Clone(g.before.Files()), g.after.Files()...) {
		if path.Base(name) == attributesName && path.Dir(name) != "." {
			dirs = append(dirs, path.Dir(name))
		}
	}
	for _, o := range s.Spec.Outputs {
		_, pattern := outputPaths(from, o)
		if pattern == "" {
			continue
		}
		for _, glob := range editedFiles(pattern) {
			patterns = append(patterns, glob)
			for _, dir := range dirs {
				patterns = append(patterns, globBelow(dir, glob)...)
			}
		}
	}
	return patterns
}

// editedFiles are a glob of kind edit with what it takes of a directory: YAML alone.
func editedFiles(glob string) []string {
	dir, last := path.Split(glob)
	switch {
	case last == "*":
	case last == "**":
		dir = glob
	case !strings.ContainsAny(glob, globLetters) && !files.IsYAML(glob):
		dir = path.Join(glob, "**")
	default:
		return []string{glob}
	}
	return []string{path.Join(dir, "*.yaml"), path.Join(dir, "*.yml")}
}

// globBelow is what is left of a glob below a directory that its first parts match, behind
// the directory's name.
func globBelow(dir, glob string) (patterns []string) {
	parts, inside := strings.Split(glob, "/"), strings.Split(folds(dir), "/")
	for i := 1; i < len(parts); i++ {
		if !files.Match(strings.Split(folds(path.Join(parts[:i]...)), "/"), inside) {
			continue
		}
		if parts[i-1] == "**" {
			patterns = append(patterns, path.Join(dir, "**", path.Join(parts[i:]...)))
		}
		patterns = append(patterns, path.Join(dir, path.Join(parts[i:]...)))
	}
	return patterns
}
