package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/report/document"
)

// ClonesUsage is the help of the flag --repositories.
const ClonesUsage = checkout.ClonesUsage

// ofFleet is the report on a fleet: a grid of members by phase, and what holds each.
func ofFleet(q Request) (document.Document, error) {
	at, err := q.Clock(q.At)
	if err != nil {
		return document.Document{}, err
	}
	on, err := checkout.Load(checkout.At{Path: q.Fleet, Clones: q.Clones}, *q.Brought)
	if err != nil {
		return document.Document{}, err
	}
	scene, err := fleet.Open(on.File, on.Clusters, on.Evidence, at.Truncate(time.Second))
	if err != nil {
		return document.Document{}, err
	}
	return fleetDocument(scene.Status()), nil
}

func fleetDocument(st *fleet.Status) document.Document {
	d := document.Document{Title: "Linkerd PKI report: fleet " + st.Fleet}
	wrong := document.Callout{Look: document.Good, Title: "No pair of members fails now."}
	if len(st.Pairs) > 0 {
		wrong = document.Callout{Look: document.Bad, Title: "Pairs of members fail now. A person must act."}
	}
	for _, pair := range st.Pairs {
		wrong.Items = append(wrong.Items, document.Say("%s", pair))
	}
	d.Lead = []document.Block{document.Facts{
		{Name: "Reported at", Value: document.Say("%s", st.At)}, {Name: "Members", Value: document.Say("%d", len(st.Members))},
		{Name: "Components, which share trust", Value: document.Say("%d", len(st.Components))},
	}, wrong}
	for i, g := range st.Components {
		kind := "no rotation under way"
		if g.Kind != "" {
			kind = strings.TrimSpace(g.Kind + " " + g.Strategy)
		}
		d.Sections = append(d.Sections, document.Section{
			ID: fmt.Sprintf("component-%d", i+1), Title: fmt.Sprintf("Component %d: %s", i+1, kind), Blocks: grid(i+1, g, st.Members),
		})
	}
	return d
}

// grid is where each member of a component is, and what it waits for.
func grid(n int, g fleet.Group, members []fleet.Row) []document.Block {
	where := document.Table{Caption: fmt.Sprintf("Members of component %d by phase", n),
		Head: append(append([]string{"member"}, g.Phases...), "seen", "next")}
	holds := document.Table{Caption: fmt.Sprintf("What holds the members of component %d", n),
		Head: []string{"member", "by itself", "by its component"}, None: "Nothing holds any member."}
	if len(g.Phases) == 0 {
		where.Head = []string{"member", "phase", "seen", "next"}
	}
	for _, r := range members {
		if r.Component != n {
			continue
		}
		row := []document.Line{document.Say("%s", r.Name)}
		if len(g.Phases) == 0 {
			row = append(row, known(r.Phase))
		}
		for i := range g.Phases {
			row = append(row, cell(r, i+1))
		}
		where.Rows = append(where.Rows, append(row, known(r.Observed), next(r)))
		if why := r.Own; r.Unread != "" || len(why)+len(r.HeldBy) > 0 {
			if r.Unread != "" {
				why = append(why, "unknown: "+r.Unread)
			}
			var held []string
			for _, h := range r.HeldBy {
				held = append(held, h.Text)
			}
			holds.Rows = append(holds.Rows, []document.Line{document.Say("%s", r.Name), document.Say("%s", strings.Join(why, "; ")),
				document.Say("%s", strings.Join(held, "; "))})
		}
	}
	return []document.Block{where, holds}
}

// cell is where a member is, as seen from one phase.
func cell(r fleet.Row, step int) document.Line {
	switch {
	case r.Phase == "":
		return document.Warn.Say("unknown")
	case step < r.Step:
		return document.Good.Say("done")
	case step == r.Step:
		return document.Strong.Say("in force")
	}
	return document.Say("ahead")
}

func next(r fleet.Row) document.Line {
	switch {
	case r.Next == "":
		return document.Say("none")
	case r.Ready:
		return document.Good.Say("%s: ready", r.Next)
	}
	return document.Warn.Say("%s: held", r.Next)
}

func known(text string) document.Line {
	if text == "" {
		return document.Warn.Say("unknown")
	}
	return document.Say("%s", text)
}
