package proposal

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// publishAll pushes the branch of every repository and opens its pull request or brings it
// up to date, the fleet's last: where it is open all others are. A change on an older base
// is not pushed anew; only its texts are put right.
func (c *fleetCall) publishAll(f *checkout.Fleet, dry *checkout.Result, places []*place, commits map[string]string,
	branch string) (r plan.Report, err error) {
	h := places[len(places)-1].seen.Head
	older := h != nil && h.Commit == commits[""] && h.Parent != c.Tip
	words := fleetWords{file: f.File, dry: dry, branch: branch, home: c.home()}
	changed := ""
	for _, p := range places {
		commit := commits[p.name]
		ch, err := p.written(words, commit)
		if err == nil {
			r, err = p.publish(ch, older)
		}
		if err != nil {
			r.Parts = words.parts
			return r, p.Told(err)
		}
		if p.name != "" {
			words.parts = append(words.parts, plan.Part{Repository: p.name, Branch: branch, Commit: commit, Number: r.Number, URL: r.URL})
			if r.Operation != plan.OpNone {
				changed = p.name
			}
		}
	}
	r.Parts = words.parts
	switch {
	case older:
		r.Warned = r.Operation != plan.OpNone || changed != ""
		r.Operation, r.Why = plan.OpLeft, "the base moved since this change was made: merge it as it is, or run with --anew, which makes it again"
	case r.Operation == plan.OpNone && changed != "":
		r.Operation, r.Why = plan.OpUpdated, "the part in repository "+changed+" was brought up to date"
	}
	return r, nil
}

// written is the part of a change here.
func (p *place) written(w fleetWords, commit string) (plan.Change, error) {
	d, err := p.Repo.Inspect(commit)
	if err != nil {
		return plan.Change{}, base.GitProblem(err)
	}
	said, err := p.told(d)
	if err != nil {
		return plan.Change{}, err
	}
	digest, err := p.digest(commit)
	if err != nil {
		return plan.Change{}, err
	}
	l, title := forge.LimitsOf(p.flavour), said.title
	body := w.text(l, p.moved, said.table, said.incoming)
	if p.name != "" {
		body = w.otherText(said.table, said.incoming)
	}
	if holdsSecret([]byte(body)) {
		return plan.Change{}, problem.SyncKey.With("the text of the pull request")
	}
	mark := text.Ending(l, "fleet "+w.file.Metadata.Name+" "+w.branch, digest, title, body, "")
	to := p.moved[0].Move
	return plan.Change{Branch: w.branch, Title: title, Body: sink.Cut(body, mark, l.Body), Phase: to.To, Epoch: to.State.Status.Epoch,
		Commit: commit}, nil
}

// publish pushes a part and opens its pull request or brings it up to date.
func (p *place) publish(ch plan.Change, older bool) (plan.Report, error) {
	r := plan.Report{Operation: plan.OpNone, Why: "the branch has the change already", Branch: ch.Branch, Commit: ch.Commit,
		Phase: ch.Phase, Epoch: ch.Epoch}
	if ch.Was = p.Branches.Heads[ch.Branch]; older {
		ch.Was = ch.Commit
	}
	switch {
	case p.q.CommitOnly:
		local, err := p.Repo.Look(base.Here)
		if was := local.Heads[ch.Branch]; err == nil && was != ch.Commit {
			r.Operation, r.Why = plan.OpCommitted, "the branch has the change; push it and open the pull request"
			err = p.Repo.PutBranch(ch.Branch, ch.Commit, was)
		}
		return r, base.GitProblem(err)
	case older && len(p.seen.Due) == 0:
		return r, nil
	}
	r, _, err := p.propose(p.seen, ch)
	return r, err
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
		link := "commit " + p.Commit
		switch {
		case strings.HasPrefix(p.URL, "https://"), strings.HasPrefix(p.URL, "http://"):
			link = "<" + p.URL + ">" // Markdown reads nothing in there
		case p.URL != "":
			link = sink.Code(p.URL)
		}
		fmt.Fprintf(&b, "- %s: %s\n", p.Repository, link)
	}
	return b.String()
}
