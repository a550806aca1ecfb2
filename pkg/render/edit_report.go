package render

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Outcome says what happened to one field.
type Outcome string

// Outcomes of a field.
const (
	Changed Outcome = "changed"
	Right   Outcome = "already right"
	Left    Outcome = "left alone"
)

// Line is one field of one object in a [Report].
type Line struct {
	// Object as "Kind namespace/name" ("Kind name" for cluster-scoped ones).
	Object string `json:"object"`
	// Field is the path inside the object, empty for the whole object.
	Field   string  `json:"field,omitempty"`
	Outcome Outcome `json:"outcome"`
	// Value names what the field carries now, or why it was left alone; never a
	// PEM body, never a key.
	Value string `json:"value,omitempty"`
	// held: a meshed workload that does not restart by itself, with Value as the reason.
	held bool
}

// Report says what a render changed, what was already right, what it left alone.
type Report struct {
	Phase string `json:"phase"`
	Epoch int64  `json:"epoch"`
	// Groups found in the stream.
	Groups []Group `json:"groups"`
	// Documents and Bytes of the input stream.
	Documents int    `json:"documents"`
	Bytes     int    `json:"bytes"`
	Lines     []Line `json:"fields"`
}

// Count is the number of fields with that outcome.
func (r *Report) Count(o Outcome) int {
	n := 0
	for _, l := range r.Lines {
		if l.Outcome == o {
			n++
		}
	}
	return n
}

// add notes what became of a field. It is called in many places.
//
//go:noinline
func (r *Report) add(object, field string, o Outcome, value string) {
	r.Lines = append(r.Lines, Line{Object: object, Field: field, Outcome: o, Value: value})
}

// addHeld notes a meshed workload that does not restart by itself.
func (r *Report) addHeld(object, why string) {
	r.Lines = append(r.Lines, Line{Object: object, Outcome: Left, Value: why, held: true})
}

// oneLine is a text with names of others as a line, or a part of one.
func oneLine(text string) string { return strings.ReplaceAll(text, "\n", `\n`) }

// Held lists the meshed workloads that do not restart by themselves, and why.
func (r *Report) Held() (held []string) {
	for _, l := range r.Lines {
		if l.held {
			held = append(held, oneLine(l.Object+": "+l.Value))
		}
	}
	return held
}

// Text is the report for people: a head line, then one line per field.
func (r *Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "phase %s, epoch %d: %d changed, %d already right, %d left alone (%s; %s)\n",
		r.Phase, r.Epoch, r.Count(Changed), r.Count(Right), r.Count(Left), problem.Counted(r.Documents, "document"), joinGroups(r.Groups))
	for _, l := range r.Lines {
		line := l.Object
		if l.Field != "" {
			line += " " + l.Field
		}
		if l.Value != "" {
			line += ": " + l.Value
		}
		fmt.Fprintf(&b, "  %-13s %s\n", l.Outcome, oneLine(line))
	}
	return b.String()
}

// JSON is the report for programs, indented, with a final newline.
func (r *Report) JSON() []byte {
	out, err := json.MarshalIndent(r, "", "  ")
	if err != nil { // strings, numbers and slices of them always marshal
		panic("render: report does not marshal: " + err.Error())
	}
	return append(out, '\n')
}
