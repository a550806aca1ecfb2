// Command loud reads what `go test -json` prints, shows what `go test` shows, and
// says at the end what was skipped and why, which `go test` keeps to itself.
//
//	go test -json ./... | go run ./scripts/loud
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of `go test -json` (go doc test2json).
type event struct{ Action, Package, Test, Output string }

func main() {
	if err := relay(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "loud:", err)
		os.Exit(1)
	}
}

// relay holds a test's output back until the test has ended: that of failed and
// skipped ones is shown.
func relay(in io.Reader, out io.Writer) error {
	said := map[string]*strings.Builder{}
	var skipped []string
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			skipped = append(skipped, take(line, said, out)...)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	for _, s := range skipped {
		fmt.Fprintf(out, "!!!!!! not run: %s\n", s)
	}
	return nil
}

// take handles one line; a line that is no event is shown as it is.
func take(line string, said map[string]*strings.Builder, out io.Writer) (skipped []string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil {
		fmt.Fprint(out, line)
		return nil
	}
	of := e.Package + " " + e.Test
	if said[of] == nil {
		said[of] = &strings.Builder{}
	}
	switch {
	case e.Action == "build-output", e.Action == "output" && e.Test == "" && e.Output != "PASS\n":
		fmt.Fprint(out, e.Output)
	case e.Action == "output":
		said[of].WriteString(e.Output)
	case e.Action == "fail" && e.Test != "":
		fmt.Fprint(out, said[of])
	case e.Action == "skip" && e.Test != "":
		skipped = []string{of + reason(said[of].String())}
	}
	if e.Action == "pass" || e.Action == "fail" || e.Action == "skip" {
		delete(said, of)
	}
	return skipped
}

// reason is what a skipped test said of itself.
func reason(said string) string {
	for line := range strings.Lines(said) {
		if _, why, found := strings.Cut(line, ".go:"); found {
			_, why, _ = strings.Cut(why, ": ")
			return ": " + strings.TrimSpace(why)
		}
	}
	return ""
}
