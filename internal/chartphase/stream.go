package chartphase

import (
	"fmt"
	"strings"
)

// Split cuts a stream at its separators. Only "---" lines separate: inside
// a scalar every line is indented.
func Split(stream []byte) []string {
	var documents []string
	for _, text := range strings.Split("\n"+string(stream), "\n---\n") {
		if text = strings.TrimLeft(text, "\n"); strings.TrimSpace(text) != "" {
			documents = append(documents, strings.TrimRight(text, "\n")+"\n")
		}
	}
	return documents
}

// OnlyComments reports whether a text has nothing but comments.
func OnlyComments(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return false
		}
	}
	return true
}

// difference names the first document in which two streams differ.
func difference(one, other []byte) string {
	a, b := Split(one), Split(other)
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		if o, err := ObjectOf(a[i]); err == nil {
			return o.String()
		}
		return fmt.Sprintf("document %d", i+1)
	}
	return "the number of documents"
}
