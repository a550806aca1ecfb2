package report

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Brief is why a move is refused, for people: one problem for each cause, in the words of
// `status`, with those who hold it. What each verifier says of a pair is left to -o json.
// Problems of other kinds are as they are.
func Brief(problems problem.List) (brief problem.List) {
	problems = once(problems)
	unmet := unmetNeeds(problems)
	pairs := map[string]*pair{}
	for _, p := range problems {
		switch cause := p.Cause.(type) { //nolint:errorlint // what a cause wraps is another one
		case *rotation.NeedResult:
			brief = append(brief, reworded(p, "waiting for "+nextstep.Waiting(*cause)))
		case *rotation.Reason:
			if slices.Contains(unmet, impliedBy[cause.Rule]) {
				continue
			}
			key := string(cause.Rule) + strings.Join(cause.Bundle, " ") + "/" + strings.Join(cause.Chain, " ")
			if pairs[key] == nil || cause.Verifier == "" {
				pairs[key] = &pair{Problem: reworded(p, ""), reason: cause}
				brief = append(brief, pairs[key].Problem)
			}
			pairs[key].seenAt(cause.Where)
		default:
			brief = append(brief, p)
		}
	}
	return brief
}

// once leaves out problems that are said already: one cause may refuse several keys.
func once(problems problem.List) (list problem.List) {
	said := map[string]bool{}
	for _, p := range problems {
		line := p.Error() + "\n" + strings.Join(p.Hints, "\n")
		if p.Cause != nil || !said[line] { // pairs of the gate may differ in their causes
			list = append(list, p)
		}
		said[line] = true
	}
	return list
}

// impliedBy names the need from which the failing pairs of a rule follow.
var impliedBy = map[rotation.Rule]rotation.Need{rotation.G1: rotation.BundleLoaded, rotation.G2: rotation.LeavesRenewed}

func unmetNeeds(problems problem.List) (unmet []rotation.Need) {
	for _, p := range problems {
		if n, ok := p.Cause.(*rotation.NeedResult); ok { //nolint:errorlint // see Brief
			unmet = append(unmet, n.Need)
		}
	}
	return unmet
}

func reworded(p *problem.Problem, text string) *problem.Problem {
	q := *p
	q.Text = text
	return &q
}

// pair is a bundle that does not verify a chain, by whatever verifier.
type pair struct {
	*problem.Problem
	reason *rotation.Reason
	where  []string
}

// seenAt adds who holds the bundle or serves the chain, and says it.
func (p *pair) seenAt(where []string) {
	for _, who := range where {
		if !slices.Contains(p.where, who) {
			p.where = append(p.where, who)
		}
	}
	p.Text = strings.TrimSuffix(p.reason.Text, " ("+p.reason.Verifier+")")
	if p.reason.Dated || p.reason.Rule == rotation.G3 { // dates, or the certificates themselves, are the cause
		p.Text += ": " + p.reason.Cause
	}
	if len(p.where) == 0 {
		return
	}
	holds := map[rotation.Rule]string{rotation.G1: "; the bundle is held by ", rotation.G2: "; the chain is served by "}
	p.Text += holds[p.reason.Rule] + strings.Join(p.where, ", ")
}
