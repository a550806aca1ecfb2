package rotation

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// What a log entry says of its move, beside the verb: see way.why.
const (
	downtimeAccepted = "downtime accepted"
	preparedAhead    = "prepared before its gate was open"
)

// assumed finds the assumptions in the sentence of a log entry, as way.why writes them.
var assumed = regexp.MustCompile(`assumed ([A-Z-]+) because ("(?:[^"\\]|\\.)*")`)

// Vouched reads back what a person vouched for in a move, from its log entry.
func Vouched(e state.LogEntry) []Assumption {
	var list []Assumption
	for _, found := range assumed.FindAllStringSubmatch(e.Why, -1) {
		because, err := strconv.Unquote(found[2])
		if n := Need(found[1]); err == nil && n.Known() {
			list = append(list, Assumption{n, because})
		}
	}
	return list
}

// Prepared tells whether a move was made ahead of its gate ([Options.Ahead]).
func Prepared(e state.LogEntry) bool { return says(e, preparedAhead) }

// says looks for one of the parts of way.why.
func says(e state.LogEntry, part string) bool {
	for _, p := range strings.Split(e.Why, "; ") {
		if p == part {
			return true
		}
	}
	return false
}
