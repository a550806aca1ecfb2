package problem

import "strings"

// Article is a noun with its indefinite article: a Deployment, an Observation.
func Article(noun string) string {
	if noun != "" && strings.ContainsRune("AEIOUaeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
