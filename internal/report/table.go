package report

import (
	"fmt"
	"strings"
)

// Table lines up rows for a terminal: columns are separated by two spaces, the
// last one is left as it is.
func Table(rows [][]string) string {
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

// MarkdownTable has the first row as its head.
func MarkdownTable(rows [][]string) string {
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

// Short is the beginning of fingerprints, enough to tell certificates of one file apart.
func Short(fingerprints []string) string {
	parts := make([]string, len(fingerprints))
	for i, f := range fingerprints {
		parts[i] = f[:min(8, len(f))]
	}
	return strings.Join(parts, " ")
}
