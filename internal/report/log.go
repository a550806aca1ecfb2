package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Log is a log for people and programs.
type Log []state.LogEntry

// Data is what -o json prints.
func (r Log) Data() any {
	if r == nil {
		return []state.LogEntry{}
	}
	return []state.LogEntry(r)
}

func (r Log) rows() [][]string {
	rows := [][]string{{"epoch", "phase", "at", "evidence", "move"}}
	for _, e := range r {
		rows = append(rows, []string{fmt.Sprint(e.Epoch), e.Phase, e.At, strings.TrimSpace(Short([]string{e.Evidence})), e.Sentence()})
	}
	return rows
}

// Text is the page of a view without color.
func (r Log) Text() string { return paged(r, screen.View{}) }

// Page adds a row per entry.
func (r Log) Page(p *screen.Page) {
	if len(r) == 0 {
		p.Line("", screen.Say("the log has no entries"))
		return
	}
	titles := r.rows()[0]
	columns := []screen.Column{{Title: titles[0]}, {Title: titles[1], Shrink: 15}, {Title: titles[2]}, {Title: titles[3], Optional: 1},
		{Title: titles[4], Wraps: true}}
	p.Table(columns, says(r.rows()[1:])...)
}

// says are rows of a table without style.
func says(rows [][]string) [][]screen.Text {
	list := make([][]screen.Text, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			list[i] = append(list[i], screen.Say(cell))
		}
	}
	return list
}

// Markdown is the same for a pull request.
func (r Log) Markdown() string { return MarkdownTable(MarkdownRows(r.rows())) }
