package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/report/document"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Board is all that a change board and an auditor need to know of a state, in one
// document.
type Board struct {
	State  *state.Rotation
	Status *rotation.Status
	Todo   nextstep.Step
	// File is the path of the state file, Digest the SHA-256 of it in hex.
	File, Digest string
	// Plan is nil where no rotation is under way.
	Plan *rotation.Plan
	// Here is the proof of resting in the phase and of the moves from it, Walk that of
	// every step of the plan.
	Here, Walk *rotation.Proof
	Evidence   rotation.Evidence
	Hazards    []Hazard
	Diagnoses  []recovery.Diagnosis

	names names
}

// Hazard is what lint found, and where.
type Hazard struct {
	Place string
	pki.Finding
}

// Document composes the report.
func (b Board) Document() document.Document {
	b.names = namesOf(b.Status.Certificates)
	return document.Document{
		Title: "Linkerd PKI report: " + b.Status.Cluster,
		Lead:  []document.Block{b.lead(), b.wrong()},
		Sections: []document.Section{
			{ID: "state", Title: "Where the rotation is", Blocks: b.here()},
			{ID: "timeline", Title: "Timeline", Blocks: b.timeline()},
			{ID: "trust", Title: "Who trusts whom", Blocks: b.trust()},
			{ID: "changes", Title: "What each pull request changes", Blocks: b.changes()},
			{ID: "evidence", Title: "Evidence", Blocks: b.evidence()},
			{ID: "log", Title: "Log", Blocks: b.log()},
			{ID: "certificates", Title: "Certificates", Blocks: b.certificates()},
			{ID: "hazards", Title: "Hazards", Blocks: b.hazards()},
		},
	}
}

func (b Board) lead() document.Facts {
	kind := "none is under way"
	if b.Status.Kind != "" {
		kind = b.Status.Kind
		if b.Status.Strategy != "" {
			kind += " (" + b.Status.Strategy + ")"
		}
	}
	phase := b.Status.Phase
	if b.Plan != nil {
		for i, row := range b.Plan.Rows {
			if row.Phase == b.Status.Phase {
				phase += fmt.Sprintf(" (%d of %d)", i+1, len(b.Plan.Rows))
			}
		}
	}
	spec := b.State.WithDefaults().Spec
	return document.Facts{
		{Name: "Phase", Value: document.Strong.Say("%s", phase)},
		{Name: "Rotation", Value: document.Say("%s", kind)},
		{Name: "Epoch", Value: document.Say("%d", b.Status.Epoch)},
		{Name: "Reported at", Value: document.Say("%s", b.Status.At.Format(time.RFC3339))},
		{Name: "Linkerd", Value: document.Say("%s, trust domain %s", spec.Linkerd.Version, spec.Linkerd.TrustDomain)},
		{Name: "Private keys", Value: document.Say("custody %s", spec.Custody.Kind)},
	}
}

// wrong is what a reader must see first: what is wrong already, or what doctor names.
func (b Board) wrong() document.Callout {
	c := document.Callout{Look: document.Bad, Title: "Something is wrong. A person must act."}
	for _, alarm := range together(b.Status.Alarms) {
		c.Items = append(c.Items, document.Say("%s", alarm))
	}
	if len(c.Items) == 0 {
		c = document.Callout{Look: document.Good, Title: "Nothing is wrong now."}
	}
	if len(c.Items) == 0 && len(b.Diagnoses) > 0 {
		c = document.Callout{Look: document.Warn, Title: "Nothing has failed, but this must be repaired. Hazards, below, has the commands."}
	}
	for _, d := range b.Diagnoses {
		c.Items = append(c.Items, document.Say("%s: %s", d.Name, d.Means))
	}
	return c
}

func (b Board) here() []document.Block {
	now := document.Say("%s.", capital(b.State.Current().Meaning))
	blocks := []document.Block{
		document.Paragraph(now),
		document.Facts{
			{Name: "Trusted now", Value: document.Say("%s", b.words(b.Status.Bundle))},
			{Name: "Signed by", Value: document.Say("%s", b.words(b.Status.Issuer))},
			{Name: "State file", Value: document.Code.Say("%s", b.File)},
			{Name: "SHA-256 of the state file", Value: document.Code.Say("%s", b.Digest)},
			{Name: "SHA-256 of the evidence", Value: orNone(document.Code, b.Evidence.Digest(), "no evidence was given")},
		},
	}
	blocks = append(blocks, b.todo()...)
	for i, m := range b.Status.Next {
		blocks = append(blocks, b.move(i, m)...)
	}
	return append(blocks, b.byPerson()...)
}

func orNone(look document.Look, text, none string) document.Line {
	if text == "" {
		return document.Warn.Say("%s", none)
	}
	return look.Say("%s", text)
}

// todo is the next action and when it makes sense.
func (b Board) todo() []document.Block {
	t := b.Todo
	blocks := []document.Block{document.Heading{ID: "next", Title: "Next action"}}
	if t.Command == "" {
		return append(blocks, document.Paragraph(document.Say("Nothing is to be done.")))
	}
	if t.NotBefore.After(b.Status.At) {
		blocks = append(blocks, document.Paragraph(document.Say("Nothing before %s (%s). Then:", t.NotBefore.Format(time.RFC3339),
			in(t.NotBefore.Sub(b.Status.At)))))
	}
	blocks = append(blocks, document.Command(t.Command))
	why := t.Why
	if t.Who != "" {
		why += ": " + t.Who
	}
	switch {
	case !t.Ends.IsZero():
		why += fmt.Sprintf("; the wait ends at %s (%s): %s", t.Ends.UTC().Format(time.RFC3339), in(t.Ends.Sub(b.Status.At)), t.Wait)
	case t.Wait != "":
		why += "; the wait ends " + t.Wait
	}
	if why != "" {
		blocks = append(blocks, document.Paragraph(document.Say("%s.", capital(why))))
	}
	return blocks
}

// move is whether a move may be made, and what it needs.
func (b Board) move(i int, m rotation.NextMove) []document.Block {
	look := document.Warn
	if m.Allowed {
		look = document.Good
	}
	blocks := []document.Block{
		document.Heading{ID: fmt.Sprintf("move-%d", i+1), Title: capital(m.Verb) + " to " + m.To},
		document.Paragraph(look.Say("%s", capital(nextLine(m))+".")),
	}
	if len(m.Needs) > 0 {
		t := document.Table{Caption: "What the move to " + m.To + " needs",
			Head: []string{"need", "meaning", "is it met?", "by what, or what is missing"}}
		for _, n := range m.Needs {
			t.Rows = append(t.Rows, needRow(n))
		}
		blocks = append(blocks, t)
	}
	if lines := causes(m, b.names); len(lines) > 0 {
		c := document.Callout{Look: document.Bad, Title: "Why it is refused"}
		for _, line := range lines {
			c.Items = append(c.Items, document.Say("%s", line))
		}
		blocks = append(blocks, c)
	}
	return blocks
}

func needRow(n rotation.NeedResult) []document.Line {
	if n.Met {
		return []document.Line{document.Code.Say("%s", string(n.Need)), document.Say("%s", n.Text), document.Good.Say("met"),
			document.Say("%s", n.How)}
	}
	missing := strings.Join(n.Missing, "; ")
	if missing == "" {
		missing = nextstep.Waiting(n)
	}
	if !n.Ends.IsZero() {
		missing += fmt.Sprintf("; ends at %s: %s", n.Ends.UTC().Format(time.RFC3339), n.Wait)
	} else if n.Wait != "" {
		missing += "; ends " + n.Wait
	}
	return []document.Line{document.Code.Say("%s", string(n.Need)), document.Say("%s", n.Text), document.Warn.Say("not met"),
		document.Say("%s", missing)}
}

// byPerson is what nothing in Git delivers, and what surprises people otherwise.
func (b Board) byPerson() (blocks []document.Block) {
	var list document.List
	for _, line := range append(delivery.Lines(b.Status.Delivery), b.Status.Notes...) {
		list = append(list, document.Say("%s", line))
	}
	if len(list) > 0 {
		blocks = append(blocks, document.Heading{ID: "remarks", Title: "Remarks"}, list)
	}
	return blocks
}

// words are certificates with their short names: "A (trust anchor 2025)".
func (b Board) words(fingerprints []string) string {
	parts := make([]string, len(fingerprints))
	for i, f := range fingerprints {
		parts[i] = b.names.of(f)
		for _, x := range b.names.list {
			if x.Fingerprint == f {
				parts[i] += " (" + kindWords[x.Kind] + " " + x.Name + ")"
			}
		}
	}
	return strings.Join(parts, ", ")
}

// capital begins a sentence.
func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
