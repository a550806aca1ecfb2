package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// lintForms are the forms of a report.
var lintForms = map[string]func(lintReport) []byte{
	"text": lintText, "json": lintJSON, "markdown": lintMarkdown, "sarif": lintSARIF,
}

// lintText is one line per finding, as compilers write them, and its hint.
func lintText(r lintReport) []byte {
	var out []byte
	for _, f := range r.findings {
		place := fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
		if f.Path != "" {
			place += ": " + f.Path
		}
		out = fmt.Appendf(out, "%s: %s [%s]\n", place, f.Finding, f.Code)
		if f.Hint != "" {
			out = fmt.Appendf(out, "  hint: %s\n", f.Hint)
		}
	}
	return []byte(sink.Log(string(fmt.Appendf(out, "%d findings\n", len(r.findings)))))
}

func lintJSON(r lintReport) []byte {
	if r.findings == nil {
		r.findings = []survey.Finding{}
	}
	return marshal(r.findings)
}

// marshal is indented JSON; what lint writes is strings and numbers only.
func marshal(v any) []byte {
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("cli: findings do not marshal: " + err.Error())
	}
	return append(sink.JSON(out), '\n')
}

// lintMarkdown is a table for a comment on a pull request.
func lintMarkdown(r lintReport) []byte {
	if len(r.findings) == 0 {
		return []byte("No findings.\n")
	}
	out := []byte("| severity | place | finding | do |\n|---|---|---|---|\n")
	for _, f := range r.findings {
		text := strings.TrimSpace(f.Subject + " " + f.Text)
		out = fmt.Appendf(out, "| %s | %s | %s (`%s`) | %s |\n",
			f.Severity, strings.ReplaceAll(sink.Code(fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)), "|", `\|`), mdCell(text), f.Code, mdCell(f.Hint))
	}
	return fmt.Appendf(out, "\n%d findings\n", len(r.findings))
}

// mdCell keeps a text inside its cell: what files are called, and what stands in
// them, is not ours.
func mdCell(text string) string { return sink.Markdown(text) }
