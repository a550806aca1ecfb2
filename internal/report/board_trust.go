package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/internal/report/document"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// trust is the names of certificates, who trusts whom now, and in each step.
func (b Board) trust() []document.Block {
	blocks := []document.Block{b.legend(), document.Paragraph(document.Say(
		"Three verifiers judge each pair: what proxies run (%s), what identity runs (%s), and other clients in Go (%s).", rotation.ByProxy, rotation.ByIdentity, rotation.ByGoLeaf)),
		document.Paragraph(document.Say("In the pictures a full line is a pair that meets now, a dashed line one that meets once the step was made, and a red line with words one where the holder refuses the leaf."))}
	back := document.Table{Caption: "Going back from " + b.Status.Phase + " now", Head: wayBack}
	for i, step := range b.Here.Steps {
		title := "Now, in " + step.From
		if step.From != step.To {
			title = "The next step, if it were made now: " + stepHead(step)
		}
		if step.Back {
			back.Rows = append(back.Rows, b.backRow(step))
			continue
		}
		blocks = append(blocks, b.step(fmt.Sprintf("now-%d", i+1), title, "now", step)...)
	}
	if b.Plan == nil {
		return blocks
	}
	blocks = append(blocks, document.Heading{ID: "back-now", Title: "Going back now"}, back)
	planned := document.Table{Caption: "Going back from each phase, right after it was entered", Head: wayBack}
	for i, step := range b.Walk.Steps {
		if step.Back {
			planned.Rows = append(planned.Rows, b.backRow(step))
			continue
		}
		blocks = append(blocks, b.step(fmt.Sprintf("walk-%d", i+1), "Planned: "+stepHead(step), "before it", step)...)
	}
	return append(blocks, document.Heading{ID: "back", Title: "Going back, as planned"}, planned)
}

// wayBack are the columns of tables of steps back.
var wayBack = []string{"from", "to", "verdict", "why"}

func (b Board) backRow(step rotation.ProofStep) []document.Line {
	return []document.Line{document.Say("%s", step.From), document.Say("%s", step.To), verdict(step), document.Say("%s", strings.Join(b.names.reasonLines(step.Verdict.Reasons), "; "))}
}

func (b Board) legend() document.Table {
	t := document.Table{Caption: "Short names of certificates in this report", Head: []string{"name", "certificate", "role", "fingerprint begins with", "ends"}}
	for _, x := range b.names.list {
		t.Rows = append(t.Rows, []document.Line{
			document.Say("%s", b.names.of(x.Fingerprint)), document.Say("%s %s", kindWords[x.Kind], x.Name), document.Say("%s", x.Role),
			document.Code.Say("%s", x.Fingerprint[:16]), document.Say("%s", x.NotAfter.Format(dateOnly)),
		})
	}
	return t
}

func verdict(step rotation.ProofStep) document.Line {
	if step.Verdict.Safe {
		return document.Good.Say("safe")
	}
	return document.Bad.Say("not safe")
}

// step shows the pairs that a step brings together or leaves together. Pairs that fail
// and that it does not bring together say nothing of it.
func (b Board) step(id, title, live string, step rotation.ProofStep) []document.Block {
	blocks := []document.Block{document.Heading{ID: id, Title: title}}
	p := picture.Trust{Title: "Who trusts whom. " + title}
	verifiers := verifiersOf(step.Matrix)
	t := document.Table{
		Caption: "Pairs of trust bundle and certificate chain. " + title, Head: append([]string{"who holds", "meets a leaf of", "when"}, verifiers...),
		None: "No pair is known: nobody has seen what is live.",
	}
	hidden := 0
	for _, cell := range step.Matrix {
		fails := slices.ContainsFunc(step.Verdict.Reasons, func(r rotation.Reason) bool {
			return slices.Equal(r.Bundle, cell.Bundle) && slices.Equal(r.Chain, cell.Chain)
		})
		if !fails && !verified(cell) {
			hidden++
			continue
		}
		p.Pairs = append(p.Pairs, picture.Pair{Bundle: b.party(&p.Bundles, cell.Bundle), Chain: b.party(&p.Chains, cell.Chain), Fails: fails,
			Later: !cell.Live})
		t.Rows = append(t.Rows, b.pair(cell, verifiers, fails, live))
	}
	if len(t.Rows) > 0 {
		blocks = append(blocks, document.Figure{Caption: p.Title, Drawing: p.Inline})
	}
	blocks = append(blocks, t)
	if hidden > 0 {
		blocks = append(blocks, document.Paragraph(document.Faint.Say("%s that this step does not bring together left out.", problem.Counted(hidden, "pair"))))
	}
	return append(blocks, b.reasons(step.Verdict)...)
}

func (b Board) pair(cell rotation.Cell, verifiers []string, fails bool, live string) []document.Line {
	when := live
	if !cell.Live {
		when = "after it"
	}
	row := []document.Line{document.Say("%s", b.names.all(cell.Bundle)), document.Say("%s", b.names.all(cell.Chain)), document.Say("%s", when)}
	for _, name := range verifiers {
		i := slices.IndexFunc(cell.Results, func(r rotation.Result) bool { return r.Verifier == name })
		switch {
		case i < 0:
			row = append(row, document.Faint.Say("not asked"))
		case cell.Results[i].Cause == "":
			row = append(row, document.Good.Say("accepts"))
		case fails:
			row = append(row, document.Bad.Say("REFUSES"))
		default:
			row = append(row, document.Faint.Say("no"))
		}
	}
	return row
}

// reasons are what speaks against a step, and what is not known.
func (b Board) reasons(v rotation.Verdict) []document.Block {
	var blocks []document.Block
	for _, part := range []struct {
		look  document.Look
		title string
		list  []rotation.Reason
	}{{document.Bad, "Not safe", v.Reasons}, {document.Warn, "May fail already, or is unknown; this step neither causes nor ends it", v.Standing}} {
		c := document.Callout{Look: part.look, Title: part.title}
		for _, line := range b.names.reasonLines(part.list) {
			c.Items = append(c.Items, document.Say("%s", line))
		}
		if len(c.Items) > 0 {
			blocks = append(blocks, c)
		}
	}
	return blocks
}

// party is the number of a bundle or chain in a picture; a new one is added.
func (b Board) party(list *[]picture.Party, fingerprints []string) int {
	p := picture.Party{Name: b.names.all(fingerprints), Words: b.words(fingerprints)}
	if i := slices.Index(*list, p); i >= 0 {
		return i
	}
	*list = append(*list, p)
	return len(*list) - 1
}

// objects are what a commit changes, and how each object gets into the cluster.
func (b Board) objects(row rotation.PlanRow) []document.Block {
	t := document.Table{Caption: "How what " + row.Phase + " changes reaches the cluster", Head: []string{"object", "way", "a person runs"}}
	for _, o := range delivery.Changed(b.Status.Delivery, row.Kinds...) {
		look := document.Plain
		if !o.Automatic() {
			look = document.Warn
		}
		t.Rows = append(t.Rows, []document.Line{document.Say("%s", o.Name), look.Say("%s", o.How), orNone(document.Code, o.Command, "")})
	}
	changes := "Nothing in the manifests changes."
	if len(row.Changes) > 0 {
		changes = "Changes " + strings.Join(row.Changes, ", ") + "."
	}
	blocks := []document.Block{document.Paragraph(document.Say("%s", changes))}
	if len(t.Rows) > 0 {
		blocks = append(blocks, t)
	}
	return blocks
}
