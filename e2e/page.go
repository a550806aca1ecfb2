package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// Page is a page of the documentation, run as a reader would who copies each
// block into a shell, one after the other. Its fenced blocks, by info string:
//
//	sh                commands that have to succeed (bash -euo pipefail)
//	sh fails          commands of which the last has to fail
//	sh TAG            commands of a run that has this tag, here or before "fails"
//	text              what the commands above print, each line; "…" is any text
//	LANG file=PATH    a file, which is written before what follows runs
//	yaml and others   shown only
//
// Variables that are exported, and the folder that is changed to, stay for the
// blocks that follow. A block of commands that nobody would run fails the test:
// indented code, an unknown tag, a console transcript.
type Page struct {
	// Path is relative to the root of the repository.
	Path string
	// Tags are those of this run; Others are tags that other runs of the page have.
	Tags, Others []string
	// Replace exchanges texts in commands and files: addresses of the outside
	// world for those of the test. Each has to occur.
	Replace map[string]string
}

// block is one fenced block.
type block struct {
	line  int // of its first line of text, counted from 1
	info  []string
	lines []string
}

// shown are languages of blocks that a page only shows.
var shown = []string{"yaml", "json", "diff", "text", "mermaid", "dockerfile"}

// Run runs the page in the sandbox.
func (p Page) Run(t testing.TB, s *Sandbox) {
	t.Helper()
	ran, printed := 0, ""
	occurred := map[string]bool{}
	session := t.TempDir()
	for _, b := range p.blocks(t) {
		where := fmt.Sprintf("%s:%d", p.Path, b.line)
		text := strings.Join(b.lines, "\n") + "\n"
		for _, old := range slices.Sorted(maps.Keys(p.Replace)) {
			if strings.Contains(text, old) {
				occurred[old] = true
				text = strings.ReplaceAll(text, old, p.Replace[old])
			}
		}
		language, words := b.info[0], b.info[1:]
		fails := slices.Contains(words, "fails")
		words = slices.DeleteFunc(words, func(word string) bool { return word == "fails" })
		file := ""
		words = slices.DeleteFunc(words, func(word string) bool {
			path, isFile := strings.CutPrefix(word, "file=")
			if isFile {
				file = path
			}
			return isFile
		})
		if !p.wanted(t, where, words) {
			continue
		}
		switch {
		case file != "":
			s.Write(t, file, text)
		case language == "sh":
			r := s.Run(t, "", nil, "bash", "-c", sessionScript(session, text))
			if (r.Code != 0) != fails {
				t.Fatalf("%s: exit %d, fails=%v\n%s%s%s", where, r.Code, fails, text, r.Stdout, r.Stderr)
			}
			printed = r.Stdout + r.Stderr
			ran++
		case language == "text":
			checkPrinted(t, where, b.lines, printed)
		case !slices.Contains(shown, language):
			t.Fatalf("%s: what is a block %q?", where, language)
		}
	}
	if ran == 0 {
		t.Fatalf("%s: no block was run", p.Path)
	}
	for old := range p.Replace {
		if !occurred[old] {
			t.Errorf("%s does not show %q", p.Path, old)
		}
	}
}

// wanted reports whether a block with these tags belongs to this run.
func (p Page) wanted(t testing.TB, where string, tags []string) bool {
	t.Helper()
	for _, tag := range tags {
		if slices.Contains(p.Others, tag) {
			return false
		}
		if !slices.Contains(p.Tags, tag) {
			t.Fatalf("%s: no run of the page has the tag %q", where, tag)
		}
	}
	return true
}

// sessionScript wraps commands so that the next ones find their exported
// variables and their folder.
func sessionScript(session, commands string) string {
	env, dir := filepath.Join(session, "env"), filepath.Join(session, "dir")
	return fmt.Sprintf(`if [ -e '%[1]s' ]; then . '%[1]s'; cd "$(cat '%[2]s')"; fi
trap 'export -p > "%[1]s"; pwd > "%[2]s"' EXIT
set -euo pipefail
%[3]s`, env, dir, commands)
}

// checkPrinted holds the lines of a page against what was printed.
func checkPrinted(t testing.TB, where string, lines []string, printed string) {
	t.Helper()
	for _, line := range lines {
		parts := strings.Split(strings.TrimSpace(line), "…")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(strings.TrimSpace(part))
		}
		if !regexp.MustCompile(strings.Join(parts, `.*`)).MatchString(printed) {
			t.Errorf("%s: not printed: %q, but\n%s", where, line, printed)
		}
	}
}

// blocks reads the page.
func (p Page) blocks(t testing.TB) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(peer.Root(), filepath.FromSlash(p.Path)))
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	var open *block
	for i, line := range strings.Split(string(text), "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{line: i + 2, info: strings.Fields(info)}
			if len(open.info) == 0 {
				t.Fatalf("%s:%d: a block without a language", p.Path, i+1)
			}
		case fence:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.lines = append(open.lines, line)
		case strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t") || strings.Contains(line, "```"):
			t.Fatalf("%s:%d: code that no test sees; use a fenced block at the left margin", p.Path, i+1)
		}
	}
	if open != nil {
		t.Fatalf("%s: a block is not closed", p.Path)
	}
	return all
}
