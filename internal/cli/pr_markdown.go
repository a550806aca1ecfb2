package cli

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

func heading(text string) string { return "### " + text + "\n\n" }

func stamped(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// folded puts a long table out of sight where the forge can.
func folded(l forge.Limits, title, text string) string {
	if !l.Details || !l.HTML {
		return heading(title) + text
	}
	return "<details>\n<summary>" + title + "</summary>\n\n" + text + "\n</details>\n"
}

// code and plain are what a text of somebody else may bring into Markdown.
func code(text string) string  { return sink.Code(text) }
func plain(text string) string { return sink.Markdown(text) }

func plainRows(rows [][]string) [][]string {
	for _, row := range rows {
		for i := range row {
			row[i] = plain(row[i])
		}
	}
	return rows
}
