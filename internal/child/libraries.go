package child

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// isLoader reports whether the loader of programs goes by a variable: that of Linux and
// the BSDs, or that of macOS.
func isLoader(name string) bool {
	return strings.HasPrefix(name, "LD_") || strings.HasPrefix(name, "DYLD_")
}

// forLoaders is an environment with what loaders may go by: folders for libraries that no
// branch can have brought files to. Nothing else is handed on that has a loader run code.
func forLoaders(all []string) (env []string) {
	for _, entry := range all {
		name, value, _ := strings.Cut(entry, "=")
		if isLoader(name) {
			value = libraryFolders(value)
			if !strings.HasSuffix(name, "LIBRARY_PATH") || value == "" {
				continue
			}
			entry = name + "=" + value
		}
		env = append(env, entry)
	}
	return env
}

// libraryFolders lists the entries of a list that are folders outside of all working trees,
// links followed. Loaders split at colons, at semicolons (glibc) or at the ends of lines
// (musl), take an entry that is relative or empty from the current directory, and have tokens
// such as $ORIGIN. An empty list would be the current directory, too.
func libraryFolders(list string) string {
	var folders []string
	for entry := range strings.FieldsFuncSeq(list, func(r rune) bool { return strings.ContainsRune(":;\n", r) }) {
		folder, err := filepath.EvalSymlinks(entry)
		if err != nil || !filepath.IsAbs(entry) || strings.Contains(entry, "$") || strings.ContainsAny(folder, "$:;\n") {
			continue
		}
		if info, err := os.Stat(folder); err == nil && info.IsDir() && !inWorkingTree(append(disk.LinksOn(entry), folder)) {
			folders = append(folders, folder)
		}
	}
	return strings.Join(folders, ":")
}

// inWorkingTree reports whether a link or folder lies in a working tree of any repository.
func inWorkingTree(paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return disk.RepositoryOf(path) != "" })
}
