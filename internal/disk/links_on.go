package disk

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLinks is how many links a path may lead through, as for filepath.EvalSymlinks.
const maxLinks = 255

// LinksOn lists the links on the way to a file, each by its own place, in the order in which
// the system follows them.
func LinksOn(file string) (links []string) {
	full, err := Full(file)
	if err != nil {
		return nil // nothing can be written there either
	}
	here, rest := rootAnd(full)
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

// Full is an absolute path as it is written: ".." behind a link leads out of the folder that
// the link leads to, not of the one that it lies in, so that nothing may be shortened.
func Full(path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	here, err := os.Getwd()
	return here + string(filepath.Separator) + path, err
}

// rootAnd splits an absolute path.
func rootAnd(path string) (root, rest string) {
	root = filepath.VolumeName(path) + string(filepath.Separator)
	return root, strings.TrimPrefix(path, root)
}

func split(path string) []string { return strings.Split(path, string(filepath.Separator)) }
