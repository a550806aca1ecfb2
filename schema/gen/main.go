// Command gen writes the JSON schemas of the state file, of the fleet file and of
// reports into the directory in which it runs, which is schema/: `go generate ./schema`.
// It reads the Go types and the comments in their source.
package main

import (
	"fmt"
	"os"
)

func main() {
	for name, schema := range schemas {
		write(name, schema)
	}
	for _, r := range reports {
		write(fileOf(r.name), func() ([]byte, error) { return reportSchema(r.name, r.title, r.of) })
	}
}

func write(name string, schema func() ([]byte, error)) {
	text, err := schema()
	if err == nil {
		err = os.WriteFile(name, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
