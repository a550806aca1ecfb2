package rooms

import (
	"go/ast"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDesignNamesPackages: docs/design.md says what each package knows, so that a
// reader finds the place of a thing without a search.
func TestDesignNamesPackages(t *testing.T) {
	page := text(t, "docs/design.md")
	named := map[string]bool{}
	for _, name := range regexp.MustCompile(`\b(?:pkg|internal)/[a-z/]+[a-z]`).FindAllString(page, -1) {
		named[name] = true
	}
	seen := map[string]bool{}
	for _, file := range sources(t) {
		dir := filepath.ToSlash(filepath.Dir(file))
		if seen[dir] || isHelper(dir) || !regexp.MustCompile(`^(pkg|internal)/`).MatchString(dir) {
			continue
		}
		seen[dir] = true
		if !named[dir] {
			t.Errorf("docs/design.md does not say what %s knows", dir)
		}
	}
	if len(seen) < 40 {
		t.Errorf("looked at %d packages only", len(seen))
	}
}

// TestDesignNamesFiles: every file that docs/design.md names exists, in a package that
// the same line names or, with a directory, where it says.
func TestDesignNamesFiles(t *testing.T) {
	directory := regexp.MustCompile(`\b(?:pkg|internal|cmd|release)(?:/[-a-z0-9]+)*`)
	goFile := regexp.MustCompile(`(?:[-a-z0-9]+/)*[a-z0-9_*]+\.go\b`)
	named := 0
	for i, line := range strings.Split(text(t, "docs/design.md"), "\n") {
		places := append(directory.FindAllString(line, -1), ".")
		for _, name := range goFile.FindAllString(line, -1) {
			named++
			found := false
			for _, place := range places {
				files, err := filepath.Glob(filepath.Join(place, name))
				found = found || err == nil && len(files) > 0
			}
			if !found {
				t.Errorf("docs/design.md:%d: there is no file %s in %v", i+1, name, places)
			}
		}
	}
	if named < 100 {
		t.Errorf("docs/design.md names %d files only", named)
	}
}

// TestDesignNamesFunctions: a function, type or table that docs/design.md names behind a
// file is declared in that file.
func TestDesignNamesFunctions(t *testing.T) {
	behindFile := regexp.MustCompile(`([-a-z0-9_/]+\.go) \(([^)]*)\)`)
	inCode := regexp.MustCompile("`([A-Za-z]\\w*)`")
	named := 0
	for i, line := range strings.Split(text(t, "docs/design.md"), "\n") {
		for _, match := range behindFile.FindAllStringSubmatch(line, -1) {
			names := inCode.FindAllStringSubmatch(match[2], -1)
			if len(names) == 0 {
				continue
			}
			declared := declarations(parse(t, match[1]))
			for _, name := range names {
				named++
				if !declared[name[1]] {
					t.Errorf("docs/design.md:%d: %s does not declare %s", i+1, match[1], name[1])
				}
			}
		}
	}
	if named < 150 {
		t.Errorf("docs/design.md names %d functions only", named)
	}
}

// declarations are the names that a file declares, those of methods included.
func declarations(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[d.Name.Name] = true
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names[spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						names[name.Name] = true
					}
				}
			}
		}
	}
	return names
}

// TestGlossaryIsShort: a newcomer can read all words in two minutes.
func TestGlossaryIsShort(t *testing.T) {
	const most = 25
	rows := regexp.MustCompile(`(?m)^\| `).FindAllString(text(t, "docs/glossary.md"), -1)
	if words := len(rows) - 1; words > most || words < 10 { // the first row is the head
		t.Errorf("docs/glossary.md has %d words, at most %d are allowed", words, most)
	}
}
