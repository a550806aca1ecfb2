package repo

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// strange reports whether a name has a part that no checkout creates, on any system:
// a backslash parts names on Windows.
func strange(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || isSpecial(part) {
			return true
		}
		for piece := range strings.SplitSeq(part, `\`) {
			if isSpecial(piece) {
				return true
			}
		}
	}
	return false
}

// shortGit is the short name that Windows gives to .git.
var shortGit = lazy.New(`(?i)^git~[0-9]+$`)

// isSpecial reports whether a file system takes a name for a directory above, or for
// Git's own directory: some fold case, NTFS drops trailing dots and spaces and takes
// ":" for the begin of a stream, HFS+ ignores some code points.
func isSpecial(part string) bool {
	if part == "." || part == ".." {
		return true
	}
	part, _, _ = strings.Cut(strings.Map(visible, part), ":")
	part = strings.TrimRight(part, ". ")
	return strings.EqualFold(part, ".git") || shortGit.MatchString(part)
}

// visible drops the code points that HFS+ passes over, as Git lists them in utf8.c.
func visible(r rune) rune {
	if r >= 0x200c && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff {
		return -1
	}
	return r
}
