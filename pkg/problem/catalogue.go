package problem

import (
	"slices"
	"strings"
)

// Internal is the kind of every error that no package described: a defect of the
// tool, or an error of the operating system that passed through.
var Internal = define(Sentence{
	Code:    "internal",
	Text:    "%v",
	Explain: "An error that the tool has no sentence of its own for. Nothing was written. If the text does not help, report it with the command line (never with key files).",
})

// catalogue holds every sentence in the order in which the package starts; define
// fills it. It is no map: every start of the program fills it, and few ask it.
var catalogue = make([]Sentence, 0, 512)

// define enters s into the catalogue. A test holds that no code is defined twice.
// (Written out at each of its calls it would add 0.3 MB to the program.)
//
//go:noinline
func define(s Sentence) Sentence {
	catalogue = append(catalogue, s)
	return s
}

// Lookup finds the sentence of a code.
func Lookup(code Code) (Sentence, bool) {
	i := slices.IndexFunc(catalogue, func(s Sentence) bool { return s.Code == code })
	if i < 0 {
		return Sentence{}, false
	}
	return catalogue[i], true
}

// All lists every sentence, sorted by code.
func All() []Sentence {
	all := slices.Clone(catalogue)
	slices.SortFunc(all, func(a, b Sentence) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return all
}
