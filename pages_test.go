package rooms

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit/page"
)

var (
	// link finds [text](target) and ![text](target); a target with a scheme leads out.
	link = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// heading finds the headings of a page, which links name by their anchors.
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	// code finds fenced and inline code, in which nothing is a link.
	code = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
)

// TestPages: no relative link is dead, and a reader who starts at README.md
// reaches every page.
func TestPages(t *testing.T) {
	pages := pages(t)
	reached := map[string]bool{"README.md": true}
	for next := []string{"README.md"}; len(next) > 0; next = next[1:] {
		for _, to := range follow(t, next[0]) {
			if strings.HasSuffix(to, ".md") && !reached[to] {
				reached[to] = true
				next = append(next, to)
			}
		}
	}
	for _, page := range pages {
		if !reached[page] {
			t.Errorf("%s: no page that README.md leads to has a link to it", page)
			follow(t, page)
		}
	}
	if len(pages) < 20 {
		t.Fatalf("found %d pages only: %v", len(pages), slices.Sorted(maps.Keys(reached)))
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "fixtures" || d.Name() == "bin") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			found = append(found, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// follow checks the relative links of a page and gives the files they lead to.
func follow(t *testing.T, page string) []string {
	t.Helper()
	var files []string
	for _, match := range link.FindAllStringSubmatch(read(t, page), -1) {
		target, anchor, _ := strings.Cut(match[1], "#")
		if strings.Contains(target, ":") {
			continue
		}
		file := page
		if target != "" {
			file = filepath.ToSlash(filepath.Join(filepath.Dir(page), target))
		}
		if _, err := os.Stat(file); err != nil {
			t.Errorf("%s: the link %q is dead", page, match[1])
			continue
		}
		if anchor != "" && !slices.Contains(anchors(t, file), anchor) {
			t.Errorf("%s: the link %q names no heading", page, match[1])
		}
		files = append(files, file)
	}
	return files
}

// anchors are a page's headings as forges make anchors of them: lower case,
// blanks as "-", no other signs.
func anchors(t *testing.T, page string) []string {
	t.Helper()
	signs := regexp.MustCompile(`[^a-z0-9 _-]`)
	var all []string
	for _, match := range heading.FindAllStringSubmatch(read(t, page), -1) {
		plain := signs.ReplaceAllString(strings.ToLower(match[1]), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return code.ReplaceAllString(string(text), "")
}

// TestTutorials: a reader sees which file a block of a tutorial is for, on forges too, and
// pushes nothing after a move that is refused.
func TestTutorials(t *testing.T) {
	paths, err := filepath.Glob("docs/tutorials/*.md")
	if err != nil || len(paths) < 2 {
		t.Fatalf("%v %v", paths, err)
	}
	for _, path := range paths {
		lines := strings.Split(text(t, path), "\n")
		for i, line := range lines {
			if _, file, is := strings.Cut(line, " file=platform/"); is && (i < 2 || lines[i-2] != "`"+file+"`:") {
				t.Errorf("%s:%d: the path is not above the block", path, i+1)
			}
			moves := strings.HasPrefix(line, "l5d-pki-render advance ") || strings.HasPrefix(line, "l5d-pki-render start ")
			if moves && !strings.HasSuffix(line, " &&") {
				t.Errorf("%s:%d: what follows is run after a refusal", path, i+1)
			}
		}
	}
}

// maxNotRun is how many blocks of commands no test runs: each says why. The number
// only ever gets smaller.
const maxNotRun = 8

// TestCommandsAreRun: a test runs every block of commands, or the page says why none does.
func TestCommandsAreRun(t *testing.T) {
	table := text(t, "cmd/l5d-pki-render/pages_table_test.go")
	hosts, err := filepath.Glob("e2e/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	real := ""
	for _, file := range hosts {
		real += text(t, file)
	}
	ran, notRun := 0, 0
	for _, path := range pages(t) {
		blocks, err := page.Read(".", path)
		if err != nil {
			t.Error(err)
		}
		tested := strings.Contains(table, "\t"+strconv.Quote(path)+":") || strings.Contains(real, "Path: "+strconv.Quote(path))
		for _, b := range blocks {
			switch {
			case !b.Known():
				t.Errorf("%s:%d: the language %q is none of those that pages have (internal/testkit/page)", path, b.Line, b.Language)
			case b.NotRun != "" && len(strings.Fields(b.NotRun)) < 5:
				t.Errorf("%s:%d: %q is no reason", path, b.Line, b.NotRun)
			case b.NotRun != "":
				notRun++
			case b.Commands() && !tested:
				t.Errorf("%s:%d: no test runs this page: add it to cmd/l5d-pki-render/pages_table_test.go", path, b.Line)
			case b.Commands():
				ran++
			}
		}
	}
	if ran < 100 || notRun > maxNotRun {
		t.Errorf("%d blocks are run, %d are not (at most %d)", ran, notRun, maxNotRun)
	}
}
