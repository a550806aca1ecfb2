package problem

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shownMax is the longest text, in characters, that a message quotes: longer
// ones are material, not words.
const shownMax = 60

// Shown quotes a user's text for a message, unless it might be PEM or key
// material: then only its length is told.
func Shown(text string) string {
	n := utf8.RuneCountInString(text)
	if n > shownMax || strings.Contains(text, "---") || strings.ContainsAny(text, "\r\n") {
		return fmt.Sprintf("text of %d characters", n)
	}
	return strconv.Quote(text)
}
