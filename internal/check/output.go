package check

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// marks are those of `linkerd check`.
var marks = map[Result]string{Success: "√", Warning: "‼", Failure: "×"}

// formats write a report. "table" is what `linkerd check` calls its text.
var formats = map[string]func(Report) ([]byte, error){
	"text":  func(r Report) ([]byte, error) { return r.text(false), nil },
	"table": func(r Report) ([]byte, error) { return r.text(false), nil },
	"short": func(r Report) ([]byte, error) { return r.text(true), nil },
	"json": func(r Report) ([]byte, error) {
		out, err := json.MarshalIndent(r, "", "  ")
		return append(sink.JSON(out), '\n'), err
	},
	"junit": junit,
}

// In returns what writes a report in a format.
func In(format string) (func(Report) ([]byte, error), error) {
	write, known := formats[format]
	if !known {
		return nil, problem.CLIFormat.With(format, "text, json, short or junit")
	}
	return write, nil
}

// text is laid out as `linkerd check` does; short leaves out what is well.
func (r Report) text(short bool) []byte {
	var b strings.Builder
	for _, c := range r.Categories {
		var lines strings.Builder
		for _, check := range c.Checks {
			if !short || check.Result != Success {
				lines.WriteString(check.text())
			}
		}
		if lines.Len() > 0 {
			fmt.Fprintf(&b, "%s\n%s\n%s\n", c.Name, strings.Repeat("-", len(c.Name)), lines.String())
		}
	}
	end := Success
	if !r.Success {
		end = Failure
	}
	fmt.Fprintf(&b, "Status check results are %s\n", marks[end])
	return []byte(sink.Log(b.String()))
}

func (c Check) text() string {
	text := marks[c.Result] + " " + c.Description + "\n"
	if c.Error != "" {
		text += "    " + c.Error + "\n    see " + c.Hint + " for hints\n"
	}
	return text
}
