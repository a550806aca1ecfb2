package files

import "path"

// Match reports whether a path matches a pattern, part by part; ** stands for
// any number of parts. It takes time in proportion to the lengths of both: where
// a part does not match, only the last ** before it can take one part more.
func Match(pattern, parts []string) bool {
	p, n := 0, 0
	star, from := -1, 0 // the last **, and where what follows it was tried
	for n < len(parts) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, from = p, n
			p++
		case p < len(pattern) && matches(pattern[p], parts[n]):
			p++
			n++
		case star >= 0:
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}

func matches(pattern, part string) bool {
	ok, _ := path.Match(pattern, part) // its form was checked
	return ok
}
