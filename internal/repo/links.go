package repo

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// LinkInGit returns the first symbolic link on the way to a file, or in its place, that
// Git has, or would commit: a branch that was checked out may have brought it. Links count
// that lie in the working tree around home, a directory that need not be there; those on the
// way to home do not. It is "" if there is none.
func LinkInGit(home, file string) (string, error) {
	real := disk.Real(home)
	at, found, err := around(real)
	if err != nil {
		return "", err
	}
	named, err := namedPlace()
	if err != nil {
		return "", err
	}
	links := slices.DeleteFunc(linksOn(home, real, file), func(link string) bool {
		return !(found && within(link, at.top)) && !(named.top != "" && within(link, named.top))
	})
	shown := shownWhy(links, func(link string) string { return link })
	for _, link := range links {
		if why, is := shown[link]; is {
			return link, why
		}
	}
	return "", nil
}

// maxLinks is how many links a path may lead through, as for filepath.EvalSymlinks.
const maxLinks = 255

// linksOn lists the links on the way to a file, each by its own place, in the order in which
// the system follows them. real is where home is.
func linksOn(home, real, file string) (links []string) {
	from, err := filepath.Abs(home)
	full, err2 := filepath.Abs(file)
	if err != nil || err2 != nil {
		return nil // nothing can be written there either
	}
	here, rest := real, full
	if within(full, from) {
		rest, _ = filepath.Rel(from, full)
	} else {
		here, rest = rootAnd(full)
	}
	parts := split(rest)
	for len(parts) > 0 && len(links) < maxLinks {
		next := filepath.Join(here, parts[0]) // also of "..": here has no links
		parts = parts[1:]
		info, err := os.Lstat(next)
		if err != nil {
			break
		}
		if info.Mode()&os.ModeSymlink == 0 {
			here = next
			continue
		}
		links = append(links, next)
		target, err := os.Readlink(next)
		if err != nil {
			break
		}
		if filepath.IsAbs(target) {
			here, target = rootAnd(target)
		}
		parts = slices.Concat(split(target), parts)
	}
	return links
}

// rootAnd splits an absolute path.
func rootAnd(path string) (root, rest string) {
	root = filepath.VolumeName(path) + string(filepath.Separator)
	return root, strings.TrimPrefix(path, root)
}

func split(path string) []string { return strings.Split(path, string(filepath.Separator)) }
