package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Status is a status for people and programs.
type Status struct {
	*rotation.Status
	// Ending are the certificates that end within the time that was asked for.
	Ending []rotation.Expiry
	Within time.Duration
	// Width is that of the text's time axis, in columns.
	Width int
	// Doctor is the call of doctor that looks at the same files.
	Doctor string
}

// Data, Text and Markdown implement [Report].
func (r Status) Data() any { return r.Status }

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

func (r Status) Text() string {
	var b strings.Builder
	b.WriteString(alarmLines(r.Status, r.Doctor))
	fmt.Fprintf(&b, "%s, at %s\n", r.head(), r.At.Format(time.RFC3339))
	fmt.Fprintf(&b, "bundle %s, issuer %s\n\n", Short(r.Bundle), Short(r.Issuer))
	b.WriteString(Table(r.certificates()))
	b.WriteString("\n" + Timeline(r.Status).Text(r.Width, false))
	for _, m := range r.Next {
		b.WriteString("\n" + nextLine(m) + "\n")
		for _, n := range m.Needs {
			b.WriteString("  " + NeedLine(n) + "\n")
		}
		for _, p := range m.Problems {
			b.WriteString("  refused: " + p.Text + "\n")
		}
	}
	for _, line := range slices.Concat(delivery.Lines(r.Delivery), delivery.Notes(r.Delivery)) {
		b.WriteString("delivery: " + line + "\n")
	}
	for _, note := range r.Notes {
		b.WriteString("note: " + note + "\n")
	}
	for _, x := range r.Ending {
		if x.Expired { // an alarm already
			continue
		}
		fmt.Fprintf(&b, "ends within %s: %s %q at %s\n", state.Duration(r.Within), x.Kind, x.Name, x.NotAfter.Format(time.RFC3339))
	}
	return b.String()
}

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

func (r Status) Markdown() string {
	var b strings.Builder
	for _, alarm := range r.Alarms {
		b.WriteString("> **" + alarm + "**\n\n")
	}
	fmt.Fprintf(&b, "### %s\n\n%s", r.head(), MarkdownTable(r.certificates()))
	for _, m := range r.Next {
		b.WriteString("\n**" + nextLine(m) + "**\n\n")
		for _, n := range m.Needs {
			b.WriteString("- " + NeedLine(n) + "\n")
		}
		for _, p := range m.Problems {
			b.WriteString("- refused: " + p.Text + "\n")
		}
	}
	for _, line := range slices.Concat(delivery.Lines(r.Delivery), delivery.Notes(r.Delivery)) {
		b.WriteString("\n- delivery: " + line + "\n")
	}
	for _, note := range r.Notes {
		b.WriteString("\n> " + note + "\n")
	}
	return b.String()
}

// alarmLines are the alarms of a status, first in its output.
func alarmLines(st *rotation.Status, doctor string) string {
	if len(st.Alarms) == 0 {
		return ""
	}
	return strings.Join(st.Alarms, "\n") + "\nRun `" + doctor + "`: it names the situation and the commands that lead out of it.\n\n"
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
