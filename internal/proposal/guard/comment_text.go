package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Report is what the guard says of a change.
type Report struct {
	// name of the state, "" where neither side has one.
	name     string
	state    string
	findings problem.List
	// accepted are findings that a maintainer accepted: warnings.
	accepted problem.List
	// move is what the change does, if it is a move.
	move *text.Text
	// owned are the state file and the files of its outputs; touched tells that
	// a commit of the change has to do with one of them.
	owned   []string
	touched bool
	// base is the branch and the commit that the change was judged against; judged is the
	// commit of the change.
	base, commit, judged string
	// notes are what is no fault and good to know.
	notes []string
	mark  string
}

// fail notes a finding. It is called in many places.
//
//go:noinline
func (r *Report) fail(p *problem.Problem) { r.findings = append(r.findings, p) }

// failOnce is fail of what may have been found already.
func (r *Report) failOnce(p *problem.Problem) {
	if !slices.ContainsFunc(r.findings, func(f *problem.Problem) bool { return f.Text == p.Text && f.File == p.File }) {
		r.fail(p)
	}
}

func (r *Report) noteOnce(note string) {
	if !slices.Contains(r.notes, note) {
		r.notes = append(r.notes, note)
	}
}

// accept makes warnings of the findings with one of the codes. They stay visible.
func (r *Report) accept(codes []string) {
	var left problem.List
	for _, p := range r.findings {
		if slices.Contains(codes, string(p.Code)) {
			r.accepted = append(r.accepted, p)
		} else {
			left = append(left, p)
		}
	}
	r.findings = left
}

// Safe reports whether it may be merged.
func (r *Report) Safe() bool { return len(r.findings) == 0 }

// Text is for a terminal.
func (r *Report) Text() string {
	text := r.head() + "\n" + r.against() + "\n" + lines(r.findings, "  ")
	for _, p := range r.accepted {
		text += "accepted: " + sink.Markdown(p.Error()) + "\n"
	}
	if r.move != nil {
		text += "when it is merged:\n" + r.radius("  ")
	}
	for _, note := range r.weighty() {
		text += "note: " + sink.Line(note) + "\n"
	}
	return text
}

func (r *Report) head() string {
	verdict := "may be merged"
	if !r.Safe() {
		verdict = "must not be merged"
	}
	name := r.name
	if name == "" {
		name = r.state
	}
	return fmt.Sprintf("%s: this change %s", name, verdict)
}

// against names the change and the base: a verdict is about no later ones.
func (r *Report) against() string {
	return sink.Code(short(r.judged)) + " was judged against " + sink.Code(r.base) + " at " + sink.Code(short(r.commit))
}

// Data marshals to JSON and YAML.
func (r *Report) Data() any {
	type finding struct {
		Code  string   `json:"code"`
		File  string   `json:"file,omitempty"`
		Path  string   `json:"path,omitempty"`
		Text  string   `json:"text"`
		Hints []string `json:"hints,omitempty"`
	}
	listed := func(problems problem.List) []finding {
		list := []finding{}
		for _, p := range problems {
			list = append(list, finding{string(p.Code), p.File, p.Path, p.Text, p.Hints})
		}
		return list
	}
	type change struct {
		From  string `json:"from"`
		To    string `json:"to"`
		Epoch int64  `json:"epoch"`
		Back  bool   `json:"back,omitempty"`
		Wave  bool   `json:"wave,omitempty"`
	}
	var radius []string
	var move *change
	if t := r.move; t != nil {
		radius = t.RestartLines()
		move = &change{t.Move.From, t.Move.To, t.Next.Status.Epoch, t.Move.Back, t.Move.Wave}
	}
	return struct {
		Safe     bool      `json:"safe"`
		Base     string    `json:"base"`
		Commit   string    `json:"baseCommit"`
		Head     string    `json:"headCommit"`
		Move     *change   `json:"move,omitempty"`
		Findings []finding `json:"findings"`
		Accepted []finding `json:"accepted,omitempty"`
		Radius   []string  `json:"blastRadius,omitempty"`
		Notes    []string  `json:"notes,omitempty"`
	}{r.Safe(), r.base, r.commit, r.judged, move, listed(r.findings), listed(r.accepted), radius, r.notes}
}

// lines are findings with what to do, for people.
func lines(findings problem.List, bullet string) string {
	var b strings.Builder
	for _, p := range findings {
		b.WriteString(bullet + sink.Markdown(p.Error()) + "\n")
		for _, hint := range p.Hints {
			b.WriteString("  " + bullet + "what to do: " + hint + "\n")
		}
	}
	return b.String()
}

// Outputs are for later steps of a CI job.
func (r *Report) Outputs() [][2]string {
	return [][2]string{{"safe", fmt.Sprint(r.Safe())}, {"findings", fmt.Sprint(len(r.findings))}}
}

// Markdown is the comment without its mark.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n%s.\n\n", r.head(), r.against())
	b.WriteString(lines(r.findings, "- "))
	for _, p := range r.accepted {
		b.WriteString("- **accepted by a maintainer**: " + sink.Markdown(p.Error()) + "\n")
	}
	if r.move != nil {
		b.WriteString("\n**What it does when it is merged**\n\n" + r.radius("- "))
	}
	for _, note := range r.weighty() {
		b.WriteString("- " + note + "\n")
	}
	return b.String()
}

// weighty are the notes, those first that a reviewer has to weigh: they begin in bold.
func (r *Report) weighty() []string {
	light := func(note string) int {
		if strings.HasPrefix(note, "**") {
			return 0
		}
		return 1
	}
	return slices.SortedStableFunc(slices.Values(r.notes), func(a, b string) int { return light(a) - light(b) })
}

// radius is what the merge reaches.
func (r *Report) radius(bullet string) string {
	t := r.move
	lines := []string{fmt.Sprintf("phase `%s` → `%s` (epoch %d): %s", t.Now.Status.Phase, t.Next.Status.Phase, t.Next.Status.Epoch,
		t.Next.Current().Meaning)}
	if !slices.Equal(t.Before.Bundle, t.After.Bundle) {
		lines = append(lines, fmt.Sprintf("trust bundle: %s → %s", t.CertNames(t.Before.Bundle), t.CertNames(t.After.Bundle)))
	}
	if !slices.Equal(t.Before.Issuer, t.After.Issuer) {
		lines = append(lines, fmt.Sprintf("issuer: %s → %s", t.CertNames(t.Before.Issuer), t.CertNames(t.After.Issuer)))
	}
	lines = append(lines, t.RestartLines()...)
	lines = append(lines, problem.Counted(len(t.Files), "changed file"))
	switch {
	case t.Over():
		lines = append(lines, "**the rotation is over: "+text.NoWayBack+"**")
	case t.Revert.Verdict.Safe:
		lines = append(lines, "going back one phase is safe right after the merge")
	default:
		lines = append(lines, "**going back one phase is not safe** right after the merge")
	}
	return bullet + strings.Join(lines, "\n"+bullet) + "\n"
}
