// Command gen writes the JSON schemas of the state file and of reports
// into the folder in which it runs, which is schema/: `go generate ./schema`.
// It reads the Go types of package state and the comments in its source.
package main

import (
	"fmt"
	"os"
)

func main() {
	text, err := rotationSchema()
	if err == nil {
		err = os.WriteFile("rotation.schema.json", text, 0o644)
	}
	for _, r := range reports {
		if err == nil {
			if text, err = reportSchema(r.name, r.title, r.of); err == nil {
				err = os.WriteFile(fileOf(r.name), text, 0o644)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
