// Package problem holds what every package says when something is wrong: one
// value per problem, with a stable code, a place, one sentence and hints.
//
// The sentences themselves are in tables, one file per part of the tool
// (pki.go, state.go, manifest.go, render.go, cli.go), so that a search for an
// error text lands on one line with its hint and its explanation.
//
// A problem never carries a PEM body or key bytes: the arguments given to
// [Sentence.With] are names, numbers, fingerprints and instants.
package problem

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Code names one kind of problem, for ever: lower case, words joined by "-",
// the first word is the part of the tool ("state-unknown-key"). `explain CODE` explains it.
type Code string

// Sentence is one entry of the tables: what is said when a kind of problem is met.
type Sentence struct {
	Code Code
	// Text is a fmt format: lower case, no full stop, user text under %q.
	Text string
	// Hint says what to do; it may be empty and takes no arguments.
	Hint string
	// Explain is what `explain CODE` adds: cause and way out, one paragraph.
	Explain string
}

// With makes a problem of this kind; args fill the verbs of Text.
//
// It and some methods below are called in more than a thousand places: a copy of the
// sentence, or of a method, in each of them would be a large part of the program.
func (s *Sentence) With(args ...any) *Problem {
	p := &Problem{Code: s.Code, Text: fmt.Sprintf(s.Text, withoutEncoded(args)...)}
	if s.Hint != "" {
		p.Hints = []string{s.Hint}
	}
	return p
}

// Problem is one thing that is wrong: where, what, and what to do about it.
// It is an error; [errors.As] finds it, and [Of] lists all of them.
type Problem struct {
	Code Code
	// File is the input's name as the user gave it ("rotation.yaml", "stdin"), or "".
	File string
	// Line and Column count from 1 (columns in characters); 0 means unknown.
	Line, Column int
	// Path is the place inside the file: a field ("status.anchors[1].certificate")
	// or an object ("ConfigMap linkerd/linkerd-config"), or "".
	Path  string
	Text  string
	Hints []string
	// Cause is kept for errors.Is and errors.As; its text is not printed.
	Cause error
}

// In names the input file and returns p; a file that is already named stays.
//
//go:noinline
func (p *Problem) In(file string) *Problem {
	if p.File == "" {
		p.File = file
	}
	return p
}

// At sets line and column (both count from 1) and returns p.
func (p *Problem) At(line, column int) *Problem {
	p.Line, p.Column = line, column
	return p
}

// On sets the place inside the file and returns p.
//
//go:noinline
func (p *Problem) On(path string) *Problem {
	p.Path = path
	return p
}

// Under puts prefix before the place inside the file: Under("status") turns
// "anchors[0]" into "status.anchors[0]".
func (p *Problem) Under(prefix string) *Problem {
	switch {
	case p.Path == "":
		p.Path = prefix
	case strings.HasPrefix(p.Path, "["):
		p.Path = prefix + p.Path
	default:
		p.Path = prefix + "." + p.Path
	}
	return p
}

// Hint adds one more thing to do and returns p.
//
//go:noinline
func (p *Problem) Hint(format string, args ...any) *Problem {
	p.Hints = append(p.Hints, fmt.Sprintf(format, args...))
	return p
}

// Because keeps the underlying error for errors.Is and returns p.
//
//go:noinline
func (p *Problem) Because(cause error) *Problem {
	p.Cause = cause
	return p
}

// Error is the first line: "<file>:<line>:<column>: <path>: <text>", with the
// parts that are known. It must be enough by itself: hosts quote nothing else.
func (p *Problem) Error() string {
	var parts []string
	place := p.File
	if p.Line > 0 {
		place += ":" + strconv.Itoa(p.Line)
		if p.Column > 0 {
			place += ":" + strconv.Itoa(p.Column)
		}
	}
	if place = strings.TrimPrefix(place, ":"); place != "" {
		parts = append(parts, place)
	}
	if p.Path != "" {
		parts = append(parts, p.Path)
	}
	return strings.Join(append(parts, p.Text), ": ")
}

// Unwrap gives the underlying error, if one was kept.
func (p *Problem) Unwrap() error { return p.Cause }

// List is several problems of one input, in the order of their places in it.
// A nil or empty List is no error: return it through [List.Err].
type List []*Problem

// Add appends the problems that err holds; a nil err adds nothing.
//
//go:noinline
func (l *List) Add(err error) { *l = append(*l, Of(err)...) }

// In names the input file of every problem that has none.
func (l List) In(file string) List {
	for _, p := range l {
		p.In(file)
	}
	return l
}

// Under puts prefix before the place of every problem.
func (l List) Under(prefix string) List {
	for _, p := range l {
		p.Under(prefix)
	}
	return l
}

// Err is l as an error: nil when empty, the problem itself when there is one.
//
//go:noinline
func (l List) Err() error {
	switch len(l) {
	case 0:
		return nil
	case 1:
		return l[0]
	}
	return l
}

// Error is the first problem's line and how many follow.
func (l List) Error() string {
	if len(l) == 0 {
		return "no problem"
	}
	if len(l) == 1 {
		return l[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", l[0].Error(), len(l)-1)
}

// Unwrap gives the problems to errors.Is and errors.As.
func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, p := range l {
		errs[i] = p
	}
	return errs
}

// Of lists the problems that err holds. An error of another kind becomes one
// problem with the code "internal" and its own text, so nothing is ever lost.
func Of(err error) List {
	switch e := err.(type) { //nolint:errorlint // what an error wraps is its cause, not another problem
	case nil:
		return nil
	case *Problem:
		return List{e}
	case List:
		return slices.Clone(e)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all List
		for _, e := range joined.Unwrap() {
			all.Add(e)
		}
		return all
	}
	return List{Internal.With(err).Because(err)}
}
