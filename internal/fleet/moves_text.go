package fleet

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Moves is what became of a wish.
type Moves struct {
	Scene           *Scene
	Outcomes, Moved []Outcome
	DryRun          bool
}

// move is one of them, as data.
type move struct {
	Member string   `json:"member"`
	From   string   `json:"from,omitempty"`
	To     string   `json:"to,omitempty"`
	Epoch  int64    `json:"epoch,omitempty"`
	Moved  bool     `json:"moved"`
	Why    []string `json:"why,omitempty"`
}

func (m Moves) list() (all []move) {
	moved := map[int]bool{}
	for _, o := range m.Moved {
		moved[o.Member] = true
	}
	for _, o := range m.Outcomes {
		row := move{Member: m.Scene.Clusters[o.Member].Name, Moved: moved[o.Member]}
		if o.Move != nil {
			row.From, row.To, row.Epoch = o.Move.From, o.Move.To, o.Move.State.Status.Epoch
		}
		for _, p := range o.Own {
			row.Why = append(row.Why, p.Error())
		}
		for _, h := range o.Holds {
			row.Why = append(row.Why, "held back: "+m.Scene.Words(h))
		}
		all = append(all, row)
	}
	return all
}

// Data is for JSON and YAML.
func (m Moves) Data() any {
	return struct {
		DryRun bool   `json:"dryRun,omitempty"`
		Moves  []move `json:"moves"`
	}{m.DryRun, m.list()}
}

// Text is a line for each member that moved, and the reasons of the others.
func (m Moves) Text() string {
	var b strings.Builder
	verb := "moved"
	if m.DryRun {
		verb = "would move"
	}
	var reasons []reason
	for _, row := range m.list() {
		if row.Moved {
			fmt.Fprintf(&b, "%s %s: %s -> %s (epoch %d)\n", verb, row.Member, row.From, row.To, row.Epoch)
			continue
		}
		if len(row.Why) == 0 {
			row.Why = []string{"ready, and over the limit of this command"}
		}
		reasons = gather(reasons, Row{Name: row.Member, Own: row.Why})
	}
	for _, r := range reasons {
		b.WriteString(wrap(first(r.members, 3)+" stays: "+r.text, ""))
	}
	return b.String()
}

// Markdown is the text as a code block.
func (m Moves) Markdown() string { return sink.Block("", m.Text()) }

// Findings is what lint found.
type Findings struct {
	Fleet   string
	Members int
	Found   problem.List
}

// Data is for JSON and YAML.
func (f Findings) Data() any {
	type finding struct {
		Code string `json:"code"`
		File string `json:"file,omitempty"`
		Path string `json:"path,omitempty"`
		Text string `json:"text"`
		Hint string `json:"hint,omitempty"`
	}
	list := []finding{}
	for _, p := range f.Found {
		list = append(list, finding{string(p.Code), p.File, p.Path, p.Text, strings.Join(p.Hints, "; ")})
	}
	return struct {
		Fleet    string    `json:"fleet"`
		Members  int       `json:"members"`
		Findings []finding `json:"findings"`
	}{f.Fleet, f.Members, list}
}

// Text is a line for each finding, and what to do about it.
func (f Findings) Text() string {
	if len(f.Found) == 0 {
		return fmt.Sprintf("fleet %s: %s, nothing found\n", f.Fleet, count(f.Members, "member"))
	}
	var b strings.Builder
	for _, p := range f.Found {
		b.WriteString(wrap(p.Error()+" ["+string(p.Code)+"]", ""))
		for _, hint := range p.Hints {
			b.WriteString(wrap(hint, "  hint: "))
		}
	}
	return b.String()
}

// Markdown is the text as a code block.
func (f Findings) Markdown() string { return sink.Block("", f.Text()) }
