package lint

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

func someFindings() Report {
	one := func(file, path string, line int, severity pki.Severity, says problem.Sentence) survey.Finding {
		return survey.Finding{File: file, Line: line, Column: 1, Path: path, Finding: pki.Finding{
			Code: says.Code, Severity: severity, Text: "a | b <i> `c`\nd", Hint: says.Hint}}
	}
	return Report{prefix: "sub/", findings: []survey.Finding{
		one("a b%.yaml", "spec.x", 3, pki.Error, problem.SurveyOtherBundle),
		one("k.pem", "", 1, pki.Error, problem.SurveyPrivateKey),
		one("k.pem", "", 9, pki.Error, problem.SurveyPrivateKey),
		one("c:d.yaml", "", 0, pki.Warning, problem.SurveyFloating),
		one("../rotation.yaml", "status", 1, pki.Info, problem.SurveyUnread),
	}}
}

// TestSARIF: what SARIF 2.1.0 requires and code scanning reads is there, for
// every finding, and refers to what it should.
func TestSARIF(t *testing.T) {
	var log map[string]any
	if err := json.Unmarshal(sarif(someFindings()), &log); err != nil {
		t.Fatal(err)
	}
	if log["version"] != "2.1.0" || !strings.Contains(log["$schema"].(string), "sarif-2.1.0") {
		t.Error("version and schema")
	}
	run := log["runs"].([]any)[0].(map[string]any)
	driver := run["tool"].(map[string]any)["driver"].(map[string]any)
	rules := driver["rules"].([]any)
	if driver["name"] != "l5d-pki-render" || len(rules) != 4 || run["columnKind"] != "unicodeCodePoints" {
		t.Errorf("driver %v", driver["name"])
	}
	for _, r := range rules {
		for _, part := range []string{"shortDescription", "fullDescription", "help"} {
			if text := r.(map[string]any)[part].(map[string]any)["text"].(string); text == "" || strings.Contains(text, "%q") {
				t.Errorf("rule %v: %s %q", r.(map[string]any)["id"], part, text)
			}
		}
	}
	levels, prints, uris := "", map[string]bool{}, ""
	for _, each := range run["results"].([]any) {
		result := each.(map[string]any)
		rule := rules[int(result["ruleIndex"].(float64))].(map[string]any)
		if rule["id"] != result["ruleId"] || result["message"].(map[string]any)["text"] == "" {
			t.Errorf("result %v is of rule %v", result["ruleId"], rule["id"])
		}
		levels += result["level"].(string) + " "
		prints[result["partialFingerprints"].(map[string]any)["finding/v1"].(string)] = true
		where := result["locations"].([]any)[0].(map[string]any)["physicalLocation"].(map[string]any)
		uris += where["artifactLocation"].(map[string]any)["uri"].(string) + " "
		region := where["region"].(map[string]any)
		if region["startLine"].(float64) < 1 || region["startColumn"].(float64) < 1 {
			t.Errorf("region %v", region)
		}
	}
	if levels != "error error error warning note " {
		t.Errorf("levels %s", levels)
	}
	if len(prints) != 5 {
		t.Errorf("%d fingerprints of 5 findings: two alerts would be one", len(prints))
	}
	if uris != "sub/a%20b%25.yaml sub/k.pem sub/k.pem sub/c:d.yaml rotation.yaml " {
		t.Errorf("URIs %s", uris)
	}
}

// TestSARIFFingerprints: an alert stays the same when lines move.
func TestSARIFFingerprints(t *testing.T) {
	moved := someFindings()
	for i := range moved.findings {
		moved.findings[i].Line += 10
	}
	prints := func(r Report) (all []string) {
		for line := range strings.Lines(string(sarif(r))) {
			if strings.Contains(line, "finding/v1") {
				all = append(all, line)
			}
		}
		return all
	}
	before, after := prints(someFindings()), prints(moved)
	if len(before) != 5 || strings.Join(before, "") != strings.Join(after, "") {
		t.Errorf("%v\n%v", before, after)
	}
}

// TestMarkdownCells: no text leaves its cell, or becomes markup.
func TestMarkdownCells(t *testing.T) {
	rows := 0
	for line := range strings.Lines(string(markdown(someFindings()))) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		rows++
		if cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); cells != 5 || strings.Contains(line, "<i>") {
			t.Errorf("%d bars: %s", cells, line)
		}
	}
	if rows != 6 {
		t.Errorf("%d rows", rows)
	}
}

// TestFindingsAreLines: what a finding quotes begins no line of its own, in no format.
func TestFindingsAreLines(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029"} {
		foreign := "x" + end + "FORGED"
		finding := survey.Finding{File: foreign, Line: 1, Column: 1, Path: foreign, Finding: pki.Finding{
			Code: problem.SurveyUnread.Code, Severity: pki.Warning, Subject: foreign, Text: foreign, Hint: foreign}}
		r := Report{findings: []survey.Finding{finding}}.ofLines()
		for name := range formats {
			write, err := Format(name, screen.View{})
			if err != nil {
				t.Fatal(err)
			}
			checkLines(t, name+" "+strconv.Quote(end), string(write(r)))
		}
		for _, width := range []int{0, 40, 200} {
			checkLines(t, "page "+strconv.Quote(end), string(page(r, screen.View{Known: true, Width: width})))
		}
		var log struct {
			Runs []struct {
				Results []struct{ Message struct{ Text string } }
			}
		}
		if err := json.Unmarshal(sarif(r), &log); err != nil {
			t.Fatal(err)
		}
		checkLines(t, "message of SARIF", log.Runs[0].Results[0].Message.Text)
	}
}

func checkLines(t *testing.T, name, text string) {
	t.Helper()
	if found := regexp.MustCompile("(?m)(^|[\r\v\f\u0085\u2028\u2029])FORGED").FindString(text); found != "" || !strings.Contains(text, "FORGED") {
		t.Errorf("%s: %q", name, text)
	}
}
