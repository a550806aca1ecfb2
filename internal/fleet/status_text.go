package fleet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// columns is how wide text may be.
const columns = 80

// Data is for JSON and YAML.
func (st *Status) Data() any { return st }

// Markdown is the grid as a code block.
func (st *Status) Markdown() string { return sink.Block("", st.Text()) }

// Text is a grid of members by phase for each component, then what holds whom.
func (st *Status) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "fleet %s: %s in %s\n", st.Fleet, count(len(st.Members), "member"), count(len(st.Components), "component"))
	for n, g := range st.Components {
		st.grid(&b, n+1, g)
	}
	for _, pair := range st.Pairs {
		b.WriteString("\n" + wrap("FAILS NOW: "+pair, "  "))
	}
	return b.String()
}

func (st *Status) grid(b *strings.Builder, n int, g Group) {
	what := "no rotation under way"
	if g.Kind != "" {
		what = strings.TrimSpace(g.Kind + " " + g.Strategy)
	}
	fmt.Fprintf(b, "\ncomponent %d (%s): %s\n", n, count(len(g.Members), "member"), what)
	var legend []string
	for i, phase := range g.Phases {
		legend = append(legend, fmt.Sprintf("%d:%s", i+1, phase))
	}
	if len(legend) > 0 {
		b.WriteString(wrap(strings.Join(legend, " "), "  "))
	}
	fmt.Fprintf(b, "\n%-24s %-*s  %-15s %s\n", "MEMBER", marksWidth(len(g.Phases)), "PHASES", "NEXT", "WAITS FOR")
	var reasons []reason
	for _, r := range st.Members {
		if r.Component == n {
			b.WriteString(r.line(len(g.Phases)))
			reasons = gather(reasons, r)
		}
	}
	if len(reasons) > 0 {
		b.WriteString("\n")
	}
	for _, r := range reasons {
		b.WriteString(wrap(first(r.members, 3)+": "+r.text, "  "))
	}
}

// line is one member: what is behind it (#), where it is (@), what is ahead (.).
func (r Row) line(phases int) string {
	marks := make([]string, phases)
	for i := range marks {
		switch {
		case i+1 < r.Step:
			marks[i] = "#"
		case i+1 == r.Step:
			marks[i] = "@"
		default:
			marks[i] = "."
		}
	}
	next := r.Next
	if next == "" {
		next = "-"
	}
	text := fmt.Sprintf("%-24s %-*s  %-15s %s", cut(r.Name, 24), marksWidth(phases), strings.Join(marks, " "), cut(next, 15), r.waits())
	return strings.TrimRight(cut(text, columns), " ") + "\n"
}

// marksWidth is the width of the column of marks, below its title.
func marksWidth(phases int) int { return max(2*phases-1, len("PHASES")) }

// waits is what the member waits for, in a few words.
func (r Row) waits() string {
	switch {
	case r.Unread != "":
		return "unknown: no state"
	case r.Ready:
		return "ready"
	case len(r.Own) > 0 && len(r.needs) > 0:
		return strings.ToLower(string(r.needs[0]))
	case len(r.Own) > 0 && r.Next == "":
		return "has not started"
	case len(r.HeldBy) > 0:
		return fmt.Sprintf("%s: %s", r.HeldBy[0].Rule, first(r.HeldBy[0].Members, 2))
	case len(r.Own) > 0:
		return "itself, see below"
	}
	return "-"
}

// reason is a text, and the members that it is of.
type reason struct {
	text    string
	members []string
}

func gather(reasons []reason, r Row) []reason {
	texts := slices.Clone(r.Own)
	if r.Unread != "" {
		texts = []string{"the state is unknown: " + r.Unread}
	} else {
		for _, h := range r.HeldBy {
			texts = append(texts, "held back: "+h.Text)
		}
	}
	for _, text := range texts {
		text = strings.ReplaceAll(text, fmt.Sprintf("cluster %q", r.Name), "its cluster") // the same for many members
		i := slices.IndexFunc(reasons, func(o reason) bool { return o.text == text })
		if i < 0 {
			i, reasons = len(reasons), append(reasons, reason{text: text})
		}
		reasons[i].members = append(reasons[i].members, r.Name)
	}
	return reasons
}

func first(names []string, few int) string {
	if len(names) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// cut shortens a text to some columns.
func cut(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	return string(runes[:width-1]) + "…"
}

// wrap breaks a text between words, and a word that is longer than a line.
func wrap(text, indent string) string {
	p := screen.New(screen.View{Width: columns})
	p.Line(indent, screen.Say(text))
	return p.String()
}
