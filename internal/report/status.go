package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Status is a status for people and programs.
type Status struct {
	*rotation.Status
	// Ending are the certificates that end within the time that was asked for.
	Ending []rotation.Expiry
	Within time.Duration
	// Width is that of the text, in columns.
	Width int
	// Todo is what to do next.
	Todo nextstep.Step
}

// Data is what -o json prints.
func (r Status) Data() any {
	return StatusData{r.Status, r.Todo}
}

// StatusData is a status for programs.
type StatusData struct {
	*rotation.Status
	// Todo is what to do next.
	Todo nextstep.Step `json:"todo,omitzero"`
}

func (r Status) head() string {
	head := fmt.Sprintf("%s: phase %s, epoch %d", r.Cluster, r.Phase, r.Epoch)
	if r.Kind != "" {
		head += ", rotation " + r.Kind
		if r.Strategy != "" {
			head += " (" + r.Strategy + ")"
		}
	}
	return head
}

// Text is the page of a view without color.
func (r Status) Text() string { return paged(r, screen.View{Width: r.Width}) }

func nextLine(m rotation.NextMove) string {
	verdict := "allowed"
	if !m.Allowed {
		verdict = "not yet"
	}
	wave := ""
	if m.Wave {
		wave = ", starts a wave"
	}
	return fmt.Sprintf("%s to %s: %s%s", m.Verb, m.To, verdict, wave)
}

func (r Status) certificates() [][]string {
	rows := [][]string{{"kind", "name", "role", "fingerprint", "not after", "days", ""}}
	for _, x := range r.Certificates {
		use := ""
		if x.InUse {
			use = "in use"
		}
		rows = append(rows, []string{x.Kind, x.Name, x.Role, x.Fingerprint[:16], x.NotAfter.Format(time.RFC3339), fmt.Sprint(x.DaysLeft), use})
	}
	return rows
}

// Markdown is the same for a pull request.
func (r Status) Markdown() string {
	var b strings.Builder
	for _, alarm := range r.Alarms {
		b.WriteString("> **" + sink.Markdown(alarm) + "**\n\n")
	}
	fmt.Fprintf(&b, "### %s\n\n%s", r.head(), MarkdownTable(MarkdownRows(r.certificates())))
	for _, m := range r.Next {
		b.WriteString("\n**" + nextLine(m) + "**\n\n")
		for _, n := range m.Needs {
			b.WriteString("- " + sink.Markdown(NeedLine(n)) + "\n")
		}
		for _, p := range m.Problems {
			b.WriteString("- refused: " + sink.Markdown(p.Text) + "\n")
		}
	}
	for _, line := range slices.Concat(delivery.Lines(r.Delivery), delivery.Notes(r.Delivery)) {
		b.WriteString("\n- delivery: " + line + "\n")
	}
	for _, note := range r.Notes {
		b.WriteString("\n> " + sink.Markdown(note) + "\n")
	}
	return b.String()
}

// Timeline puts a status on a time axis: one bar per certificate, a mark per move.
func Timeline(st *rotation.Status) picture.Timeline {
	t := picture.Timeline{Title: fmt.Sprintf("%s: phase %s, epoch %d", st.Cluster, st.Phase, st.Epoch), Now: st.At}
	for _, x := range st.Certificates {
		t.Bars = append(t.Bars, picture.Bar{
			Name: x.Name, Kind: x.Kind, Role: x.Role,
			NotBefore: x.NotBefore, NotAfter: x.NotAfter, DaysLeft: x.DaysLeft,
		})
	}
	for _, e := range st.Log {
		if at, err := time.Parse(time.RFC3339, e.At); err == nil {
			t.Marks = append(t.Marks, picture.Mark{At: at, Label: e.Phase})
		}
	}
	return t
}
