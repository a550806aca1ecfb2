package cli

import (
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
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

// code shows text as it is: no forge reads a name, a mention or HTML in it.
func code(text string) string {
	if text == "" {
		return "none"
	}
	return "`" + strings.Join(strings.Fields(strings.ReplaceAll(text, "`", "'")), " ") + "`"
}

// markdownSigns are what a sentence may not bring into the text: HTML, mentions
// of people, links and emphasis.
var markdownSigns = strings.NewReplacer("<", "‹", ">", "›", "@", "(at)", "`", "'", "*", "·", "[", "(", "]", ")", "|", "/", "#", "no. ", "!", ".")

func plain(text string) string {
	return strings.Join(strings.Fields(markdownSigns.Replace(text)), " ")
}

func plainRows(rows [][]string) [][]string {
	for _, row := range rows {
		for i := range row {
			row[i] = plain(row[i])
		}
	}
	return rows
}
