package plan

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Change is a change of phase, ready to be proposed.
type Change struct {
	Branch, Title, Body string
	// Phase and Epoch are those that it leads to.
	Phase string
	Epoch int64
	// Shut: it was prepared before its gate was open; Waits is what that lacks.
	Shut  bool
	Waits problem.List
	// Commit has the change, "" if it was not made; Was is what the branch has.
	Commit, Was string
}

// ChangeOf is the change that a text is about.
func ChangeOf(t text.Text, body, commit, was string) Change {
	return Change{t.Branch, t.Title(), body, t.Next.Status.Phase, t.Next.Status.Epoch, t.Shut, t.Move.Shut, commit, was}
}

// How is what a person says of the pull request.
type How struct {
	Labels        []string
	Draft, DryRun bool
	// Next: nobody asked for this change, so what is open stays what people made of it.
	Next bool
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
	title := c.Title
	r := Report{Branch: c.Branch, Commit: c.Commit, Phase: c.Phase, Epoch: c.Epoch, Draft: how.Draft || c.Shut}
	r.Pushed = c.Was != c.Commit || c.Commit == ""
	if c.Shut {
		for _, p := range c.Waits {
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
		Open: &forge.New{Title: title, Body: c.Body, Head: c.Branch, Base: s.Base, Draft: r.Draft, Labels: how.Labels}}
}

// is reports whether a body has the one that a change gives, whole, whatever people wrote
// before and behind it: who may push may edit it on some forges.
func is(body, wanted string) bool {
	_, plain := text.Unwarned("", body)
	written, _ := text.Mark(body)
	want, _ := text.Mark(wanted)
	return written == want && plain == body && Has(body, wanted)
}

// Has reports whether a body has a part, whole.
func Has(body, part string) bool { return strings.Contains(lines(body), lines(part)) }

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
	title := c.Title
	r.Number, r.URL, r.Draft = pull.Number, pull.URL, pull.Draft
	r.Operation, r.Why = OpNone, "the pull request is open and as it should be: merge it, and collect the evidence for the next phase"
	if c.Shut {
		r.Why = "the draft is open and as it should be: it waits for its gate, which is shut"
	}
	if r.Pushed {
		r.Operation, r.Why = OpUpdated, "the branch was made anew on "+s.Base
	}
	steps := Steps{Push: r.Pushed, Report: r}
	draft := !pull.Draft && (c.Shut || how.Draft && !how.Next)
	if is(pull.Body, c.Body) && strings.Contains(pull.Title, title) && !draft {
		return steps
	}
	steps.Report.Operation, steps.Report.Why = OpUpdated, "the pull request was brought up to date: "+title
	steps.Update = &forge.Change{Title: &title, Body: &c.Body, Labels: how.Labels}
	if draft {
		steps.Update.Draft, steps.Report.Draft = &draft, true
	}
	if draft && c.Shut {
		steps.Report.Why = "the pull request is a draft again: it waits for its gate, which is shut"
	}
	if pull.Draft && !c.Shut && !how.Draft && text.Prepared(pull.Body) {
		ready := false
		steps.Update.Draft, steps.Report.Draft = &ready, false
	}
	return steps
}
