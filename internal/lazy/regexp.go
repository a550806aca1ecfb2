// Package lazy is regular expressions that are compiled when they are first used.
//
// A start of the program uses few of the expressions that it knows, and compiling
// all of them would take as long as everything else that a start does.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression (package regexp). Several goroutines may use it;
// it must not be copied.
type Regexp struct {
	expr     string
	once     sync.Once
	compiled *regexp.Regexp
}

// New takes an expression without looking at it. One that is none panics when it
// is first used; a test compiles every one in this repository.
func New(expr string) *Regexp { return &Regexp{expr: expr} }

// Regexp is the compiled expression, for the methods that are not repeated here.
func (r *Regexp) Regexp() *regexp.Regexp {
	r.once.Do(func() { r.compiled = regexp.MustCompile(r.expr) })
	return r.compiled
}

// MatchString reports whether text has a match.
func (r *Regexp) MatchString(text string) bool { return r.Regexp().MatchString(text) }

// Match reports whether text has a match.
func (r *Regexp) Match(text []byte) bool { return r.Regexp().Match(text) }

// FindString is the first match in text, or "".
func (r *Regexp) FindString(text string) string { return r.Regexp().FindString(text) }

// FindStringSubmatch is the first match in text and its groups, or nil.
func (r *Regexp) FindStringSubmatch(text string) []string { return r.Regexp().FindStringSubmatch(text) }

// ReplaceAllString is text with every match replaced; $1 in by is a group.
func (r *Regexp) ReplaceAllString(text, by string) string {
	return r.Regexp().ReplaceAllString(text, by)
}
