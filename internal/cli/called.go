package cli

import (
	"path/filepath"
	"strings"
)

// calledAs are the names by which the program is a command of its own, for
// hosts that give it no arguments.
var calledAs = map[string]string{"l5d-pki-render-krm": "krm"}

// Arguments gives the arguments of a call, argv[0] being the name that the
// program was called by.
func Arguments(argv []string) []string {
	name := strings.TrimSuffix(filepath.Base(argv[0]), ".exe")
	if command, named := calledAs[name]; named {
		return append([]string{command}, argv[1:]...)
	}
	if len(argv) == 2 && argv[1] == extensionMetadata { // the answer has the name of the file
		return []string{extensionMetadata, filepath.Base(argv[0])}
	}
	return argv[1:]
}
