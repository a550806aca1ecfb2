package cli

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// fitToShow is the talk of a call as it may be shown in a terminal, in a build's log and
// in the log file. Errors quote arguments, variables and files of others: a key
// or an address with a login may have been given for any of them. This is the
// net below the callers, who say what a text is and leave the value out.
func fitToShow(talk string) string {
	if talk == "" { // the usual case, and the search takes time to begin
		return ""
	}
	var out strings.Builder
	for line := range strings.Lines(secret.Cut(talk)) {
		if !isReport(line) {
			line = address.RedactText(line)
		}
		out.WriteString(line)
	}
	return sink.Log(out.String())
}

// isReport reports whether a line is one of a report in JSON, which stays one.
func isReport(line string) bool {
	line = strings.TrimLeft(line, " \t")
	return strings.HasPrefix(line, `"`) || strings.HasPrefix(line, "{") || strings.HasPrefix(line, "}")
}
