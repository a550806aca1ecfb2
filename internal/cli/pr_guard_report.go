package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// guardReport is what the guard says of a change.
type guardReport struct {
	// name of the state, "" where neither side has one.
	name     string
	state    string
	findings problem.List
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

func (r *guardReport) safe() bool { return len(r.findings) == 0 }

func (r *guardReport) text() string {
	text := r.head() + "\n" + r.lines("  ")
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
	list := []finding{}
	for _, p := range r.findings {
		list = append(list, finding{string(p.Code), p.File, p.Path, p.Text, p.Hints})
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
		Radius   []string  `json:"blastRadius,omitempty"`
		Notes    []string  `json:"notes,omitempty"`
	}{r.safe(), move, list, radius, r.notes}
}

// lines are the findings with what to do, for people.
func (r *guardReport) lines(bullet string) string {
	var b strings.Builder
	for _, p := range r.findings {
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
	b.WriteString(r.lines("- "))
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
	lines := []string{fmt.Sprintf("phase `%s` → `%s` (epoch %d): %s", t.now.Status.Phase, t.next.Status.Phase, t.next.Status.Epoch, phaseWords[t.next.Status.Phase])}
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
