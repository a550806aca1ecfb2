package check

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// marks are those of `linkerd check`.
var marks = map[Result]string{Success: "√", Warning: "‼", Failure: "×"}

// formats write a report. "table" is what `linkerd check` calls its text.
var formats = map[string]func(Report) ([]byte, error){
	"text":  func(r Report) ([]byte, error) { return r.text(false), nil },
	"table": func(r Report) ([]byte, error) { return r.text(false), nil },
	"short": func(r Report) ([]byte, error) { return r.text(true), nil },
	"json": func(r Report) ([]byte, error) {
		out, err := json.MarshalIndent(r, "", "  ")
		return append(sink.JSON(out), '\n'), err
	},
	"junit": junit,
}

// In returns what writes a report in a format.
func In(format string) (func(Report) ([]byte, error), error) {
	write, known := formats[format]
	if !known {
		return nil, problem.CLIFormat.With(format, "text, json, short or junit")
	}
	return write, nil
}

// text is laid out as `linkerd check` does; short leaves out what is well.
func (r Report) text(short bool) []byte {
	var b strings.Builder
	for _, c := range r.Categories {
		var lines strings.Builder
		for _, check := range c.Checks {
			if !short || check.Result != Success {
				lines.WriteString(check.text())
			}
		}
		if lines.Len() > 0 {
			fmt.Fprintf(&b, "%s\n%s\n%s\n", c.Name, strings.Repeat("-", len(c.Name)), lines.String())
		}
	}
	end := Success
	if !r.Success {
		end = Failure
	}
	fmt.Fprintf(&b, "Status check results are %s\n", marks[end])
	return []byte(sink.Log(b.String()))
}

func (c Check) text() string {
	text := marks[c.Result] + " " + c.Description + "\n"
	if c.Error != "" {
		text += "    " + c.Error + "\n    see " + c.Hint + " for hints\n"
	}
	return text
}

// The elements of a JUnit report, as GitLab, Jenkins and GitHub's actions read it.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure"`
		// Out has warnings: a case that warns has not failed.
		Out string `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func junit(r Report) ([]byte, error) {
	var all junitSuites
	for _, c := range r.Categories {
		suite := junitSuite{Name: c.Name, Tests: len(c.Checks)}
		for _, check := range c.Checks {
			one := junitCase{Class: c.Name, Name: sink.OneLine(check.Description)}
			said := sink.Log(check.Error + "\nsee " + check.Hint + " for hints")
			switch check.Result {
			case Success:
			case Failure:
				message, _, _ := strings.Cut(check.Error, ":\n")
				one.Failure = &junitFailure{sink.OneLine(message), said}
				suite.Failures++
			case Warning:
				one.Out = "warning: " + said
			}
			suite.Cases = append(suite.Cases, one)
		}
		all.Tests, all.Failures = all.Tests+suite.Tests, all.Failures+suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	return append(append([]byte(xml.Header), out...), '\n'), err
}
