package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Explorations are what was found, one order after the other.
type Explorations []rotation.Exploration

// Data, Text and Markdown implement [Report].
func (r Explorations) Data() any { return []rotation.Exploration(r) }

func verdictOfOrder(x rotation.Exploration) string {
	switch {
	case x.Safe:
		return "safe"
	case !x.Whole:
		return "not decided: too many states"
	}
	return "VIOLATED"
}

func (r Explorations) rows() [][]string {
	rows := [][]string{{"order", "clusters", "proxies", "replicas", "states", "verdict"}}
	for _, x := range r {
		rows = append(rows, []string{x.Order, fmt.Sprint(x.Clusters), fmt.Sprint(x.Proxies), fmt.Sprint(x.Replicas), fmt.Sprint(x.States), verdictOfOrder(x)})
	}
	return rows
}

func (r Explorations) Text() string {
	var b strings.Builder
	b.WriteString(Table(r.rows()))
	for _, x := range r {
		if len(x.Counterexample) > 0 {
			fmt.Fprintf(&b, "\n%s:\n  %s\n", x.Order, strings.Join(x.Counterexample, "\n  "))
		}
	}
	return b.String()
}

func (r Explorations) Markdown() string {
	var b strings.Builder
	b.WriteString(MarkdownTable(r.rows()))
	for _, x := range r {
		if len(x.Counterexample) > 0 {
			fmt.Fprintf(&b, "\n**%s**\n\n    %s\n", x.Order, strings.Join(x.Counterexample, "\n    "))
		}
	}
	return b.String()
}
