package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// TestMistakes makes the mistakes of testdata/mistakes.txt, which are those that people
// make most, and compares what the command says with testdata/mistakes.golden. Then it
// does what the hint says. The instructions are those of testdata/hints.
func TestMistakes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "mistakes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Abs(filepath.Join("testdata", "mistakes.golden"))
	if err != nil {
		t.Fatal(err)
	}
	fixture := hintFixtures(t)
	var said strings.Builder
	cases := strings.Split(string(text), "\n== ")[1:]
	for _, c := range cases {
		title, body, _ := strings.Cut(c, "\n")
		ran := t.Run(title, func(t *testing.T) { said.WriteString("== " + title + "\n" + mistake(t, body, fixture) + "\n") })
		if !ran && *update {
			t.Errorf("%s: not written", title)
		}
	}
	if len(cases) < 85 {
		t.Errorf("%d mistakes only", len(cases))
	}
	if !t.Failed() || *update {
		checkGolden(t, golden, said.String())
	}
}

// changing are parts of messages that differ from call to call.
var changing = regexp.MustCompile(`[0-9a-f]{12,64}|/tmp/[^ :"'` + "`" + `]*|\([0-9A-F:]{59}\)|AGE-[^ ]*`)

// mistake makes one mistake, follows its hint, and returns what was said first.
func mistake(t *testing.T, body string, fixture func(t *testing.T, name string) map[string]string) (said string) {
	r := &hintRun{t: t, at: hintStart, env: map[string]string{}, forge: &fakeForge{kind: "gitea", comments: map[string]string{}}}
	var _ forge.Forge = r.forge
	lines := strings.Split(strings.TrimSpace(body), "\n")
	name := "mesh"
	if own, ok := strings.CutPrefix(lines[0], "use "); ok {
		name, lines = own, lines[1:]
	}
	t.Chdir(t.TempDir())
	for key, value := range fixture(t, name) {
		r.env[key] = value
	}
	for _, line := range lines {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		words, err := hintWords(line)
		for i := range words {
			if words[i] == "$CLUSTER" {
				words[i] = helperProgram(t, clusterProgram.name)
			}
			words[i] = strings.ReplaceAll(words[i], "$IDENTITY", r.env["IDENTITY"])
		}
		if err == nil {
			err = r.do(words)
		}
		if err != nil {
			t.Fatalf("%s: %v\nsaid: %s", line, err, r.last)
		}
		if (words[0] == "!" || words[0] == "~") && said == "" {
			said = changing.ReplaceAllString(r.last, "...")
		}
	}
	if !r.cured {
		t.Error("nobody followed the hint")
	}
	return said
}
