package report

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Explorations are what was found, one order after the other.
type Explorations []rotation.Exploration

// Data is what -o json prints.
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
		rows = append(rows, []string{x.Order, fmt.Sprint(x.Clusters), fmt.Sprint(x.Proxies), fmt.Sprint(x.Replicas), fmt.Sprint(x.States),
			verdictOfOrder(x)})
	}
	return rows
}

// Text is the page of a view without color.
func (r Explorations) Text() string { return paged(r, screen.View{}) }

// Page adds a row per order, and what goes wrong in those that are not safe.
func (r Explorations) Page(p *screen.Page) {
	titles := r.rows()[0]
	columns := []screen.Column{{Title: titles[0], Shrink: 30}, {Title: titles[1], Optional: 1}, {Title: titles[2], Optional: 2},
		{Title: titles[3], Optional: 3}, {Title: titles[4], Optional: 4}, {Title: titles[5]}}
	p.Table(columns, says(r.rows()[1:])...)
	for _, x := range r {
		if len(x.Counterexample) == 0 {
			continue
		}
		p.Blank()
		p.Line("", screen.Say(x.Order+":"))
		for _, line := range x.Counterexample {
			p.Line("  ", screen.Say(line))
		}
	}
}

// Markdown is the same for a pull request.
func (r Explorations) Markdown() string {
	var b strings.Builder
	b.WriteString(MarkdownTable(MarkdownRows(r.rows())))
	for _, x := range r {
		if len(x.Counterexample) > 0 {
			fmt.Fprintf(&b, "\n**%s**\n\n    %s\n", x.Order, strings.Join(x.Counterexample, "\n    "))
		}
	}
	return b.String()
}
