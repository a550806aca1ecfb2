package report

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"

	"github.com/rogpeppe/go-internal/diff"
)

// Diff is a unified diff of two texts; "" if they are the same.
func Diff(from, to, before, after string) string {
	text := string(diff.Diff("a", []byte(before), "b", []byte(after)))
	body, differs := strings.CutPrefix(text, "diff a b\n--- a\n+++ b\n")
	if !differs {
		return ""
	}
	return DiffHead(from, to) + sink.Log(body) // lines of the author of a change
}

// DiffHead is the two lines that a diff begins with. A name that would break them is quoted,
// as Git does it.
func DiffHead(from, to string) string {
	return "--- " + sink.Name(from) + "\n+++ " + sink.Name(to) + "\n"
}
