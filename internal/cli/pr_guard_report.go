package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// guardReport is what the guard says of a change.
type guardReport struct {
	// name of the state, "" where neither side has one.
	name     string
	state    string
	findings problem.List
	// accepted are findings that a maintainer accepted: warnings.
	accepted problem.List
	// move is what the change does, if it is a move.
	move *prText
	// owned are the state file and the files of its outputs; touched tells that
	// a commit of the change has to do with one of them.
	owned   []string
	touched bool
	// notes are what is no fault and good to know.
	notes []string
	mark  string
}

func (r *guardReport) fail(p *problem.Problem) { r.findings = append(r.findings, p) }

// accept makes warnings of the findings with one of the codes. They stay visible.
func (r *guardReport) accept(codes []string) {
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

// shownName is a file name, or other text of the change, as a report shows it:
// quoted where a terminal, a CI or a reader could take it for something else.
func shownName(name string) string {
	harmless := name != "" && utf8.ValidString(name) && !strings.HasPrefix(name, ":") && !strings.ContainsAny(name, "\"`\\") &&
		!strings.Contains(name, "##") && strings.TrimSpace(name) == name
	for _, c := range name {
		harmless = harmless && unicode.IsPrint(c)
	}
	if harmless {
		return name
	}
	// "##[" and "##vso[" are commands to some runners wherever they stand.
	return strings.ReplaceAll(strconv.QuoteToASCII(name), "##", `#\x23`)
}

func (r *guardReport) safe() bool { return len(r.findings) == 0 }

func (r *guardReport) text() string {
	text := r.head() + "\n" + lines(r.findings, "  ")
	for _, p := range r.accepted {
		text += "accepted: " + plain(p.Error()) + "\n"
	}
	if r.move != nil {
		text += "when it is merged:\n" + r.radius("  ")
	}
	for _, note := range r.notes {
		text += "note: " + note + "\n"
	}
	return text
}

func (r *guardReport) head() string {
	verdict := "may be merged"
	if !r.safe() {
		verdict = "must not be merged"
	}
	name := r.name
	if name == "" {
		name = r.state
	}
	return fmt.Sprintf("%s: this change %s", name, verdict)
}

func (r *guardReport) data() any {
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
		radius = t.restartLines()
		move = &change{t.move.From, t.move.To, t.next.Status.Epoch, t.move.Back, t.move.Wave}
	}
	return struct {
		Safe     bool      `json:"safe"`
		Move     *change   `json:"move,omitempty"`
		Findings []finding `json:"findings"`
		Accepted []finding `json:"accepted,omitempty"`
		Radius   []string  `json:"blastRadius,omitempty"`
		Notes    []string  `json:"notes,omitempty"`
	}{r.safe(), move, listed(r.findings), listed(r.accepted), radius, r.notes}
}

// lines are findings with what to do, for people.
func lines(findings problem.List, bullet string) string {
	var b strings.Builder
	for _, p := range findings {
		b.WriteString(bullet + plain(p.Error()) + "\n")
		for _, hint := range p.Hints {
			b.WriteString("  " + bullet + "what to do: " + hint + "\n")
		}
	}
	return b.String()
}

func (r *guardReport) outputs() [][2]string {
	return [][2]string{{"safe", fmt.Sprint(r.safe())}, {"findings", fmt.Sprint(len(r.findings))}}
}

func (r *guardReport) ending(*prFlags) error {
	if r.safe() {
		return nil
	}
	return errFound
}

// markdown is the comment without its mark.
func (r *guardReport) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", r.head())
	b.WriteString(lines(r.findings, "- "))
	for _, p := range r.accepted {
		b.WriteString("- **accepted by a maintainer**: " + plain(p.Error()) + "\n")
	}
	if r.move != nil {
		b.WriteString("\n**What it does when it is merged**\n\n" + r.radius("- "))
	}
	for _, note := range r.notes {
		b.WriteString("- " + note + "\n")
	}
	return b.String()
}

// radius is what the merge reaches.
func (r *guardReport) radius(bullet string) string {
	t := r.move
	lines := []string{fmt.Sprintf("phase `%s` → `%s` (epoch %d): %s", t.now.Status.Phase, t.next.Status.Phase, t.next.Status.Epoch, t.next.Current().Meaning)}
	if !slices.Equal(t.before.Bundle, t.after.Bundle) {
		lines = append(lines, fmt.Sprintf("trust bundle: %s → %s", t.certNames(t.before.Bundle), t.certNames(t.after.Bundle)))
	}
	if !slices.Equal(t.before.Issuer, t.after.Issuer) {
		lines = append(lines, fmt.Sprintf("issuer: %s → %s", t.certNames(t.before.Issuer), t.certNames(t.after.Issuer)))
	}
	lines = append(lines, t.restartLines()...)
	lines = append(lines, fmt.Sprintf("%d files change", len(t.files)))
	if t.revert.Verdict.Safe {
		lines = append(lines, "going back one phase is safe right after the merge")
	} else {
		lines = append(lines, "**going back one phase is not safe** right after the merge")
	}
	return bullet + strings.Join(lines, "\n"+bullet) + "\n"
}
