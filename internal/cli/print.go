package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/yaml"
)

// Formats of what there is to read.
const (
	formatText     = "text"
	formatJSON     = "json"
	formatYAML     = "yaml"
	formatMarkdown = "markdown"
)

// report is something to read, in words or as data.
type report interface {
	// text is for a terminal, markdown for a pull request.
	text() string
	markdown() string
	// data marshals to JSON and YAML.
	data() any
}

// printers by format.
var printers = map[string]func(report) ([]byte, error){
	formatText:     func(r report) ([]byte, error) { return []byte(r.text()), nil },
	formatMarkdown: func(r report) ([]byte, error) { return []byte(r.markdown()), nil },
	formatYAML:     func(r report) ([]byte, error) { return yaml.Marshal(r.data()) },
	formatJSON: func(r report) ([]byte, error) {
		out, err := json.MarshalIndent(r.data(), "", "  ")
		return append(out, '\n'), err
	},
}

func printer(format string) (func(report) ([]byte, error), error) {
	show, ok := printers[format]
	if !ok {
		return nil, problem.CLIFormat.With(format, "text, json, yaml or markdown")
	}
	return show, nil
}

// table lines up rows for a terminal: columns are separated by two spaces, the
// last one is left as it is.
func table(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			if i < len(row)-1 {
				fmt.Fprintf(&line, "%-*s  ", widths[i], cell)
			} else {
				line.WriteString(cell)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// markdownTable has the first row as its head.
func markdownTable(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("|")
		for _, cell := range row {
			b.WriteString(" " + strings.ReplaceAll(cell, "|", `\|`) + " |")
		}
		b.WriteString("\n")
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
		}
	}
	return b.String()
}

// short is a fingerprint's beginning, enough to tell certificates of one file apart.
func short(fingerprints []string) string {
	parts := make([]string, len(fingerprints))
	for i, f := range fingerprints {
		parts[i] = f[:min(8, len(f))]
	}
	return strings.Join(parts, " ")
}
