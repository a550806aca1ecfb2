package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pageCommands are the command lines of a section of docs/break-glass.md.
func pageCommands(t *testing.T, section string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/break-glass.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n## "+section+"\n")
	rest, _, _ = strings.Cut(rest, "\n## ")
	var lines []string
	for line := range strings.Lines(rest) {
		if command, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "    "); ok {
			lines = append(lines, command)
		}
	}
	if !found || len(lines) == 0 {
		t.Fatalf("the page has no commands under %q", section)
	}
	return lines
}

// TestBreakGlass: the commands of the page work, in their order, where the
// forge is out of reach.
func TestBreakGlass(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	l.at = l.at.Add(25 * time.Hour)
	branch := l.pr("--assume", "BUNDLE-DELIVERED", "--because", "x").Branch
	var ran []string
	follow := func(section string) {
		for _, line := range pageCommands(t, section) {
			line = strings.NewReplacer("l5d-pki/prod/3-anchor-spread", branch, "change", filepath.Join(l.clone, "..", "change"),
				" --state pki/rotation.yaml", "", "--repo .", "--repo "+l.clone).Replace(line)
			line, _, _ = strings.Cut(line, " | kubectl")
			words := strings.Fields(line)
			switch {
			case strings.Contains(line, "git clone"): // the job's clone stands for it
			case words[0] == "git":
				gitIn(t, l.clone, words[1:]...)
			case words[0] == "l5d-pki-render":
				if strings.Contains(line, "--commit-only") {
					words = append(words, "--assume", "BUNDLE-DELIVERED", "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
				}
				if got := l.run(words[1:]...); got.code != ExitDone && words[1] != "lint" { // the fixture's charts have findings
					t.Errorf("%s: %s: code %d: %s%s", section, line, got.code, got.out, got.stderr)
				}
				ran = append(ran, words[1])
			}
		}
	}
	first := l.clone
	l.clone = l.job("origin/main", func(string) {})
	follow("First: must it be now?")
	follow("The guard cannot run")

	l.clone = first
	gitIn(t, l.clone, "checkout", "-q", "main")
	gitIn(t, l.clone, "pull", "-q")
	gitIn(t, l.clone, "remote", "set-url", "origin", filepath.Join(t.TempDir(), "nothing-here"))
	l.forge = nil
	follow("The forge is down")
	for _, name := range []string{"title", "body.md", "commit-message"} {
		if text, err := os.ReadFile(filepath.Join(l.clone, "..", "change", name)); err != nil || len(text) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	follow("Afterwards")
	if len(ran) < 10 {
		t.Errorf("only %q were run", ran)
	}
}

// TestBreakGlassExplains: the codes that the page names are explained.
func TestBreakGlassExplains(t *testing.T) {
	text, err := os.ReadFile("../../docs/break-glass.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range regexp.MustCompile("`((rotation|state|guard)-[a-z0-9-]+)`").FindAllStringSubmatch(string(text), -1) {
		done(t, call(t, "", nil, "explain", code[1]))
	}
}
