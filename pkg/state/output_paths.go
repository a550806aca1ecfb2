package state

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Caps on lists of spec: each entry is a file that is read or written.
const (
	MaxLinks   = 64
	MaxOutputs = 256
)

// atMost caps the length of a list.
func (f *findings) atMost(limit, n int, at manifest.Path) {
	if n > limit {
		f.add(problem.StateTooMany.With(n, limit), at)
	}
}

// notGit are names that begin with .git and mean nothing to Git itself.
var notGit = []string{".GITHUB", ".GITLAB", ".GITEA", ".GITKEEP", ".GITLAB-CI.YML", ".GITLAB-CI.YAML"}

// GitPath says why a path may not be written because it means something to Git,
// also where a file system folds case, drops trailing dots or ignores invisible
// characters; "" if it may.
func GitPath(name string) string {
	for _, part := range strings.Split(name, "/") {
		if is := asFileSystems(part); namedIn(part, gitNames) || strings.HasPrefix(is, ".GIT") && !slices.Contains(notGit, is) {
			return "a file of Git"
		}
	}
	return ""
}

// ProtectedPath is GitPath for a path from the top of the repository: it also
// refuses files that CI systems and other tools run, and that say who has to
// review or who may sign.
func ProtectedPath(name string) string {
	if why := GitPath(name); why != "" {
		return why
	}
	parts := strings.Split(name, "/")
	if namedIn(parts[0], topNames) || namedIn(path.Base(name), anywhereNames) ||
		slices.ContainsFunc(parts, func(part string) bool { return namedIn(part, folderNames) }) {
		return "a file that CI runs, or that another tool runs or trusts"
	}
	return ""
}

// asFileSystems is a name as the most forgiving file system takes it, in upper
// case: NTFS drops trailing dots and spaces and takes ":" for the beginning of a
// stream, HFS+ ignores some code points, many fold case.
func asFileSystems(part string) string {
	part, _, _ = strings.Cut(inFull.Replace(part), ":")
	folded := strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		for next := unicode.SimpleFold(r); ; next = unicode.SimpleFold(next) {
			if next <= r {
				return next // the first of the runes that fold alike
			}
		}
	}, part)
	return strings.TrimRight(folded, ". ")
}

// inFull are the code points that fold to several ASCII letters, as APFS and ext4
// compare names.
var inFull = strings.NewReplacer("ß", "ss", "ẞ", "ss", "ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st")

// ignorable are the code points that HFS+ passes over, as Git lists them in utf8.c.
func ignorable(r rune) bool {
	return r >= 0x200c && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff
}

// ownablePath is a path of the state that a file is written to.
func ownablePath(text string) *problem.Problem {
	if wrong := relativePath(text); wrong != nil {
		return wrong
	}
	if why := GitPath(text); why != "" {
		return problem.StateProtected.With(why)
	}
	return nil
}
