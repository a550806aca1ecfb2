package lint

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// formats of a report.
var formats = map[string]func(Report) []byte{
	"text": text, "json": jsonList, "markdown": markdown, "sarif": sarif,
}

// Format returns what writes a report in a format. Text is one line per finding, as
// compilers write them, unless somebody looks at it on a terminal of known width.
func Format(name string, v screen.View) (func(Report) []byte, error) {
	write, known := formats[name]
	if known && name == "text" && v.Known {
		return func(r Report) []byte { return page(r, v) }, nil
	}
	if !known {
		return nil, problem.CLIFormat.With(name, strings.Join(slices.Sorted(maps.Keys(formats)), ", "))
	}
	return write, nil
}

// text is one line per finding, as compilers write them, and its hint.
func text(r Report) []byte {
	var out []byte
	for _, f := range r.findings {
		out = fmt.Appendf(out, "%s: %s [%s]\n", place(f), f.Finding, f.Code)
		if f.Hint != "" {
			out = fmt.Appendf(out, "  hint: %s\n", f.Hint)
		}
	}
	return []byte(sink.Log(string(fmt.Appendf(out, "%s\n", problem.Counted(len(r.findings), "finding")))))
}

// place is where a finding is, in a line of text.
func place(f survey.Finding) string {
	text := fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	if f.Path != "" {
		text += ": " + f.Path
	}
	return sink.Line(text)
}

// page is text for a terminal: a line per place, then the finding and its hint.
func page(r Report, v screen.View) []byte {
	p := screen.New(v)
	for _, f := range r.findings {
		style := screen.Warn
		if f.Severity == pki.Error {
			style = screen.Bad
		}
		p.Line("", screen.Bold.Say(place(f)+":"), style.Say(fmt.Sprintf(" %s [%s]", f.Finding, f.Code)))
		if f.Hint != "" {
			p.Line("  hint: ", screen.Say(f.Hint))
		}
	}
	p.Line("", screen.Say(problem.Counted(len(r.findings), "finding")))
	return []byte(p.String())
}

func jsonList(r Report) []byte {
	if r.findings == nil {
		r.findings = []survey.Finding{}
	}
	return marshal(r.findings)
}

// marshal is indented JSON; what lint writes is strings and numbers only.
func marshal(v any) []byte {
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("lint: findings do not marshal: " + err.Error())
	}
	return append(sink.JSON(out), '\n')
}

// markdown is a table for a comment on a pull request.
func markdown(r Report) []byte {
	if len(r.findings) == 0 {
		return []byte("No findings.\n")
	}
	out := []byte("| severity | place | finding | do |\n|---|---|---|---|\n")
	for _, f := range r.findings {
		text := strings.TrimSpace(f.Subject + " " + f.Text)
		out = fmt.Appendf(out, "| %s | %s | %s (`%s`) | %s |\n",
			f.Severity, strings.ReplaceAll(sink.Code(fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)), "|", `\|`), sink.Markdown(text), f.Code,
			sink.Markdown(f.Hint))
	}
	return fmt.Appendf(out, "\n%s\n", problem.Counted(len(r.findings), "finding"))
}
