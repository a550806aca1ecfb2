package problem

import "slices"

// Internal is the kind of every error that no room described: a defect of the
// tool, or an error of the operating system that passed through.
var Internal = define(Sentence{
	Code:    "internal",
	Text:    "%v",
	Explain: "An error that the tool has no sentence of its own for. Nothing was written. If the text does not help, report it with the command line (never with key files).",
})

// catalogue holds every sentence by code; define fills it while the package starts.
var catalogue = map[Code]Sentence{}

// define enters s into the catalogue. A doubled code is a programming error and
// stops the program at its start, so no test can miss it.
func define(s Sentence) Sentence {
	if _, taken := catalogue[s.Code]; taken {
		panic("problem: code defined twice: " + string(s.Code))
	}
	catalogue[s.Code] = s
	return s
}

// Lookup finds the sentence of a code.
func Lookup(code Code) (Sentence, bool) {
	s, ok := catalogue[code]
	return s, ok
}

// All lists every sentence, sorted by code.
func All() []Sentence {
	all := make([]Sentence, 0, len(catalogue))
	for _, s := range catalogue {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Sentence) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return all
}
