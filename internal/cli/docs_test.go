package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shown finds a command line in a page, up to what the shell makes of the rest.
var shown = regexp.MustCompile("l5d-pki-render( [a-z][^|<>&;`#\n]*)")

// TestCommandsInPages: every command that a page or a command's help shows is
// one that the program has, with flags that it knows.
func TestCommandsInPages(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages (%v)", len(pages), err)
	}
	hosts, err := filepath.Glob("../../docs/hosts/*.md")
	if err != nil || len(hosts) == 0 {
		t.Fatalf("%d pages of hosts (%v)", len(hosts), err)
	}
	pages = append(pages, hosts...)
	pages = append(pages, "../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md")
	commands := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		flat := strings.ReplaceAll(string(text), "\\\n", " ")
		for _, match := range shown.FindAllStringSubmatch(flat, -1) {
			checkShown(t, page, match[1])
			commands++
		}
	}
	for _, c := range whole(World{}).root(nil).Commands() {
		for _, match := range shown.FindAllStringSubmatch(c.Example, -1) {
			checkShown(t, c.Name()+" --help", match[1])
			commands++
		}
	}
	if commands < 40 {
		t.Fatalf("found only %d commands", commands)
	}
}

func checkShown(t *testing.T, page, line string) {
	t.Helper()
	words := strings.Fields(strings.ReplaceAll(line, `"`, ""))
	root := whole(World{}).root(nil)
	cmd, rest, err := root.Find(words)
	if err != nil || cmd == root {
		if isCommandWord(words[0]) {
			t.Errorf("%s shows %q: no such command", page, line)
		}
		return
	}
	for _, word := range rest {
		name, isLong := strings.CutPrefix(word, "--")
		if !isLong || name == "" || name == "help" {
			continue
		}
		name, _, _ = strings.Cut(strings.TrimRight(name, ".,:)"), "=")
		if cmd.Flags().Lookup(name) == nil && root.PersistentFlags().Lookup(name) == nil {
			t.Errorf("%s shows %q: no flag --%s", page, line, name)
		}
	}
}

// isCommandWord tells a command line from prose that goes on after the name.
func isCommandWord(word string) bool {
	return !map[string]bool{"renders": true, "reads": true, "writes": true, "is": true, "explain": false}[word]
}
