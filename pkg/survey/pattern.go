package survey

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// patterns are the patterns of --allow.
type patterns []pattern

type pattern struct {
	whole *regexp.Regexp
	base  bool // without a slash: compared with the name of the file alone
}

// compile reads patterns: * inside a folder, ** at any depth, ?.
func compile(texts []string) (patterns, error) {
	var all patterns
	for _, text := range texts {
		if text == "" || strings.ContainsAny(text, "[]{}\\") {
			return nil, problem.SurveyPattern.With(text)
		}
		source := strings.NewReplacer(`\*\*/`, `(?:.*/)?`, `\*\*`, `.*`, `\*`, `[^/]*`, `\?`, `[^/]`).Replace(regexp.QuoteMeta(text))
		all = append(all, pattern{regexp.MustCompile("^" + source + "$"), !strings.Contains(text, "/")})
	}
	return all, nil
}

// Allowed tells whether one of the patterns of --allow matches one of the names.
func Allowed(texts []string, names ...string) (bool, error) {
	all, err := compile(texts)
	return err == nil && slices.ContainsFunc(names, all.match), err
}

func (all patterns) match(name string) bool {
	for _, p := range all {
		if p.whole.MatchString(name) || p.base && p.whole.MatchString(path.Base(name)) {
			return true
		}
	}
	return false
}

// argoPattern reads include and exclude of a directory source: *, which goes
// over slashes, ? and {one,or,another}.
func argoPattern(text string) *regexp.Regexp {
	source := strings.NewReplacer(`\*`, `.*`, `\?`, `.`, `\{`, `(?:`, `\}`, `)`, `,`, `|`).Replace(regexp.QuoteMeta(text))
	re, err := regexp.Compile("^(?:" + source + ")$")
	if err != nil { // a brace that is not closed stands for itself
		return regexp.MustCompile("^" + regexp.QuoteMeta(text) + "$")
	}
	return re
}
