package state

import (
	"path"
	"regexp"
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

// gitShort are 8.3 names that Windows may give to .git, .gitmodules,
// .gitattributes and .gitignore.
var gitShort = regexp.MustCompile(`^(GIT|GI[0-9A-F]{4})~[0-9]+$`)

// notGit are names that begin with .git and mean nothing to Git itself.
var notGit = []string{".GITHUB", ".GITLAB", ".GITEA", ".GITKEEP", ".GITLAB-CI.YML", ".GITLAB-CI.YAML"}

// ciAtTop are files and directories at the top of a repository from which forges
// and CI systems take what they run, or who has to review.
var ciAtTop = regexp.MustCompile(`^(\.GITHUB|\.GITLAB|\.GITEA|\.FORGEJO|\.CIRCLECI|\.BUILDKITE|\.WOODPECKER|\.TEKTON|\.SEMAPHORE|\.AZURE-PIPELINES|` +
	`\.GITLAB-CI\.YA?ML|\.WOODPECKER\.YA?ML|\.DRONE\.(YA?ML|JSONNET|STAR)|\.TRAVIS\.YML|\.CIRRUS\.(YA?ML|STAR)|\.APPVEYOR\.YML|APPVEYOR\.YML|` +
	`BITBUCKET-PIPELINES\.YA?ML|BUILDSPEC\.YA?ML|CLOUDBUILD\.(YA?ML|JSON))$`)

// ciAnywhere are names of such files in any directory.
var ciAnywhere = regexp.MustCompile(`^(JENKINSFILE(\..*)?|CODEOWNERS|AZURE-PIPELINES.*\.YA?ML)$`)

// GitPath says why a path may not be written because it means something to Git,
// also where a file system folds case, drops trailing dots or ignores invisible
// characters; "" if it may.
func GitPath(name string) string {
	for _, part := range strings.Split(name, "/") {
		if is := asFileSystems(part); gitShort.MatchString(is) || strings.HasPrefix(is, ".GIT") && !slices.Contains(notGit, is) {
			return "a file of Git"
		}
	}
	return ""
}

// ProtectedPath is GitPath for a path from the top of the repository: it also
// refuses files that CI systems run and that say who has to review.
func ProtectedPath(name string) string {
	if why := GitPath(name); why != "" {
		return why
	}
	top, _, _ := strings.Cut(name, "/")
	if ciAtTop.MatchString(asFileSystems(top)) || ciAnywhere.MatchString(asFileSystems(path.Base(name))) {
		return "a file that CI runs or that names reviewers"
	}
	return ""
}

// asFileSystems is a name as the most forgiving file system takes it, in upper
// case: NTFS drops trailing dots and spaces and takes ":" for the beginning of a
// stream, HFS+ ignores some code points, many fold case.
func asFileSystems(part string) string {
	part, _, _ = strings.Cut(part, ":")
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
