package cli

import (
	"fmt"
	"strings"
)

// Operations: what a call of pr came to.
const (
	opCreated   = "created"   // a pull request was opened
	opUpdated   = "updated"   // the open one was brought up to date
	opNone      = "none"      // it is as it should be, or nothing is due
	opLeft      = "left"      // the branch has somebody else's commit
	opCommitted = "committed" // --commit-only: the branch has the change
)

// prReport says what a call of pr did.
type prReport struct {
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
	// Closed are pull requests that became moot.
	Closed []int `json:"closed,omitempty"`
	// Needs are what the next phase waits for.
	Needs []string `json:"needs,omitempty"`
	// blocked: a person is needed, and time is running out.
	blocked error
}

func (r prReport) data() any { return r }

func (r prReport) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s: %s\n", map[bool]string{true: "dry run: "}[r.DryRun], r.Operation, r.Why)
	for _, row := range r.outputs() {
		if row[1] != "" && row[0] != "operation" && row[0] != "changed" {
			fmt.Fprintf(&b, "  %s: %s\n", row[0], row[1])
		}
	}
	for _, need := range r.Needs {
		b.WriteString("  " + need + "\n")
	}
	return b.String()
}

func (r prReport) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s\n\n", r.Operation, plain(r.Why))
	for _, row := range r.outputs() {
		if row[1] != "" && row[0] != "operation" && row[0] != "changed" {
			fmt.Fprintf(&b, "- %s: %s\n", row[0], row[1])
		}
	}
	for _, need := range r.Needs {
		b.WriteString("- " + plain(need) + "\n")
	}
	return b.String()
}

// changed tells whether something was written to Git's remote or the forge.
func (r prReport) changed() bool {
	return r.Operation == opCreated || r.Operation == opUpdated || r.Operation == opCommitted || r.Pushed || len(r.Closed) > 0
}

func (r prReport) outputs() [][2]string {
	rows := [][2]string{
		{"operation", r.Operation}, {"changed", fmt.Sprint(r.changed())}, {"branch", r.Branch}, {"commit", r.Commit},
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

func (r prReport) ending(f *prFlags) error {
	switch {
	case r.blocked != nil:
		return r.blocked
	case f.detailed && r.changed():
		return errWouldChange
	}
	return nil
}
