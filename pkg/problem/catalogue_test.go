package problem

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/errors.md and catalogue_list.go anew")

var (
	codeForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	verb     = regexp.MustCompile(`%[-+# 0]*[0-9.]*([a-zA-Z])`)
)

// TestSentences holds the form that every sentence has.
func TestSentences(t *testing.T) {
	all := All()
	if len(all) < 60 {
		t.Fatalf("only %d sentences", len(all))
	}
	for i, s := range all {
		if i > 0 && all[i-1].Code == s.Code {
			t.Errorf("code %q is defined twice", s.Code)
		}
		if !codeForm.MatchString(string(s.Code)) {
			t.Errorf("code %q is not lower-case words joined by -", s.Code)
		}
		if s.Explain == "" {
			t.Errorf("%s: nothing to explain", s.Code)
		}
		if strings.HasSuffix(s.Text, ".") {
			t.Errorf("%s: the text ends in a full stop", s.Code)
		}
		if strings.Contains(s.Hint, "%") {
			t.Errorf("%s: the hint has a verb", s.Code)
		}
		for _, v := range verb.FindAllStringSubmatch(strings.ReplaceAll(s.Text, "%%", ""), -1) {
			if !strings.Contains("qdsvtx", v[1]) {
				t.Errorf("%s: verb %s", s.Code, v[0])
			}
		}
	}
}

// TestErrorsPage: docs/errors.md is written from the tables.
func TestErrorsPage(t *testing.T) {
	var page strings.Builder
	page.WriteString("# Errors and findings\n\nWritten from the tables in `pkg/problem` (`go test ./pkg/problem -update`). `l5d-pki-render explain CODE` prints one of them.\nA verb like %q stands for a name, a number or an instant; never for a PEM body or a key.\n")
	room := ""
	for _, s := range All() {
		if first, _, _ := strings.Cut(string(s.Code), "-"); first != room {
			room = first
			fmt.Fprintf(&page, "\n## %s\n\n| code | says | do |\n|---|---|---|\n", room)
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s |\n", s.Code, cell(s.Text), cell(s.Hint))
	}
	const file = "../../docs/errors.md"
	if *update {
		if err := os.WriteFile(file, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != page.String() {
		t.Fatalf("docs/errors.md is not what the tables say; run `go test ./pkg/problem -update` (%v)", err)
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
