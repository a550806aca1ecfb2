package cli

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// tourAt is when the commands of docs/audit.md were written down: names and dates of
// certificates follow from it. Fingerprints and stamps differ in each run.
var (
	tourAt  = time.Date(2026, 11, 27, 9, 54, 3, 0, time.UTC)
	numbers = regexp.MustCompile(`\b(?:[0-9a-f]{8}|[0-9a-f]{16})\b`)
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s"']+`)
)

// codeOf is the indented text of a page, without its indentation.
func codeOf(page string) string {
	var code strings.Builder
	blank := false
	for _, line := range strings.Split(page, "\n") {
		text, indented := strings.CutPrefix(line, "    ")
		switch {
		case indented && blank:
			code.WriteString("\n\n" + text)
		case indented:
			code.WriteString("\n" + text)
		}
		blank = line == ""
	}
	return code.String()
}

// asPattern matches what a page shows.
func asPattern(shown string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(numbers.ReplaceAllString(strings.TrimSpace(shown), "#"))
	return regexp.MustCompile(`^(?s:` + strings.ReplaceAll(pattern, "…", ".+") + `)$`)
}

// onTour runs one command at an instant and returns all that it prints.
func onTour(t *testing.T, at time.Time, command string) string {
	t.Helper()
	words := quoted.FindAllString(command, -1)
	for i, word := range words {
		words[i] = strings.Trim(word, `"'`)
	}
	switch words[0] {
	case "cd":
		t.Chdir(words[1])
		return ""
	case "git":
		cmd := exec.Command("git", append([]string{"-c", "user.name=tour", "-c", "user.email=tour@example.com", "-c", "commit.gpgsign=false"}, words[1:]...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("$ %s: %v\n%s", command, err, out)
		}
		return string(out)
	case "l5d-pki-render":
		r := callAt(t, at, "", nil, words[1:]...)
		return r.out + r.stderr
	}
	t.Fatalf("the page runs %q, which this test does not know", command)
	return ""
}
