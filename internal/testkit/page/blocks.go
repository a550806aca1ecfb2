// Package page reads pages of the documentation, and runs them as a reader would who
// copies each block into a shell, one after the other. Blocks of code are fenced. By
// their info string they are:
//
//	sh                commands that have to succeed (bash -euo pipefail)
//	sh fails          commands of which the last has to fail
//	sh TAG            commands of a run that has this tag, here or before "fails"
//	text              what the commands above print, each line; "…" is any text
//	console           "$ " and a command, then all that it prints; "…" is any text,
//	                  and any fingerprint stands for any other
//	LANG file=PATH    a file, which is written before what follows runs
//	yaml and others   shown only
//
// Variables that are exported, and the directory that is changed to, stay for the
// blocks that follow; a section for which the world is prepared begins in a directory. Commands that no test can run are behind a comment that says why:
//
//	<!-- not run: a sentence -->
//
// What nobody would run fails: indented code, an unknown tag, an unknown language.
package page

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Shown are languages of blocks that a page only shows.
var Shown = []string{"yaml", "json", "markdown", "diff", "mermaid", "dockerfile", "conf", "text"}

// Block is one fenced block.
type Block struct {
	// Line is where its text begins in the page, counted from 1; Section is the
	// heading above it.
	Line     int
	Section  string
	Language string
	Tags     []string
	// File is where the text is to be written, Fails that its commands have to fail,
	// NotRun why nothing runs them.
	File   string
	Fails  bool
	NotRun string
	Lines  []string
}

// Commands reports whether the block is something that a reader runs.
func (b *Block) Commands() bool {
	return b.Language == "sh" || b.Language == "console"
}

var (
	fence   = regexp.MustCompile("^( *)```(.*)$")
	mark    = regexp.MustCompile(`^ *<!-- not run: (.+) -->$`)
	heading = regexp.MustCompile(`^#+ (.+)$`)
	// listed begins a line of a list, below which indented text is no code.
	listed = regexp.MustCompile(`^ *([-*+]|[0-9]+\.) `)
)

// Read reads the blocks of a page below root.
func Read(root, path string) ([]*Block, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	return parse(path, string(text))
}

func parse(path, text string) (all []*Block, err error) {
	var open *Block
	indent, notRun, section, list, blank := "", "", "", false, true
	for i, line := range strings.Split(text, "\n") {
		found := fence.FindStringSubmatch(line)
		switch {
		case found != nil && open == nil:
			open, indent = newBlock(found[2]), found[1]
			open.Line, open.Section, open.NotRun, notRun = i+2, section, notRun, ""
		case found != nil && strings.TrimSpace(found[2]) == "":
			all = append(all, open)
			open = nil
		case open != nil:
			open.Lines = append(open.Lines, strings.TrimPrefix(line, indent))
		case notRun != "" && line != "":
			return nil, fmt.Errorf("%s:%d: a comment \"not run\" has its block right below it", path, i+1)
		case strings.HasPrefix(line, "    ") && blank && !list, strings.HasPrefix(line, "\t"), strings.Contains(line, "```"):
			return nil, fmt.Errorf("%s:%d: code that no test sees; use a fenced block", path, i+1)
		default:
			if reason := mark.FindStringSubmatch(line); reason != nil {
				notRun = reason[1]
			}
			if title := heading.FindStringSubmatch(line); title != nil {
				section = title[1]
			}
		}
		list = listed.MatchString(line) || list && (line == "" || strings.HasPrefix(line, " "))
		blank = line == ""
	}
	if open != nil {
		return nil, fmt.Errorf("%s:%d: a block is not closed", path, open.Line)
	}
	return all, nil
}

// newBlock reads an info string.
func newBlock(info string) *Block {
	b := &Block{}
	for i, word := range strings.Fields(info) {
		path, isFile := strings.CutPrefix(word, "file=")
		switch {
		case i == 0:
			b.Language = word
		case isFile:
			b.File = path
		case word == "fails":
			b.Fails = true
		default:
			b.Tags = append(b.Tags, word)
		}
	}
	return b
}

// Known reports whether the language of the block is one of those above.
func (b *Block) Known() bool {
	return b.Commands() || slices.Contains(Shown, b.Language)
}
