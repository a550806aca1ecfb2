package files

import "path"

// Match reports whether a path Match a pattern, part by part; ** stands for
// any number of parts.
func Match(pattern, parts []string) bool {
	switch {
	case len(pattern) == 0:
		return len(parts) == 0
	case pattern[0] == "**":
		return Match(pattern[1:], parts) || len(parts) > 0 && Match(pattern, parts[1:])
	case len(parts) == 0:
		return false
	}
	ok, _ := path.Match(pattern[0], parts[0]) // its form was checked
	return ok && Match(pattern[1:], parts[1:])
}
