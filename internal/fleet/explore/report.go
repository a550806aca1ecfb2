package explore

import (
	"fmt"
	"strings"
)

// Results are what searches have found, one after the other.
type Results []Result

// Data is for JSON and YAML.
func (r Results) Data() any { return []Result(r) }

// verdict is what a search has found, in a few words.
func (r Result) verdict() string {
	switch {
	case !r.Safe:
		return fmt.Sprintf("VIOLATED after %d events", len(r.Counterexample)-1)
	case r.Whole:
		return "safe in every state"
	}
	return "safe as far as it was explored"
}

// title is what was explored.
func (r Result) title() string {
	if r.Without != "" {
		return "without a rule: " + r.Without
	}
	if r.Stale {
		return r.Name + ", old observations"
	}
	return r.Name
}

// rows are a line for each search.
func (r Results) rows() [][]string {
	rows := [][]string{{"fleet", "members", "proxies", "replicas", "states", "transitions", "depth", "seconds", "verdict"}}
	for _, x := range r {
		seconds := "-"
		if x.Seconds > 0 {
			seconds = fmt.Sprintf("%.1f", x.Seconds)
		}
		rows = append(rows, []string{x.title(), fmt.Sprint(x.Members), fmt.Sprint(x.Proxies), fmt.Sprint(x.Replicas),
			fmt.Sprint(x.States), fmt.Sprint(x.Transitions), fmt.Sprint(x.Depth), seconds, x.verdict()})
	}
	return rows
}

// Text is a paragraph for each search, and the counter-examples.
func (r Results) Text() string {
	var b strings.Builder
	for _, x := range r {
		fmt.Fprintf(&b, "%s: %s\n", x.title(), x.verdict())
		fmt.Fprintf(&b, "  %d members of %d proxies and %d replicas: %d distinct states, %d transitions, depth %d", x.Members, x.Proxies, x.Replicas, x.States, x.Transitions, x.Depth)
		if x.Seconds > 0 {
			fmt.Fprintf(&b, ", %.1f s", x.Seconds)
		}
		b.WriteString("\n")
		for _, line := range x.Counterexample {
			b.WriteString("    " + line + "\n")
		}
	}
	return b.String()
}

// Markdown is a table, and the counter-examples.
func (r Results) Markdown() string {
	var b strings.Builder
	for i, row := range r.rows() {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
		}
	}
	return b.String() + r.counterexamples()
}

// counterexamples are those of searches that found one.
func (r Results) counterexamples() string {
	var b strings.Builder
	for _, x := range r {
		if len(x.Counterexample) > 0 {
			fmt.Fprintf(&b, "\n**%s**\n\n%s\n", x.title(), strings.Join(x.Counterexample, "\n"))
		}
	}
	return b.String()
}
