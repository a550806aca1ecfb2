package guard

import (
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
)

// rewriting are the attributes that change what a checkout, an archive or a merge
// writes, whatever they are set to.
var rewriting = []string{"working-tree-encoding", "encoding", "filter", "ident", "export-ignore", "export-subst", "merge"}

// folding are the attributes by which forges fold a file away in a review.
var folding = []string{"linguist-generated", "linguist-vendored", "gitlab-generated"}

// macroPrefix begins a line that defines an attribute which stands for others.
const macroPrefix = "[attr]"

// anything is what a macro is about: its definition is not looked up again.
const anything = "*"

// attributeLine is one setting of a line that is about an attribute which counts.
type attributeLine struct {
	number           int
	pattern, setting string
	// about is the attribute, one name for those that decide the same.
	about string
	// harms: what is written, or shown to a reviewer, is then not what is there.
	// A setting that does not may still take one back that does.
	harms bool
	// ignored: Git passes over the line, at least in some versions.
	ignored bool
	// first is a path of the rotation that the line applies to.
	first string
}

// same reports whether two lines do the same.
func (l attributeLine) same(other attributeLine) bool {
	return l.pattern == other.pattern && l.setting == other.setting && l.harms == other.harms && l.ignored == other.ignored
}

// effect says what a setting such as "-diff" is about, "" if that does not count,
// and whether it does harm. YAML and PEM read the same with either line end, so
// text=auto passes; a key file may have bytes that only look like line ends.
func effect(setting string, macros map[string]bool) (about string, harms bool) {
	bare := strings.TrimLeft(setting, "-!")
	sign := setting[:len(setting)-len(bare)]
	name, value, given := strings.Cut(bare, "=")
	switch {
	case slices.Contains(rewriting, name):
		return name, true
	case slices.Contains(folding, name):
		return name, sign == "" && value != "false"
	case name == "diff":
		return name, sign == "-" || given
	case name == "eol":
		return "text", sign == "" && given && value != "lf"
	case name == "text" || name == "crlf":
		return "text", sign == "" && !given
	case macros[name]:
		return anything, sign == ""
	}
	return "", false
}

// macrosOf are the attributes of a tree that stand for others which do harm: the
// one that Git has built in, and those that the file at the top defines.
func (g *judgement) macrosOf(t *repo.Tree) (map[string]bool, error) {
	macros := map[string]bool{"binary": true}
	err := g.texts(t, []string{attributesName}, statefile.MaxSize, func(_ string, text []byte) {
		for known := 0; known < len(macros); { // one may stand for another
			known = len(macros)
			for _, line := range attributeLines(string(text), macros) {
				if name, is := strings.CutPrefix(line.pattern, macroPrefix); is && line.harms {
					macros[name] = true
				}
			}
		}
	})
	return macros, err
}

// attributeLines reads the settings of a .gitattributes file that count. A pattern
// that cannot be read is "", which matches all.
func attributeLines(text string, macros map[string]bool) (lines []attributeLine) {
	text = strings.TrimPrefix(text, "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		whole := line
		line = strings.Trim(line, attributeBlanks)
		if line == "" || line[0] == '#' {
			continue
		}
		pattern, settings := patternAndSettings(line)
		ignored := ignoredLine(whole, pattern, settings)
		for _, setting := range settings {
			about, harms := effect(setting, macros)
			if setting == "text" && slices.Contains(settings, "eol=lf") {
				harms = false
			}
			if about != "" && (harms || !ignored) { // a line that is ignored holds nothing back
				lines = append(lines, attributeLine{number: i + 1, pattern: pattern, setting: setting, about: about, harms: harms, ignored: ignored})
			}
		}
	}
	return lines
}

// maxAttributeLine is how long a line may be that Git reads (attr.h).
const maxAttributeLine = 2048

// attributeName is a name that Git takes; with another one it ignores the whole line.
var attributeName = lazy.New(`^[-!]?[A-Za-z0-9_.][A-Za-z0-9_.-]*(=.*)?$`)

// ignoredLine reports whether Git may pass over a line: one that is too long, that has
// a byte or a name it does not take, or a pattern that excludes.
func ignoredLine(line, pattern string, settings []string) bool {
	return len(line) >= maxAttributeLine-len("\r\n") || strings.Contains(line, "\x00") || strings.HasPrefix(pattern, "!") ||
		slices.ContainsFunc(settings, func(setting string) bool {
			return !attributeName.MatchString(setting) || strings.Contains(setting, "builtin_")
		})
}

// attributeBlanks are between the words of a line for Git, and the last two for GitLab,
// which reads the file itself to decide what a merge request shows
// (lib/gitlab/git/attributes_parser.rb).
const attributeBlanks = " \t\r\f\v"

func patternAndSettings(line string) (pattern string, settings []string) {
	pattern, rest := line, ""
	if quoted, err := strconv.QuotedPrefix(line); line[0] == '"' && err == nil {
		pattern, _ = strconv.Unquote(quoted)
		rest = line[len(quoted):]
	} else if line[0] == '"' {
		pattern, rest = "", line
	} else if end := strings.IndexAny(line, attributeBlanks); end >= 0 {
		pattern, rest = line[:end], line[end:]
	}
	return pattern, strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(attributeBlanks, r) })
}
