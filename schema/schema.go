// Package schema holds the JSON schemas of the files that l5d-pki-render reads,
// for editors and pipelines:
//
//	text, ok := schema.Of("rotation")
//
// Those of the state file and of the fleet file are generated from the Go types and
// their comments; run `go generate ./schema` after changing them. A schema knows the
// shape of a file; [state.Parse] knows the rules between its fields, too, and is
// what decides.
package schema

import (
	"embed"
	"io/fs"
	"strings"
)

//go:generate go run ./gen

//go:embed *.schema.json
var files embed.FS

const suffix = ".schema.json"

// Names lists the schemas, sorted.
func Names() []string {
	paths, _ := fs.Glob(files, "*"+suffix) // the pattern is well formed
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = strings.TrimSuffix(path, suffix)
	}
	return names
}

// Of is the text of a schema (JSON, draft 2020-12, with a final newline).
func Of(name string) (text []byte, ok bool) {
	text, err := files.ReadFile(name + suffix)
	return text, err == nil
}
