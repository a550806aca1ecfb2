package cli

import (
	"fmt"
	"strings"
	"time"

	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// explore walks the rotation under way, if there is one, and the orders of the
// field over the textbook's material.
func explore(s *state.Rotation, size rotation.ExploreOptions, at time.Time) (exploreReport, error) {
	var r exploreReport
	if s.Status.Rotation != nil {
		model, order, err := rotation.ModelOf(s, at)
		if err != nil {
			return r, err
		}
		order.Name = "this rotation, gated: " + order.Name
		r = append(r, rotation.Explore(model, order, size))
	}
	for _, order := range rotation.Orders() {
		sized := size
		if order.PerCluster { // with one cluster there is nothing to look past
			sized.Clusters = max(sized.Clusters, 2)
		}
		r = append(r, rotation.Explore(rotation.Textbook(), order, sized))
	}
	return r, nil
}

// exploreReport is what was found, one order after the other.
type exploreReport []rotation.Exploration

func (r exploreReport) data() any { return []rotation.Exploration(r) }

func verdictOfOrder(x rotation.Exploration) string {
	switch {
	case x.Safe:
		return "safe"
	case !x.Whole:
		return "not decided: too many states"
	}
	return "VIOLATED"
}

func (r exploreReport) rows() [][]string {
	rows := [][]string{{"order", "clusters", "proxies", "replicas", "states", "verdict"}}
	for _, x := range r {
		rows = append(rows, []string{x.Order, fmt.Sprint(x.Clusters), fmt.Sprint(x.Proxies), fmt.Sprint(x.Replicas), fmt.Sprint(x.States), verdictOfOrder(x)})
	}
	return rows
}

func (r exploreReport) text() string {
	var b strings.Builder
	b.WriteString(results.Table(r.rows()))
	for _, x := range r {
		if len(x.Counterexample) > 0 {
			fmt.Fprintf(&b, "\n%s:\n  %s\n", x.Order, strings.Join(x.Counterexample, "\n  "))
		}
	}
	return b.String()
}

func (r exploreReport) markdown() string {
	var b strings.Builder
	b.WriteString(results.MarkdownTable(r.rows()))
	for _, x := range r {
		if len(x.Counterexample) > 0 {
			fmt.Fprintf(&b, "\n**%s**\n\n    %s\n", x.Order, strings.Join(x.Counterexample, "\n    "))
		}
	}
	return b.String()
}
