package proposal

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// open lists the open pull requests of the branches that begin with a prefix. Those that
// only bear such a name are noted, once, and left out.
func (c *call) open(prefix string) ([]forge.Pull, error) {
	q := forge.Query{Base: c.Branch, HeadPrefix: prefix, State: "open", Heads: map[string]string{}}
	for branch, commit := range c.Branches.Heads {
		if strings.HasPrefix(branch, prefix) {
			q.Heads[branch] = commit
		}
	}
	all, err := c.forge.List(c.ctx, q)
	own, notes := plan.Own(all, q.Heads)
	for _, note := range notes {
		if !slices.Contains(c.noted, note) {
			sink.Note(c.Notes, "%s", note)
			c.noted = append(c.noted, note)
		}
	}
	return own, err
}

// pulls lists the open ones: those of the next epoch, and the others.
func (c *call) pulls() (due, superseded []forge.Pull, err error) {
	all, err := c.open(text.Prefix(c.Now))
	for _, p := range all {
		epoch, ours := text.EpochIn(c.Now, p.Head)
		switch {
		case !ours:
		case epoch == c.Now.Status.Epoch+1:
			due = append(due, p)
		default:
			superseded = append(superseded, p)
		}
	}
	return due, superseded, err
}

// followed refuses a pull request that has not come to the commit which its branch has
// now: what is written there would be read with another one.
func (c *call) followed(number int, branch, commit string) error {
	pulls, err := c.open(branch)
	shown := func(p forge.Pull) bool { return p.Number == number && p.Head == branch && p.HeadSHA == commit }
	if err == nil && !slices.ContainsFunc(pulls, shown) {
		err = problem.PRBehind.With(number, branch, commit[:12])
	}
	return err
}

// first is the open pull request of the next epoch with the lowest number, if it is from a
// branch that the remote has now: it may have been pushed since this call looked.
func (c *call) first() (first forge.Pull, found bool, err error) {
	if c.Branches, err = c.Repo.Look(c.Remote); err != nil {
		return first, false, base.GitProblem(err)
	}
	due, _, err := c.pulls()
	for _, p := range due {
		if c.Branches.Heads[p.Head] != "" {
			return p, true, err
		}
	}
	return first, false, err
}
