package page

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// World is where a page is run.
type World interface {
	// Shell runs a script with bash in the directory of the page's reader.
	Shell(t testing.TB, script string) (code int, stdout, stderr string)
	// Write writes a file, relative to that directory.
	Write(t testing.TB, path, text string)
}

// Page is a page and how it is run.
type Page struct {
	// Root is the root of the repository, and Path is relative to it.
	Root, Path string
	// Tags are those of this run; Others are tags that other runs of the page have.
	Tags, Others []string
	// Replace exchanges texts in commands and files: addresses of the outside
	// world for those of the test. Each has to occur.
	Replace map[string]string
	// Before prepares the world for the first block of a section, by its heading;
	// Meanwhile changes it around a reader who stays in the same directory.
	Before, Meanwhile map[string]func()
}

// run is one run of a page.
type run struct {
	Page
	t       testing.TB
	world   World
	session string
	// ran counts blocks, printed is what the last one printed.
	ran      int
	printed  string
	occurred map[string]bool
}

// Run runs the page in a world.
func (p Page) Run(t testing.TB, w World) {
	t.Helper()
	blocks, err := Read(p.Root, p.Path)
	if err != nil {
		t.Fatal(err)
	}
	r := &run{Page: p, t: t, world: w, session: t.TempDir(), occurred: map[string]bool{}}
	prepared := map[string]bool{}
	for _, b := range blocks {
		if b.NotRun != "" || !r.wanted(b) {
			continue
		}
		if before := p.Before[b.Section]; before != nil && !prepared[b.Section] {
			before()
			if err := os.RemoveAll(filepath.Join(r.session, "dir")); err != nil {
				t.Fatal(err)
			}
		}
		if meanwhile := p.Meanwhile[b.Section]; meanwhile != nil && !prepared[b.Section] {
			meanwhile()
		}
		prepared[b.Section] = true
		r.block(b)
	}
	for _, hooks := range []map[string]func(){p.Before, p.Meanwhile} {
		for section := range hooks {
			if !prepared[section] {
				t.Errorf("%s has no block in a section %q", p.Path, section)
			}
		}
	}
	if r.ran == 0 {
		t.Fatalf("%s: no block was run", p.Path)
	}
	for old := range p.Replace {
		if !r.occurred[old] {
			t.Errorf("%s does not show %q", p.Path, old)
		}
	}
}

func (r *run) block(b *Block) {
	r.t.Helper()
	text := r.replaced(strings.Join(b.Lines, "\n") + "\n")
	switch {
	case b.File != "":
		r.world.Write(r.t, b.File, text)
	case b.Language == "sh":
		r.printed = r.shell(b, text)
		r.ran++
	case b.Language == "console":
		r.console(b)
		r.ran++
	case b.Language == "text":
		r.checkPrinted(b)
	case !b.Known():
		r.t.Fatalf("%s: what is a block %q?", r.where(b), b.Language)
	}
}

func (r *run) where(b *Block) string {
	return fmt.Sprintf("%s:%d", r.Path, b.Line)
}

// shell runs commands of a block and returns what they print.
func (r *run) shell(b *Block, commands string) string {
	r.t.Helper()
	code, stdout, stderr := r.world.Shell(r.t, sessionScript(r.session, commands))
	if (code != 0) != b.Fails {
		r.t.Fatalf("%s: exit %d, fails=%v\n%s%s%s", r.where(b), code, b.Fails, commands, stdout, stderr)
	}
	return stdout + stderr
}

// replaced exchanges what the test has to, and notes what occurred.
func (r *run) replaced(text string) string {
	for _, old := range slices.Sorted(maps.Keys(r.Replace)) {
		if strings.Contains(text, old) {
			r.occurred[old] = true
			text = strings.ReplaceAll(text, old, r.Replace[old])
		}
	}
	return text
}

// wanted reports whether a block belongs to this run.
func (r *run) wanted(b *Block) bool {
	r.t.Helper()
	for _, tag := range b.Tags {
		if slices.Contains(r.Others, tag) {
			return false
		}
		if !slices.Contains(r.Tags, tag) {
			r.t.Fatalf("%s: no run of the page has the tag %q", r.where(b), tag)
		}
	}
	return true
}

// sessionScript wraps commands so that the next ones find their exported
// variables and their directory.
func sessionScript(session, commands string) string {
	env, dir := filepath.Join(session, "env"), filepath.Join(session, "dir")
	return fmt.Sprintf(`if [ -e '%[1]s' ]; then . '%[1]s'; fi; if [ -e '%[2]s' ]; then cd "$(cat '%[2]s')"; fi
trap 'export -p > "%[1]s"; pwd > "%[2]s"' EXIT
set -euo pipefail
%[3]s`, env, dir, commands)
}

// checkPrinted holds the lines of a page against what was printed.
func (r *run) checkPrinted(b *Block) {
	r.t.Helper()
	var missing []string
	for _, line := range b.Lines {
		parts := strings.Split(strings.TrimSpace(line), "…")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(strings.TrimSpace(part))
		}
		if !regexp.MustCompile(strings.Join(parts, `.*`)).MatchString(r.printed) {
			missing = append(missing, line)
		}
	}
	if len(missing) > 0 {
		r.t.Errorf("%s: not printed:\n%s\nbut\n%s", r.where(b), strings.Join(missing, "\n"), r.printed)
	}
}

// fingerprints differ in each run; so do stamps.
var fingerprints = regexp.MustCompile(`\b(?:[0-9a-f]{8}|[0-9a-f]{16})\b`)

// console runs the commands of a transcript and compares all that they print.
func (r *run) console(b *Block) {
	r.t.Helper()
	steps := strings.Split("\n"+strings.Join(b.Lines, "\n"), "\n$ ")
	if strings.TrimSpace(steps[0]) != "" {
		r.t.Fatalf("%s: a transcript begins with \"$ \"", r.where(b))
	}
	for _, step := range steps[1:] {
		command, want, _ := strings.Cut(step, "\n")
		quiet := *b
		quiet.Fails = strings.Contains(want, ": error: ")
		got := r.shell(&quiet, r.replaced(command+"\n"))
		pattern := regexp.QuoteMeta(fingerprints.ReplaceAllString(strings.TrimSpace(want), "#"))
		matches := regexp.MustCompile(`^(?s:` + strings.ReplaceAll(pattern, "…", ".+") + `)$`)
		if !matches.MatchString(fingerprints.ReplaceAllString(strings.TrimSpace(got), "#")) {
			r.t.Errorf("%s: $ %s\nprints\n%s\nand the page shows\n%s", r.where(b), command, got, want)
		}
	}
}
