package cli

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// attributesName is the file that gives Git's attributes.
const attributesName = ".gitattributes"

// rewriting are the attributes that change what a checkout, an archive or a merge
// writes. Line ends are not among them: YAML and PEM read the same with either.
var rewriting = []string{"working-tree-encoding", "encoding", "filter", "ident", "export-ignore", "export-subst", "merge"}

// attributeLine is a line that sets one of them.
type attributeLine struct {
	number           int
	pattern, setting string
	// macro: the line defines a name that other lines set it by.
	macro bool
}

// isAttributes reports whether a path gives attributes, on any file system.
func isAttributes(name string) bool { return folds(path.Base(name)) == attributesName }

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
// other than it was reviewed. Where such lines of a file change at all, all of
// them are judged: the last one that matches wins, so their order counts.
func (g *guardCall) judgeAttributes(owned map[string]bool) error {
	for _, name := range g.differs {
		if !isAttributes(name) || !aboveAny(name, owned) || !g.after.Has(name) {
			continue
		}
		now, readable, err := g.attributesOf(g.after, name)
		if err != nil {
			return err
		}
		if !readable {
			g.r.fail(problem.PRGuardAttributesKind.With().In(shownName(name)))
			continue
		}
		was, _, err := g.attributesOf(g.before, name)
		if err != nil {
			return err
		}
		same := func(a, b attributeLine) bool {
			return a.pattern == b.pattern && a.setting == b.setting && a.macro == b.macro
		}
		if slices.EqualFunc(was, now, same) {
			continue
		}
		for _, line := range now {
			if first := line.applies(path.Dir(name), owned); first != "" {
				g.r.fail(problem.PRGuardAttributes.With(line.number, shownName(first), plain(line.setting)).In(shownName(name)))
			}
		}
	}
	return nil
}

// attributesOf reads the lines of a file that count here.
func (g *guardCall) attributesOf(t *repo.Tree, name string) (lines []attributeLine, readable bool, err error) {
	err = g.texts(t, []string{name}, maxState, func(_ string, text []byte) {
		readable = path.Base(name) == attributesName
		lines = attributeLines(string(text))
	})
	return lines, readable, g.gitProblem(err)
}

// attributeLines reads the lines of a .gitattributes file that set an attribute
// which rewrites, or unset it. A pattern that cannot be read is "", which matches all.
func attributeLines(text string) (lines []attributeLine) {
	text = strings.TrimPrefix(text, "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		line = strings.Trim(line, " \t\r")
		if line == "" || line[0] == '#' {
			continue
		}
		pattern, rest := line, ""
		if quoted, err := strconv.QuotedPrefix(line); line[0] == '"' && err == nil {
			pattern, _ = strconv.Unquote(quoted)
			rest = line[len(quoted):]
		} else if line[0] == '"' {
			pattern, rest = "", line
		} else if end := strings.IndexAny(line, " \t\r"); end >= 0 {
			pattern, rest = line[:end], line[end:]
		}
		for _, setting := range strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\r", r) }) {
			attribute, _, _ := strings.Cut(strings.TrimLeft(setting, "-!"), "=")
			if slices.Contains(rewriting, attribute) {
				lines = append(lines, attributeLine{i + 1, pattern, setting, strings.HasPrefix(pattern, "[attr]")})
			}
		}
	}
	return lines
}

// applies gives an owned path that a line of a directory's file may match, "" if
// there is none. An archive leaves out what is below a path, so directories count.
func (l attributeLine) applies(dir string, owned map[string]bool) (first string) {
	pattern := patternExpression(l.pattern)
	for name := range owned {
		rest, below := relativeTo(dir, name)
		if !below || first != "" && first <= name {
			continue
		}
		for ; rest != "."; rest = path.Dir(rest) {
			tried := rest
			if !strings.Contains(strings.Trim(l.pattern, "/"), "/") && !strings.HasPrefix(l.pattern, "/") {
				tried = path.Base(rest) // without a slash it matches in every directory
			}
			if l.macro || pattern.MatchString(tried) {
				first = name
			}
		}
	}
	return first
}

// patternExpression matches at least what Git's pattern matches.
func patternExpression(pattern string) *regexp.Regexp {
	pattern = strings.Trim(pattern, "/")
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case strings.HasPrefix(rest, "**/"):
			b.WriteString("(.*/)?")
			i += 2
		case strings.HasPrefix(rest, "**"):
			b.WriteString(".*")
			i++
		case rest[0] == '*':
			b.WriteString("[^/]*")
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
