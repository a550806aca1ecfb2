// Command gen writes the JSON schemas of the state file and of the fleet file into
// the directory in which it runs, which is schema/: `go generate ./schema`. It reads
// the Go types and the comments in their source.
package main

import (
	"fmt"
	"os"
)

func main() {
	for name, schema := range schemas {
		text, err := schema()
		if err == nil {
			err = os.WriteFile(name, text, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}
