package plan

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// Operations: what a call of pr came to.
const (
	OpCreated   = "created"   // a pull request was opened
	OpUpdated   = "updated"   // the open one was brought up to date
	OpNone      = "none"      // it is as it should be, or nothing is due
	OpLeft      = "left"      // the branch has somebody else's commit
	OpCommitted = "committed" // --commit-only: the branch has the change
)

// Report says what a call of pr did.
type Report struct {
	Operation string `json:"operation"`
	// Why is one sentence.
	Why    string `json:"why"`
	DryRun bool   `json:"dryRun,omitempty"`
	Base   string `json:"base"`
	Branch string `json:"branch,omitempty"`
	Commit string `json:"commit,omitempty"`
	Phase  string `json:"phase,omitempty"`
	Epoch  int64  `json:"epoch,omitempty"`
	Pushed bool   `json:"pushed,omitempty"`
	Draft  bool   `json:"draft,omitempty"`
	Number int    `json:"number,omitempty"`
	URL    string `json:"url,omitempty"`
	// Parts are the pull requests in other repositories of a fleet.
	Parts []Part `json:"parts,omitempty"`
	// Warned: the open pull request's title and text were not those of the commit on its
	// branch, which is left alone, and were put right or made to say so; or what was prepared
	// as a draft was none any more.
	Warned bool `json:"warned,omitempty"`
	// Closed are pull requests that were superseded.
	Closed []int `json:"closed,omitempty"`
	// Needs are what the next phase waits for.
	Needs []string `json:"needs,omitempty"`
	// Blocked: a person is needed, and time is running out.
	Blocked error `json:"-"`
}

// Part is what a call did in another repository of a fleet.
type Part struct {
	Repository string `json:"repository"`
	Branch     string `json:"branch"`
	Commit     string `json:"commit"`
	Number     int    `json:"number,omitempty"`
	URL        string `json:"url,omitempty"`
}

// Data marshals to JSON and YAML.
func (r Report) Data() any { return r }

// Text is for a terminal.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s: %s\n", map[bool]string{true: "dry run: "}[r.DryRun], r.Operation, sink.Line(r.Why))
	for _, row := range r.Outputs() {
		if row[1] != "" && row[0] != "operation" && row[0] != "changed" {
			fmt.Fprintf(&b, "  %s: %s\n", row[0], sink.Line(row[1]))
		}
	}
	for _, p := range r.Parts {
		fmt.Fprintf(&b, "  %s: %s\n", p.Repository, p.URL)
	}
	for _, need := range r.Needs {
		b.WriteString("  " + sink.Line(need) + "\n")
	}
	return b.String()
}

// Markdown is for a pull request.
func (r Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s\n\n", r.Operation, sink.Markdown(r.Why))
	for _, row := range r.Outputs() {
		if row[1] != "" && row[0] != "operation" && row[0] != "changed" {
			text := sink.Markdown(row[1])
			if strings.HasPrefix(row[1], "https://") || strings.HasPrefix(row[1], "http://") { // as forge.Address has it
				text = row[1]
			}
			fmt.Fprintf(&b, "- %s: %s\n", row[0], text)
		}
	}
	for _, need := range r.Needs {
		b.WriteString("- " + sink.Markdown(need) + "\n")
	}
	return b.String()
}

// Changed tells whether something was written to Git's remote or the forge.
func (r Report) Changed() bool {
	return r.Operation == OpCreated || r.Operation == OpUpdated || r.Operation == OpCommitted || r.Pushed || r.Warned || len(r.Closed) > 0
}

// Outputs are for later steps of a CI job.
func (r Report) Outputs() [][2]string {
	rows := [][2]string{
		{"operation", r.Operation}, {"changed", fmt.Sprint(r.Changed())}, {"branch", r.Branch}, {"commit", r.Commit},
		{"phase", r.Phase}, {"epoch", ""}, {"number", ""}, {"url", r.URL}, {"closed", ""},
	}
	if r.Branch != "" {
		rows[5][1] = fmt.Sprint(r.Epoch)
	}
	if r.Number != 0 {
		rows[6][1] = fmt.Sprint(r.Number)
	}
	if len(r.Closed) > 0 {
		rows[8][1] = strings.Trim(fmt.Sprint(r.Closed), "[]")
	}
	return rows
}
