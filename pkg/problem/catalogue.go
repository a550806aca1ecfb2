package problem

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
)

// Internal is the kind of every error that no package described: a defect of the
// tool, or an error of the operating system that passed through.
var Internal = Sentence{
	Code:    "internal",
	Text:    "%v",
	Explain: "An error that the tool has no sentence of its own for. Nothing was written. If the text does not help, report it with the command line (never with key files).",
}

// Lookup finds the sentence of a code.
func Lookup(code Code) (Sentence, bool) {
	for _, s := range catalogue {
		if s.Code == code {
			return *s, true
		}
	}
	return Sentence{}, false
}

// All lists every sentence, sorted by code.
func All() []Sentence {
	all := make([]Sentence, 0, len(catalogue))
	for _, s := range catalogue {
		all = append(all, *s)
	}
	order.By(all, func(a, b Sentence) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return all
}
