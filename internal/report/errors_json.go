package report

import (
	"encoding/json"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Errors are why a command failed, for programs: what `-o json` writes to stderr.
type Errors struct {
	Errors []Error `json:"errors"`
	// Notes are what else the command said, a line each.
	Notes []string `json:"notes,omitempty"`
}

// Error is one of them.
type Error struct {
	// Code names the kind of error; `explain CODE` says more. A command line that
	// cannot be read has the code usage.
	Code    string   `json:"code"`
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`
	Column  int      `json:"column,omitempty"`
	Path    string   `json:"path,omitempty"`
	Message string   `json:"message"`
	Hints   []string `json:"hints,omitempty"`
}

// ErrorsOf lists problems. Of an error of the command line the lines after the first
// are hints.
func ErrorsOf(err error, usage bool, notes string) Errors {
	r := Errors{Errors: []Error{}}
	if usage {
		first, rest, _ := strings.Cut(err.Error(), "\n")
		e := Error{Code: "usage", Message: first}
		for hint := range strings.Lines(rest) {
			e.Hints = append(e.Hints, strings.TrimPrefix(strings.TrimSpace(hint), "hint: "))
		}
		r.Errors = append(r.Errors, e)
	} else {
		for _, p := range problem.Of(err) {
			r.Errors = append(r.Errors, Error{string(p.Code), p.File, p.Line, p.Column, p.Path, p.Text, p.Hints})
		}
	}
	for line := range strings.Lines(notes) {
		r.Notes = append(r.Notes, strings.TrimSuffix(line, "\n"))
	}
	return r
}

// JSON is the document.
func (e Errors) JSON() string {
	out, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		panic("report: errors do not marshal: " + err.Error()) // strings and numbers only
	}
	return string(sink.JSON(out)) + "\n"
}
