package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Proof is a proof for people and programs.
type Proof struct{ *rotation.Proof }

// Judged is a report whose verdict decides the exit code.
type Judged interface{ IsUnsafe() bool }

// IsUnsafe reports whether what is in force fails, as after an end. Steps that are not safe yet
// are what a proof is asked for.
func (r Proof) IsUnsafe() bool {
	return r.Fails
}

// IsUnsafe reports whether the change is not safe.
func (r Change) IsUnsafe() bool { return !r.Verdict.Safe }

// Data is what -o json prints.
func (r Proof) Data() any { return r.Proof }

// Text is the page of a view without color.
func (r Proof) Text() string { return paged(r, screen.View{}) }

// Markdown is the same for a pull request.
func (r Proof) Markdown() string {
	var b strings.Builder
	for _, step := range r.Steps {
		fmt.Fprintf(&b, "#### %s\n\n%s\n", stepHead(step), MarkdownTable(MarkdownRows(MatrixRows(step))))
		for _, reason := range step.Verdict.Reasons {
			b.WriteString("- " + sink.Markdown(reason.Text) + "\n")
		}
	}
	fmt.Fprintf(&b, "\ndigest `%s`\n", r.Digest)
	return b.String()
}

func verdictWord(v rotation.Verdict) string {
	if v.Safe {
		return "safe"
	}
	return "not safe"
}

func stepHead(step rotation.ProofStep) string {
	if step.From == step.To {
		return fmt.Sprintf("staying in %s: %s", step.From, verdictWord(step.Verdict))
	}
	direction := ""
	if step.Back {
		direction = " (back)"
	}
	return fmt.Sprintf("%s to %s%s: %s", step.From, step.To, direction, verdictWord(step.Verdict))
}

// Change judges the step from one version of the state file to another.
type Change struct{ *rotation.Change }

// Data is what -o json prints.
func (r Change) Data() any { return r.Change }

// Text is the page of a view without color.
func (r Change) Text() string { return paged(r, screen.View{}) }

// Page adds the verdict and its reasons.
func (r Change) Page(p *screen.Page) {
	p.Line("", screen.Bold.Say(r.head()))
	for _, reason := range r.reasons() {
		p.Line("  ", screen.Say(reason))
	}
}

// Markdown is the same for a pull request.
func (r Change) Markdown() string {
	lines := []string{"**" + r.head() + "**\n"}
	for _, reason := range r.reasons() {
		lines = append(lines, sink.Markdown(reason))
	}
	return strings.Join(lines, "\n- ") + "\n"
}

func (r Change) head() string {
	head := fmt.Sprintf("%s (epoch %d) to %s (epoch %d): %s", r.From, r.EpochBefore, r.To, r.EpochAfter, verdictWord(r.Verdict))
	if r.Reverted {
		head += "; this is a revert: the epoch falls, use `back` instead, which keeps the log"
	}
	return head
}

func (r Change) reasons() []string {
	var lines []string
	for _, reason := range r.Verdict.Reasons {
		lines = append(lines, reason.Text)
	}
	return lines
}
