package problem

import "strings"

// Nearest finds the word that was probably meant: the same in another case, or
// at most two typing errors away (one in words of four letters or less).
func Nearest(word string, known []string) (meant string, ok bool) {
	const longest = 40 // no key comes near it; keeps the cost of a hostile word bounded
	if len(word) > longest {
		return "", false
	}
	best := 3
	for _, k := range known {
		switch d := distance(word, k); {
		case strings.EqualFold(word, k):
			return k, true
		case d < best && (d == 1 || len(k) > 4):
			best, meant = d, k
		}
	}
	return meant, meant != ""
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour (optimal string alignment).
func distance(a, b string) int {
	before, prev := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev = prev, row
	}
	return prev[len(b)]
}
