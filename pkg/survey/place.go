package survey

import (
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// Place is where a field of a state file stands, like "status.issuers[0]": of a
// field that is not there, where the nearest one above it does. It is line 1,
// column 1 for a text that does not parse.
func Place(text []byte, field string) (line, column int) {
	node, err := manifest.Parse(text)
	if err != nil || node == nil {
		return 1, 1
	}
	for _, step := range strings.FieldsFunc(field, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		next := node.Get(step)
		if i, err := strconv.Atoi(step); err == nil && next == nil {
			next = node.Index(i)
		}
		if next == nil {
			break
		}
		node = next
	}
	return node.Line(), node.Column()
}
