package disk

import (
	"path/filepath"
	"slices"
	"strings"
)

// gitDirectory may hold credentials of a clone in its configuration.
const gitDirectory = ".git"

// InGit reports whether a path below a root is .git or in it, by its own parts or
// where its links lead.
func InGit(root, path string) bool {
	return slices.ContainsFunc([][2]string{{root, path}, {Real(root), Real(path)}}, func(pair [2]string) bool {
		below, err := filepath.Rel(pair[0], pair[1])
		return err == nil && NamesGit(filepath.ToSlash(below))
	})
}

// NamesGit reports whether a part of a path, with "/", is .git in any case: file
// systems that ignore case take it for the same.
func NamesGit(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return strings.EqualFold(part, gitDirectory) })
}
