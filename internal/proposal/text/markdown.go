package text

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

func heading(text string) string { return "### " + text + "\n\n" }

// Instant is how texts write an instant.
func Instant(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// Folded puts a long table out of sight where the forge can.
func Folded(l forge.Limits, title, text string) string {
	if !l.Details || !l.HTML {
		return heading(title) + text
	}
	return "<details>\n<summary>" + title + "</summary>\n\n" + text + "\n</details>\n"
}
