package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Page adds the names of certificates, and for each step the pairs of bundle and
// chain that can meet.
func (r Proof) Page(p *screen.Page) {
	n := namesOf(r.Certificates)
	var used [][]string
	for _, step := range r.Steps {
		for _, cell := range step.Matrix {
			used = append(used, cell.Bundle, cell.Chain)
		}
	}
	n.legend(p, used)
	for _, step := range r.Steps {
		p.Blank()
		style := screen.Good
		if !step.Verdict.Safe {
			style = screen.Bad
		}
		p.Line("", style.Say(stepHead(step)))
		n.step(p, step)
	}
	p.Blank()
	p.Line("", screen.Faint.Say("digest "+r.Digest))
}

// step adds the matrix. A pair that fails and is no reason against the step fails
// already, or its halves never meet: it says nothing of the step.
func (n names) step(p *screen.Page, step rotation.ProofStep) {
	var rows [][]screen.Text
	var details [][2]string
	hidden, verifiers := 0, verifiersOf(step.Matrix)
	for _, cell := range step.Matrix {
		fails := slices.ContainsFunc(step.Verdict.Reasons, func(r rotation.Reason) bool {
			return slices.Equal(r.Bundle, cell.Bundle) && slices.Equal(r.Chain, cell.Chain)
		})
		if !fails && !verified(cell) && !p.View().Verbose {
			hidden++
			continue
		}
		when := "now"
		if !cell.Live {
			when = "after it"
		}
		row := []screen.Text{screen.Say(n.all(cell.Bundle)), screen.Say(n.all(cell.Chain)), screen.Say(when)}
		for _, name := range verifiers {
			i := slices.IndexFunc(cell.Results, func(r rotation.Result) bool { return r.Verifier == name })
			if i < 0 {
				row = append(row, screen.Say("-")) // no key at hand
				continue
			}
			r := cell.Results[i]
			row = append(row, result(r, fails))
			if r.Cause != "" {
				details = append(details, [2]string{fmt.Sprintf("  %s meets %s: ", n.all(cell.Bundle), n.all(cell.Chain)), r.Verifier + ": " + r.Cause})
			}
		}
		rows = append(rows, row)
	}
	columns := []screen.Column{{Title: "who trusts"}, {Title: "meets a leaf of"}, {Title: "when"}}
	for _, name := range verifiers {
		columns = append(columns, screen.Column{Title: name})
	}
	p.Table(columns, rows...)
	if p.View().Verbose {
		for _, d := range details {
			p.Line(d[0], screen.Faint.Say(d[1]))
		}
	}
	if hidden > 0 {
		p.Line("  ", screen.Faint.Say(problem.Counted(hidden, "pair")+" that this step does not bring together left out (--verbose)"))
	}
	n.reasons(p, step.Verdict)
}

// verified reports whether those who meet in a mesh, proxies and identity, accept the pair.
func verified(cell rotation.Cell) bool {
	return cell.OK(rotation.ByProxy) && cell.OK(rotation.ByIdentity)
}

// verifiersOf are the columns of a matrix.
func verifiersOf(matrix []rotation.Cell) (list []string) {
	for _, cell := range matrix {
		for _, r := range cell.Results {
			if !slices.Contains(list, r.Verifier) {
				list = append(list, r.Verifier)
			}
		}
	}
	return list
}

// result is the verdict of one verifier. One that refuses a pair that the step does
// not bring together says "no", which is no fault.
func result(r rotation.Result, fails bool) screen.Text {
	switch {
	case r.Cause == "":
		return screen.Good.Say("ok")
	case fails:
		return screen.Bad.Say("FAILS")
	}
	return screen.Faint.Say("no")
}

// reasons are who would refuse whom: one line per pair.
func (n names) reasons(p *screen.Page, v rotation.Verdict) {
	for _, line := range n.reasonLines(v.Reasons) {
		p.Line("  ", screen.Say(line))
	}
	for _, r := range v.Reasons {
		if p.View().Verbose && r.Cause != "" {
			p.Line("    ", screen.Faint.Say(fmt.Sprintf("%s, %s: %s", r.Rule, r.Verifier, r.Cause)))
		}
	}
}

// reasonLines are one line per pair, whatever rules and verifiers say so, with all
// who hold the bundle or serve the chain.
func (n names) reasonLines(reasons []rotation.Reason) (lines []string) {
	where := map[string][]string{}
	for _, r := range reasons {
		line := "not known: " + r.Text
		if r.Verifier != "" {
			line = fmt.Sprintf("who trusts %s refuses leaves of %s", n.all(r.Bundle), n.all(r.Chain))
			for _, who := range r.Where {
				if !slices.Contains(where[line], who) {
					where[line] = append(where[line], who)
				}
			}
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for i, line := range lines {
		if who := where[line]; len(who) > 0 {
			lines[i] += ": " + strings.Join(who, ", ")
		}
	}
	return lines
}
