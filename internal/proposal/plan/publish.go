package plan

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
)

// Change is a change of phase, ready to be proposed.
type Change struct {
	Text text.Text
	Body string
	// Commit has the change, "" if it was not made; Was is what the branch has.
	Commit, Was string
}

// How is what a person says of the pull request.
type How struct {
	Labels        []string
	Draft, DryRun bool
}

// Steps are what is done with a change: it is pushed, and its pull request is
// opened or brought up to date. Report says so.
type Steps struct {
	Push   bool
	Open   *forge.New
	Update *forge.Change // of pull request Number of the report
	Report Report
}

// Publish decides what is done with a change that goes to a pull request.
func Publish(s Snapshot, c Change, how How) Steps {
	next, title := c.Text.Next, c.Text.Title()
	r := Report{Branch: c.Text.Branch, Commit: c.Commit, Phase: next.Status.Phase, Epoch: next.Status.Epoch, Draft: how.Draft || c.Text.Shut}
	r.Pushed = c.Was != c.Commit || c.Commit == ""
	if c.Text.Shut {
		for _, p := range c.Text.Move.Shut {
			r.Needs = append(r.Needs, p.Error())
		}
	}
	if len(s.Due) > 0 {
		return Update(s, c, how, s.Due[0], r)
	}
	r.Operation, r.Why = OpCreated, "the pull request was opened: "+title
	if how.DryRun {
		r.Why = "the pull request would be opened: " + title
	}
	return Steps{Push: r.Pushed, Report: r,
		Open: &forge.New{Title: title, Body: c.Body, Head: c.Text.Branch, Base: s.Base, Draft: r.Draft, Labels: how.Labels}}
}

// is reports whether a body has the one that a change gives, whole, whatever people wrote
// before and behind it: who may push may edit it on some forges.
func is(body, wanted string) bool {
	_, plain := text.Unwarned("", body)
	written, _ := text.Mark(body)
	want, _ := text.Mark(wanted)
	return written == want && plain == body && strings.Contains(lines(body), lines(wanted))
}

// lines is a text with the line ends that forges and people change made equal.
func lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text)) {
		b.WriteString(strings.TrimRight(line, " \t\r\n") + "\n")
	}
	return b.String()
}

// Update rewrites title and text of a pull request if they were made for something
// else. What people wrote into a text that is still right stays.
func Update(s Snapshot, c Change, how How, pull forge.Pull, r Report) Steps {
	title := c.Text.Title()
	r.Number, r.URL, r.Draft = pull.Number, pull.URL, pull.Draft
	r.Operation, r.Why = OpNone, "the pull request is open and as it should be: merge it, and collect the evidence for the next phase"
	if c.Text.Shut {
		r.Why = "the draft is open and as it should be: it waits for its gate, which is shut"
	}
	if r.Pushed {
		r.Operation, r.Why = OpUpdated, "the branch was made anew on "+s.Base
	}
	steps := Steps{Push: r.Pushed, Report: r}
	if is(pull.Body, c.Body) && strings.Contains(pull.Title, title) {
		return steps
	}
	steps.Report.Operation, steps.Report.Why = OpUpdated, "the pull request was brought up to date: "+title
	steps.Update = &forge.Change{Title: &title, Body: &c.Body, Labels: how.Labels}
	if pull.Draft && !c.Text.Shut && !how.Draft && text.Prepared(pull.Body) {
		ready := false
		steps.Update.Draft, steps.Report.Draft = &ready, false
	}
	return steps
}
