// Package report writes results as text, Markdown, JSON and YAML.
package report

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/yaml"
)

// Formats of a report.
const (
	Text     = "text"
	JSON     = "json"
	YAML     = "yaml"
	Markdown = "markdown"
)

// Report is a result that can be written in every format.
type Report interface {
	// Text is for a terminal, Markdown for a pull request.
	Text() string
	Markdown() string
	// Data marshals to JSON and YAML.
	Data() any
}

// Paged is a report whose text is laid out for a terminal. Its Text is that of a view
// without color.
type Paged interface {
	Report
	Page(p *screen.Page)
}

// paged is the text of a report on a page.
func paged(r Paged, v screen.View) string {
	p := screen.New(v)
	r.Page(p)
	return p.String()
}

// formats quote names and sentences that are not ours, and often end in the log
// of a CI job.
var formats = map[string]func(Report) ([]byte, error){
	Text:     func(r Report) ([]byte, error) { return []byte(sink.Log(r.Text())), nil },
	Markdown: func(r Report) ([]byte, error) { return []byte(sink.Log(r.Markdown())), nil },
	YAML:     func(r Report) ([]byte, error) { return yaml.Marshal(r.Data()) },
	JSON: func(r Report) ([]byte, error) {
		out, err := json.MarshalIndent(r.Data(), "", "  ")
		return append(sink.JSON(out), '\n'), err
	},
}

// In returns what writes a report in a format, and text for a view. further names
// formats of that report alone: ICS for one that has dates, and what the caller writes itself.
func In(format string, view screen.View, further ...string) (func(Report) ([]byte, error), error) {
	write, known := formats[format]
	if format == ICS && slices.Contains(further, ICS) {
		return calendarOf, nil
	}
	if !known {
		names := append([]string{Text, JSON, YAML, Markdown}, further...)
		last := len(names) - 1
		return nil, problem.CLIFormat.With(format, strings.Join(names[:last], ", ")+" or "+names[last])
	}
	return func(r Report) ([]byte, error) {
		if page, ok := r.(Paged); ok && format == Text {
			return []byte(paged(page, view)), nil // a page is safe already, and may have color
		}
		return write(r)
	}, nil
}

// calendarOf is the calendar of a report that has dates.
func calendarOf(r Report) ([]byte, error) { return r.(dated).Calendar(), nil }
