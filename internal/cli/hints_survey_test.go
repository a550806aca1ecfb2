package cli

import (
	"encoding/base64"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// surveyMacro is what the fixtures of pkg/survey write for the text of a file.
var surveyMacro = regexp.MustCompile(`(?m)^(.*?)(PEM|QUOTED|BASE64|WRAPPED|FILE)\(([a-z0-9./-]+)\)`)

// surveyCode is a code in the comment of a fixture.
var surveyCode = regexp.MustCompile(`(?m)^\S+ \w+ (survey-[a-z-]+) `)

// followSurvey: the bad tree of each fixture of pkg/survey is reported by lint,
// and the good one, in which somebody did what the hints say, is not.
func followSurvey(t *testing.T, followed map[string]bool) {
	files, err := filepath.Glob(filepath.Join(fixturesDir, "survey", "*.txtar"))
	if err != nil || len(files) < 10 {
		t.Fatal("no fixtures", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		codes := map[string]bool{}
		for _, m := range surveyCode.FindAllStringSubmatch(string(archive.Comment), -1) {
			codes[m[1]] = true
		}
		for code := range codes {
			followed[code] = true
		}
		if *hintPart > 1 || *hintCode != "" && !regexp.MustCompile(*hintCode).MatchString(strings.Join(slices.Collect(maps.Keys(codes)), " ")) {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) { lintTrees(t, archive, codes) })
	}
}

func lintTrees(t *testing.T, archive *txtar.Archive, codes map[string]bool) {
	dir := t.TempDir()
	statePath := filepath.Join(dir, "state.yaml")
	text := readFixtureAt(t, "control-plane-2-13/state.yaml")
	if err := os.WriteFile(statePath, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, side := range []string{"bad", "good"} {
		if err := os.MkdirAll(filepath.Join(dir, side), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range archive.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(expandSurvey(t, string(f.Data))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bad := call(t, "", nil, "lint", "-s", statePath, "--repo", filepath.Join(dir, "bad"), "--allow", "testdata/**")
	good := call(t, "", nil, "lint", "-s", statePath, "--repo", filepath.Join(dir, "good"), "--allow", "testdata/**")
	for code := range codes {
		if !strings.Contains(bad.out, "["+code+"]") {
			t.Errorf("%s is not reported: %.700s%.300s", code, bad.out, bad.stderr)
		}
		if strings.Contains(good.out, "["+code+"]") || strings.Contains(good.stderr, "error:") {
			t.Errorf("%s is still reported: %.700s%.300s", code, good.out, good.stderr)
		}
	}
}

func readFixtureAt(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixturesDir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func expandSurvey(t *testing.T, text string) string {
	return surveyMacro.ReplaceAllStringFunc(text, func(line string) string {
		m := surveyMacro.FindStringSubmatch(line)
		lead, form, name := m[1], m[2], m[3]
		if form == "FILE" {
			return lead + strings.TrimSuffix(readFixtureAt(t, name), "\n")
		}
		pem := readFixtureAt(t, "pki/"+name)
		coded := base64.StdEncoding.EncodeToString([]byte(pem))
		switch form {
		case "PEM":
			return lead + strings.ReplaceAll(strings.TrimSpace(pem), "\n", "\n"+lead)
		case "QUOTED":
			return lead + strings.ReplaceAll(pem, "\n", `\n`)
		case "WRAPPED":
			for i := 76; i < len(coded); i += 77 + len(lead) {
				coded = coded[:i] + "\n" + lead + coded[i:]
			}
		}
		return lead + coded
	})
}
