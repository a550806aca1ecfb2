package proposal

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
)

// publishAll pushes the branch of every repository and opens its pull request, the
// fleet's last: where it is open all others are.
func (c *fleetCall) publishAll(r plan.Report, f *checkout.Fleet, dry *checkout.Result, was string) (plan.Report, error) {
	pins, err := c.pinnedBy(f, r.Commit)
	if err != nil {
		return r, err
	}
	for _, name := range slices.Sorted(maps.Keys(pins)) {
		o, err := c.other(name)
		if err != nil {
			return r, err
		}
		moved := movedIn(f, dry.Moved, name)
		if len(moved) == 0 {
			continue
		}
		part, err := o.publishFleet(plan.Report{Branch: r.Branch, Commit: pins[name]}, fleetTitle(f.File, dry, moved),
			otherText(f.File, dry, moved, c.home(), r.Branch), o.Branches.Heads[r.Branch])
		if err != nil {
			return r, o.Told(err)
		}
		r.Parts = append(r.Parts, plan.Part{Repository: name, Branch: r.Branch, Commit: part.Commit, Number: part.Number, URL: part.URL})
	}
	return c.publishFleet(r, fleetTitle(f.File, dry, dry.Moved), fleetText(f.File, dry, partsText(r.Parts), r.Branch), was)
}

// home is the address of the fleet's repository, for people.
func (c *fleetCall) home() string {
	if url, err := c.Repo.URL(c.Remote); err == nil {
		return address.Redact(url)
	}
	return "the fleet's repository"
}

// partsText lists the pull requests in other repositories.
func partsText(parts []plan.Part) string {
	if len(parts) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n**Merge this pull request first.** It pins what the others bring, so that every member is judged with them; their checks pass after that.\n\n")
	for _, p := range parts {
		link := p.URL
		if link == "" {
			link = "commit " + p.Commit
		}
		fmt.Fprintf(&b, "- %s: %s\n", p.Repository, link)
	}
	return b.String()
}

// publishFleet pushes a commit to its branch, and opens or updates the pull request.
func (c *call) publishFleet(r plan.Report, title, body, was string) (plan.Report, error) {
	if c.q.CommitOnly {
		local, err := c.Repo.Look(base.Here)
		if err == nil && local.Heads[r.Branch] != r.Commit {
			err = c.Repo.PutBranch(r.Branch, r.Commit, local.Heads[r.Branch])
		}
		r.Operation = plan.OpCommitted
		return r, base.GitProblem(err)
	}
	if was != r.Commit {
		if err := c.push(r.Branch, r.Commit, was); err != nil {
			return r, err
		}
		r.Pushed = true
	}
	if c.forge == nil {
		if err := c.reach(); err != nil {
			return r, err
		}
	}
	open, err := c.forge.List(c.ctx, forge.Query{Base: c.Branch, Head: r.Branch, State: "open"})
	if err != nil {
		return r, err
	}
	body = c.cut(body)
	if len(open) > 0 {
		r.Number, r.URL = open[0].Number, open[0].URL
		if open[0].Title != title || strings.TrimSpace(open[0].Body) != strings.TrimSpace(body) {
			_, err = c.forge.Update(c.ctx, r.Number, forge.Change{Title: &title, Body: &body})
		}
		return r, err
	}
	p, err := c.forge.Open(c.ctx, forge.New{Title: title, Body: body, Head: r.Branch, Base: c.Branch, Draft: c.q.Draft, Labels: c.q.Labels})
	r.Number, r.URL = p.Number, p.URL
	return r, err
}

// cut keeps whole lines of a body that is too long for the forge: the members that move
// come first.
func (c *call) cut(body string) string {
	if limit := forge.LimitsOf(c.flavour).Body; limit > 0 && len(body) > limit {
		return body[:strings.LastIndex(body[:limit], "\n")+1]
	}
	return body
}
