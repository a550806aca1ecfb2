package report

import (
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// Diff is a unified diff of two texts; "" if they are the same.
func Diff(from, to, before, after string) string {
	text := string(diff.Diff(from, []byte(before), to, []byte(after)))
	return strings.TrimPrefix(text, "diff "+from+" "+to+"\n")
}
