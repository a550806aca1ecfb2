package guard

import (
	"slices"
	"strings"
)

// overlap reports whether some path may match two patterns of Git, on a file system
// that folds case. It may say so of two that none matches.
func overlap(a, b string) bool {
	x, y := tokens(a), tokens(b)
	// reach says which beginnings of y match the same text as the beginning of x.
	reach := make([]bool, len(y)+1)
	reach[0] = true
	spread(reach, y)
	for _, token := range x {
		next := make([]bool, len(y)+1)
		for j := range reach {
			switch {
			case !reach[j]:
			case token.many:
				next[j] = true
				for k := j; k < len(y) && (token.any || !y[k].is("/")); k++ { // it takes all that y has there
					next[k+1] = true
				}
			case j < len(y) && token.meets(y[j]):
				next[j+1] = true
			}
			if reach[j] && j > 0 && y[j-1].many && y[j-1].meets(token) { // the star before takes it
				next[j] = true
			}
		}
		spread(next, y)
		reach = next
	}
	return reach[len(y)]
}

// spread passes over stars, which may stand for nothing.
func spread(reach []bool, y []globToken) {
	for j, token := range y {
		if reach[j] && token.many {
			reach[j+1] = true
		}
	}
}

// globToken is a part of a pattern: a letter, or what stands for one or many.
type globToken struct {
	letter string // "" stands for any letter
	many   bool
	any    bool // a directory's end, too
}

func (t globToken) is(letter string) bool { return t.letter == letter }

// meets reports whether one letter may match both.
func (t globToken) meets(other globToken) bool {
	switch {
	case t.letter != "" && other.letter != "":
		return t.letter == other.letter
	case t.letter == "/":
		return other.any
	case other.letter == "/":
		return t.any
	}
	return true
}

func tokens(pattern string) (list []globToken) {
	letters := strings.Split(folds(pattern), "")
	for i := 0; i < len(letters); i++ {
		switch letter := letters[i]; {
		case letter == "*" && i+1 < len(letters) && letters[i+1] == "*":
			list = append(list, globToken{many: true, any: true})
			if i++; i+1 < len(letters) && letters[i+1] == "/" {
				i++ // "**/" stands for no directory, too
			}
		case letter == "*":
			list = append(list, globToken{many: true})
		case letter == "?":
			list = append(list, globToken{})
		case letter == "[": // what a class ends with is hard to tell
			return append(list, globToken{many: true, any: true})
		default:
			list = append(list, globToken{letter: letter})
		}
	}
	return slices.Clip(list)
}
