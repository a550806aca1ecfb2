package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Page adds where the rotation is, what is wrong and what to do next; then the
// moves, the certificates, and what a person delivers.
func (r Status) Page(p *screen.Page) {
	p.Line("", screen.Bold.Say(r.head()))
	p.Line("at:    ", screen.Say(r.At.Format(time.RFC3339)))
	r.wrong(p)
	r.todo(p)
	p.Blank()
	for _, m := range r.Next {
		r.move(p, m)
	}
	p.Blank()
	if p.View().Verbose {
		certificateDetails(p, r.Certificates)
		p.Blank()
		p.Raw(Timeline(r.Status).Text(p.View().Columns(), false))
	} else {
		certificateTable(p, r.Certificates, r.At)
	}
	p.Blank()
	r.remarks(p)
}

func (r Status) wrong(p *screen.Page) {
	if len(r.Alarms) == 0 {
		p.Line("wrong: ", screen.Good.Say("nothing"))
	}
	for _, alarm := range together(r.Alarms) {
		p.Line("wrong: ", screen.Bad.Say(alarm))
	}
}

// together makes one line of certificates that have ended alike.
func together(alarms []string) (lines []string) {
	const use = " is in use"
	names := map[string][]string{}
	for _, alarm := range alarms {
		ago, name, _ := strings.Cut(alarm, ": ")
		if bare, ends := strings.CutSuffix(name, use); ends && strings.HasPrefix(ago, "expired ") {
			if names[ago] = append(names[ago], bare); len(names[ago]) == 1 {
				lines = append(lines, ago)
			}
			continue
		}
		lines = append(lines, alarm)
	}
	for i, line := range lines {
		switch list := names[line]; len(list) {
		case 0:
		case 1:
			lines[i] = line + ": " + list[0] + use
		default:
			lines[i] = line + " and in use: " + strings.Join(list, ", ")
		}
	}
	return lines
}

// todo is one command, why, and when a wait ends.
func (r Status) todo(p *screen.Page) {
	t := r.Todo
	if t.Command == "" {
		return
	}
	if t.NotBefore.After(r.At) {
		p.Line("next:  ", screen.Say(fmt.Sprintf("nothing before %s (%s); then", t.NotBefore.Format(time.RFC3339), in(t.NotBefore.Sub(r.At)))))
		p.Line("       ", screen.Command(t.Command))
	} else {
		p.Line("next:  ", screen.Command(t.Command))
	}
	if t.Why != "" {
		p.Line("       ", screen.Say(t.Why))
	}
	switch {
	case !t.Ends.IsZero():
		p.Line("wait:  ", screen.Say(fmt.Sprintf("ends at %s (%s): %s", t.Ends.UTC().Format(time.RFC3339), in(t.Ends.Sub(r.At)), t.Wait)))
	case t.Wait != "":
		p.Line("wait:  ", screen.Say("ends "+t.Wait))
	}
}

// in says how far away an instant is.
func in(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d <= 0:
		return "now"
	case d < 2*time.Hour:
		return "in " + problem.Counted(int(d/time.Minute)+1, "minute")
	case d < 2*day:
		return fmt.Sprintf("in %d hours", int(d/time.Hour))
	}
	return fmt.Sprintf("in %d days", int(d/day))
}

// move adds whether a move may be made, and one line per cause that it may not.
func (r Status) move(p *screen.Page, m rotation.NextMove) {
	style := screen.Warn
	if m.Allowed {
		style = screen.Good
	}
	p.Line("", style.Say(nextLine(m)))
	if p.View().Verbose {
		for _, n := range m.Needs {
			p.Line("  ", screen.Say(NeedLine(n)))
		}
		for _, problem := range m.Problems {
			p.Line("  refused: ", screen.Say(problem.Text))
		}
		return
	}
	for _, n := range m.Needs {
		if n.Met {
			p.Line("  ", screen.Good.Say(string(n.Need)+": met"))
		}
	}
	for _, n := range nextstep.Unmet(m) {
		p.Line("  ", screen.Bold.Say(string(n.Need)+":"), screen.Say(" waiting for "+nextstep.Waiting(n)))
	}
	for _, line := range causes(m, namesOf(r.Certificates)) {
		p.Line("  ", screen.Say(line))
	}
}

// causes are why a move is refused, beyond its needs: one line per pair that would
// fail. Where an unmet need keeps the gate shut, the pairs follow from it.
func causes(m rotation.NextMove, n names) (lines []string) {
	if len(nextstep.Unmet(m)) == 0 {
		lines = n.reasonLines(m.Verdict.Reasons)
	}
	for _, p := range m.Problems { // of the pairs that fail already the alarms speak
		if !slices.Contains(ofGate, p.Code) {
			lines = append(lines, p.Text)
		}
	}
	return lines
}

// ofGate are the codes of what needs and verdict say already.
var ofGate = []problem.Code{problem.RotationUnmet.Code, problem.RotationUnknown.Code, problem.RotationG1.Code, problem.RotationG2.Code,
	problem.RotationG3.Code, problem.RotationStanding.Code}

// remarks are what a person delivers, notes, and what ends soon.
func (r Status) remarks(p *screen.Page) {
	for _, line := range delivery.Lines(r.Delivery) {
		p.Line("delivery: ", screen.Warn.Say(line))
	}
	if notes := delivery.Notes(r.Delivery); p.View().Verbose {
		for _, line := range notes {
			p.Line("delivery: ", screen.Say(line))
		}
	} else if len(notes) > 0 {
		p.Line("delivery: ", screen.Say("in some setups you apply Secrets by hand (--verbose says in which)"))
	}
	for _, note := range r.Notes {
		p.Line("note: ", screen.Say(note))
	}
	if len(r.UncheckedOutputs) > 0 {
		p.Line("note: ", screen.Say("not compared with the state here, `sync --check` does: "+strings.Join(r.UncheckedOutputs, ", ")))
	}
	for _, x := range r.Ending {
		if !x.Expired { // an alarm already
			p.Line("", screen.Warn.Say(fmt.Sprintf("ends within %s: %s %q at %s", state.Duration(r.Within), x.Kind, x.Name,
				x.NotAfter.Format(time.RFC3339))))
		}
	}
}
