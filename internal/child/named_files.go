package child

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fileNames end the names of variables whose value is the name of a file, where it could
// also be another word.
var fileNames = []string{"_FILE", "CONFIG", "_CONF", "_CREDENTIALS", "_CACERT", "_CERT", "_BUNDLE", "_CAINFO"}

// ownPrograms are the variables that name programs of ours, or those that we run.
const ownPrograms, programName = "L5D_PKI_", "_PROGRAM"

// Files lists the files that variables of this process name to programs of some purposes,
// the programs themselves included, each with the name of its variable.
func Files(purposes ...Purpose) (named [][2]string) {
	var names []string
	for _, p := range purposes {
		names = slices.Concat(names, slices.Concat(lists[p]...))
	}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		program := strings.HasPrefix(name, ownPrograms) && strings.HasSuffix(name, programName)
		if !program && !listed(names, name) {
			continue
		}
		isFile := slices.ContainsFunc(fileNames, func(end string) bool { return strings.HasSuffix(name, end) })
		for _, path := range filepath.SplitList(value) {
			if !isFile && !strings.ContainsFunc(path, func(r rune) bool { return r < 0x80 && os.IsPathSeparator(byte(r)) }) {
				continue
			}
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				named = append(named, [2]string{name, path})
			}
		}
	}
	return named
}
