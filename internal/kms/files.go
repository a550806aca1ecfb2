package kms

import (
	"net/url"
	"strings"
)

// Files lists what may be files among the attributes of an URI: the library of a token
// (module-path), the PIN (pin-source), credentials.
func Files(uri string) (paths []string) {
	for part := range strings.FieldsFuncSeq(uri, func(r rune) bool { return strings.ContainsRune(";?&", r) }) {
		_, value, attribute := strings.Cut(part, "=")
		if !attribute {
			_, value, _ = strings.Cut(part, ":")
		}
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		if value = strings.TrimPrefix(strings.TrimPrefix(value, "file://"), "file:"); value != "" {
			paths = append(paths, value)
		}
	}
	return paths
}
