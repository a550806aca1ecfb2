package guard

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// attributesName is the file that gives Git's attributes.
const attributesName = ".gitattributes"

// isAttributes reports whether a path gives attributes, on any file system.
func isAttributes(name string) bool {
	base := path.Base(onWindows(name))
	return folds(base) == attributesName || state.ShortNameOf(base, attributesName)
}

// aboveAny reports whether the directory of a file holds one of the paths.
func aboveAny(name string, owned map[string]bool) bool {
	for p := range owned {
		if _, below := relativeTo(path.Dir(name), p); below {
			return true
		}
	}
	return false
}

// relativeTo is a path as a directory above it names it.
func relativeTo(dir, name string) (rest string, below bool) {
	if dir == "." {
		return name, true
	}
	for above := path.Dir(name); above != "."; above = path.Dir(above) {
		if folds(above) == folds(dir) {
			return strings.TrimPrefix(name[len(above):], "/"), true
		}
	}
	return "", false
}

// judgeAttributes: no line that the change brings has Git write an owned path
// other than it was reviewed, or a forge hide it from the reviewer. What the base
// has stays, unless a line went that may have held it back, or a path is owned now
// and was not.
func (g *judgement) judgeAttributes(ownedBefore, owned map[string]bool) error {
	for _, name := range g.differs {
		if isAttributes(name) && aboveAny(name, owned) && g.after.Has(name) && !g.readableAttributes(name) {
			g.r.fail(problem.PRGuardAttributesKind.With().In(sink.Name(name)))
		}
	}
	was, err := g.attributesFor(g.before, ownedBefore)
	if err != nil {
		return err
	}
	now, err := g.attributesFor(g.after, owned)
	if err != nil {
		return err
	}
	fresh, gone := map[string]map[int]bool{}, map[string]bool{}
	for name := range was {
		if _, there := now[name]; !there {
			now[name] = nil
		}
	}
	for name, lines := range now {
		fresh[name] = freshLines(was[name], lines, gone)
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		for i, line := range now[name] {
			bare := gone[line.about] || gone[anything] || line.about == anything && len(gone) > 0
			if line.harms && (fresh[name][i] || bare) {
				g.r.fail(problem.PRGuardAttributes.With(line.number, sink.Name(line.first), sink.Markdown(line.setting)).In(sink.Name(name)))
			}
		}
	}
	return nil
}

// freshLines are the places of the lines that a file has now and had not. What it
// had and has no more, or has in another order, is gone: the last line that
// matches wins.
func freshLines(was, now []attributeLine, gone map[string]bool) map[int]bool {
	fresh, next := map[int]bool{}, 0
	for i, line := range now {
		if next < len(was) && line.same(was[next]) {
			next++
		} else {
			fresh[i] = true
		}
	}
	for _, line := range was[next:] {
		gone[line.about] = true
	}
	return fresh
}

// readableAttributes: it is a regular file under the one name that every system reads.
func (g *judgement) readableAttributes(name string) bool {
	e, err := g.after.Find(name)
	if err != nil || path.Base(name) != attributesName {
		return false
	}
	_, err = g.Repo.Read(e, statefile.MaxSize)
	return err == nil
}

// attributesFor reads the lines of a tree that apply to an owned path, by file.
func (g *judgement) attributesFor(t *repo.Tree, owned map[string]bool) (map[string][]attributeLine, error) {
	macros, err := g.macrosOf(t)
	if err != nil {
		return nil, base.GitProblem(err)
	}
	var names []string
	for _, name := range t.Files() {
		if path.Base(name) == attributesName && aboveAny(name, owned) {
			names = append(names, name)
		}
	}
	found := map[string][]attributeLine{}
	err = g.texts(t, names, statefile.MaxSize, func(name string, text []byte) {
		for _, line := range attributeLines(string(text), macros) {
			if line.first = line.applies(path.Dir(name), owned); line.first != "" {
				found[name] = append(found[name], line)
			}
		}
	})
	return found, base.GitProblem(err)
}

// globLetters begin the parts of a pattern that stand for others.
const globLetters = "*?["

// applies gives an owned path that a line of a directory's file may match, "" if
// there is none. An archive leaves out what is below a path, so directories count.
func (l attributeLine) applies(dir string, owned map[string]bool) (first string) {
	if strings.HasPrefix(l.pattern, macroPrefix) {
		return "" // the lines that use it apply
	}
	pattern, bare := patternExpression(l.pattern), strings.Trim(l.pattern, "/")
	wide := strings.NewReplacer("*", "**", "?", "**").Replace(bare)
	matches := func(name string) bool {
		return pattern.MatchString(name) || strings.ContainsAny(name, globLetters) && overlap(wide, name)
	}
	anywhere := !strings.Contains(bare, "/") && !strings.HasPrefix(l.pattern, "/") // in every directory, for Git
	for name := range owned {
		rest, below := relativeTo(dir, name)
		if !below || first != "" && first <= name {
			continue
		}
		for file := rest; rest != "."; rest = path.Dir(rest) {
			if rest != file && strings.ContainsAny(rest, globLetters) && l.about != "export-ignore" {
				continue // it has a directory of any name, to which nothing else is applied
			}
			if matches(rest) || anywhere && matches(path.Base(rest)) {
				first = name
			}
		}
	}
	return first
}

// patternExpression matches at least what Git's pattern matches, and GitLab's, in which "*"
// and "?" stand for "/", too (attributes_parser.rb).
func patternExpression(pattern string) *regexp.Regexp {
	pattern = strings.Trim(pattern, "/")
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case strings.HasPrefix(rest, "**/"):
			b.WriteString("(.*/)?")
			i += 2
		case rest[0] == '*':
			b.WriteString(".*")
		case rest[0] == '?': // a byte, and names are compared by characters
			b.WriteString(".?")
		case rest[0] == '[': // what a class ends with is hard to tell
			b.WriteString(".*")
			i = len(pattern)
		case rest[0] == '\\' && len(rest) > 1:
			i++
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(rest[:1]))
		}
	}
	expression, err := regexp.Compile("(?is)^" + b.String() + "$")
	if pattern == "" || err != nil {
		return regexp.MustCompile("")
	}
	return expression
}
