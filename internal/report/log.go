package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Log is a log for people and programs.
type Log []state.LogEntry

// Data, Text and Markdown implement [Report].
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

func (r Log) Text() string     { return Table(r.rows()) }
func (r Log) Markdown() string { return MarkdownTable(r.rows()) }
