package cli

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// tourAt is when the tour of README.md was written down: names and dates of
// certificates follow from it. Fingerprints and stamps differ in each run.
var (
	tourAt  = time.Date(2026, 11, 27, 9, 54, 3, 0, time.UTC)
	numbers = regexp.MustCompile(`\b(?:[0-9a-f]{8}|[0-9a-f]{16})\b`)
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s"']+`)
)

// TestTour: the commands of README.md's tour print what the page shows. A line
// "…" stands for any lines.
func TestTour(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, found := strings.Cut(string(page), "\n## Five minutes without a cluster\n")
	tour, _, ended := strings.Cut(tour, "\n## ")
	if !found || !ended {
		t.Fatal("README.md has no tour")
	}
	t.Chdir(t.TempDir())
	commands, at := 0, tourAt
	for _, step := range strings.Split(codeOf(tour), "\n$ ")[1:] {
		line, want, _ := strings.Cut(step, "\n")
		var got string
		for _, command := range strings.Split(line, " && ") {
			got += onTour(t, at, command)
			commands++
			if strings.HasPrefix(command, "l5d-pki-render ") {
				at = at.Add(time.Second) // keys of a call follow from its instant
			}
		}
		if pattern := asPattern(want); !pattern.MatchString(numbers.ReplaceAllString(strings.TrimSpace(got), "#")) {
			t.Errorf("$ %s\nprints\n%s\nand README.md shows\n%s", line, got, want)
		}
	}
	if commands < 10 {
		t.Fatalf("the tour has %d commands", commands)
	}
}

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
	t.Fatalf("the tour runs %q, which this test does not know", command)
	return ""
}
