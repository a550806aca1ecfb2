package guard

import (
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"golang.org/x/text/unicode/norm"
)

// judgeAround judges what is around the files of the rotation: versions that the
// merge does not show, Git attributes, names that fold onto theirs, signers.
func (g *judgement) judgeAround(next *state.Rotation) error {
	owned := g.ownedPaths(g.Now, next)
	g.judgeIntermediate(owned)
	g.judgeFolds(owned)
	if signers := g.SignersFile(); slices.Contains(g.differs, signers) {
		g.r.owned = append(g.r.owned, signers)
		g.r.fail(problem.PRGuardSigners.With().In(sink.Name(signers)))
	}
	return g.judgeAttributes(owned)
}

// judgeFolds: no new path is, on some file systems, an owned one or a directory above it.
func (g *judgement) judgeFolds(owned map[string]bool) {
	spelled, folded := map[string]bool{}, map[string]string{}
	for name := range owned {
		for ; name != "." && name != "/"; name = path.Dir(name) {
			spelled[name], folded[folds(name)] = true, name
		}
	}
	said := map[string]bool{}
	for _, c := range g.changes {
		real, same := folded[folds(c.Name)]
		if !same {
			real, same = longName(onWindows(c.Name), spelled)
		}
		if same && c.Object != "" && !spelled[c.Name] && !said[c.Name] && !g.before.Has(c.Name) {
			said[c.Name] = true
			g.r.fail(problem.PRGuardFolds.With(sink.Name(real)).In(sink.Name(c.Name)))
		}
	}
}

// longName gives the path among others for which Windows may take one that has a
// short name in it.
func longName(name string, spelled map[string]bool) (long string, found bool) {
	if !strings.Contains(name, "~") {
		return "", false
	}
	parts := strings.Split(name, "/")
	for _, long := range slices.Sorted(maps.Keys(spelled)) {
		longParts := strings.Split(long, "/")
		if slices.EqualFunc(parts, longParts, func(part, longPart string) bool {
			return folds(part) == folds(longPart) || state.ShortNameOf(part, longPart)
		}) {
			return long, true
		}
	}
	return "", false
}

// onWindows is a path as Windows takes it: a backslash parts names there.
func onWindows(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// folds is a path as the most forgiving file systems compare it.
func folds(name string) string {
	parts := strings.Split(norm.NFKC.String(onWindows(name)), "/")
	for i, part := range parts {
		part = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Cf, r) {
				return -1 // HFS+ ignores format characters
			}
			return r
		}, part)
		part, _, _ = strings.Cut(part, ":") // a stream of NTFS
		parts[i] = strings.ToLower(strings.ToUpper(strings.TrimRight(part, ". ")))
	}
	return norm.NFKC.String(strings.Join(parts, "/"))
}
