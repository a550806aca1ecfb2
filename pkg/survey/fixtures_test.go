package survey

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what was found into the fixtures")

const fixtures = "../../fixtures"

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixtures, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// mesh is the state that the fixtures are judged by: edge-25.10.7, phase
// anchor-dropped, so the bundle is anchor-2026 and issuer-2026-1 signs.
func mesh(t testing.TB) *state.Rotation {
	t.Helper()
	r, err := state.Parse("state.yaml", []byte(read(t, "control-plane-2-13/state.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// macro is what a fixture writes for PEM text: no key is committed twice, and
// fixtures stay short.
//
//	PEM(name)   the lines of fixtures/pki/name, indented as the macro is
//	QUOTED(name) the same with \n for line ends, for a double-quoted string
//	BASE64(name) the base64 of it
//	WRAPPED(name) the base64 in lines of 76, indented as the macro is
//	FILE(name)  the lines of another fixture
var macro = regexp.MustCompile(`(?m)^(.*?)(PEM|QUOTED|BASE64|WRAPPED|FILE)\(([a-z0-9./-]+)\)`)

func expand(t testing.TB, text string) string {
	t.Helper()
	return macro.ReplaceAllStringFunc(text, func(line string) string {
		m := macro.FindStringSubmatch(line)
		lead, form, name := m[1], m[2], m[3]
		if form == "FILE" {
			return lead + strings.TrimSuffix(read(t, name), "\n")
		}
		pem := read(t, "pki/"+name)
		switch form {
		case "PEM":
			return lead + strings.ReplaceAll(strings.TrimSpace(pem), "\n", "\n"+lead)
		case "QUOTED":
			return lead + strings.ReplaceAll(pem, "\n", `\n`)
		case "WRAPPED":
			return lead + strings.Join(chunks(base64.StdEncoding.EncodeToString([]byte(pem)), 76), "\n"+lead)
		}
		return lead + base64.StdEncoding.EncodeToString([]byte(pem))
	})
}

func chunks(text string, size int) []string {
	var all []string
	for len(text) > size {
		all, text = append(all, text[:size]), text[size:]
	}
	return append(all, text)
}

// tree is one side of a fixture.
type tree map[string]string

func look(t testing.TB, files tree, reverse bool) Report {
	t.Helper()
	s, err := New(Settings{State: mesh(t), Allow: []string{"testdata/**"}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	if reverse {
		slices.Reverse(names)
	}
	for _, name := range names {
		s.Add(name, []byte(files[name]))
	}
	return s.Report()
}

// shown is a finding in one line, with the text that stands at its place, so
// that a wrong column is seen.
func shown(files tree, f Finding) string {
	lines := strings.Split(files[f.File], "\n")
	at := "(nothing)"
	if f.Line >= 1 && f.Line <= len(lines) {
		if line := []rune(lines[f.Line-1]); f.Column >= 1 && f.Column <= len(line) {
			at = string(line[f.Column-1 : min(len(line), f.Column+23)])
		}
	}
	path := f.Path
	if path == "" {
		path = "-"
	}
	return fmt.Sprintf("%s:%d:%d %s %s %s %s", f.File, f.Line, f.Column, f.Severity, f.Code, path, strconv.Quote(at))
}

// TestFixtures: each file of fixtures/survey is a pair of trees. What is found
// in bad/ is written above them; in good/ nothing is.
func TestFixtures(t *testing.T) {
	names, err := filepath.Glob(fixtures + "/survey/*.txtar")
	if err != nil || len(names) < 15 {
		t.Fatalf("%d fixtures (%v)", len(names), err)
	}
	codes := map[string]bool{}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sides := map[string]tree{"bad": {}, "good": {}}
			for _, f := range archive.Files {
				side, path, _ := strings.Cut(f.Name, "/")
				sides[side][path] = expand(t, string(f.Data))
			}
			if len(sides["good"]) == 0 || len(sides) != 2 {
				t.Fatal("a fixture has a bad and a good side")
			}
			for _, f := range look(t, sides["good"], false).Findings {
				t.Errorf("good: %s %s", shown(sides["good"], f), f.Text)
			}
			bad := look(t, sides["bad"], false)
			if again := look(t, sides["bad"], true); !slices.Equal(again.Findings, bad.Findings) {
				t.Error("the order of files matters")
			}
			var found strings.Builder
			for _, f := range bad.Findings {
				codes[string(f.Code)] = true
				fmt.Fprintf(&found, "%s\n    %s\n", shown(sides["bad"], f), f.Text)
				if strings.Contains(f.Text+f.Hint, "-----") {
					t.Errorf("%s: PEM text in a finding", f.Code)
				}
			}
			compare(t, name, archive, found.String())
		})
	}
	if len(codes) < 22 && !t.Failed() {
		t.Errorf("the fixtures show %d codes only", len(codes))
	}
}

// compare holds what was found against the head of the fixture, below its
// first, empty line.
func compare(t *testing.T, name string, archive *txtar.Archive, found string) {
	t.Helper()
	about, want, _ := strings.Cut(string(archive.Comment), "\n\n")
	if *update {
		archive.Comment = []byte(about + "\n\n" + found)
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if found == "" || want != found {
		t.Errorf("found:\n%s\nwant:\n%s", found, want)
	}
}
