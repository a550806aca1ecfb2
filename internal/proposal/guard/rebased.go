package guard

import (
	"errors"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// followRebase finds the commit that a rebase of the change would end with. It is "" where
// a rebase stops, and then nothing lands.
func (g *judgement) followRebase() (err error) {
	g.rebased, err = g.Repo.Rebase(g.Tip, g.head)
	var conflict *repo.Conflict
	switch {
	case errors.As(err, &conflict):
		return nil
	case errors.Is(err, repo.ErrLong):
		g.r.fail(problem.PRGuardIntermediate.With(err))
		return nil
	}
	return base.GitProblem(err)
}

// judgeIntermediate: no commit of the change has a version of an owned path that
// neither the base nor the merge has. A rebase could end with it. Where a rebase applies
// commits again, their order is the forge's, and no commit may take back what the merge
// has. A single commit is rebased to what the merge gives.
func (g *judgement) judgeIntermediate(owned map[string]bool) {
	g.around = owned
	own := slices.DeleteFunc(slices.Clone(g.commits), func(commit string) bool { return commit == g.merged && g.merged != g.head })
	if len(own) < 2 {
		return
	}
	for _, c := range g.changes {
		is := repo.Entry{Mode: c.Mode, Object: c.Object}
		if c.Object == "" {
			is = repo.Entry{}
		}
		stays := is == g.after.At(c.Name) || is == g.before.At(c.Name) && g.rebased == g.head
		if !stays && g.concerns(c.Name) {
			g.failRebase(sink.Name(c.Name), "commit "+short(c.Commit)+" changes it to what neither the base nor the merge has")
		}
	}
}

// concerns reports whether a path is of the rotation, or has attributes of one that is.
func (g *judgement) concerns(name string) bool {
	return g.around[name] || slices.Contains(g.r.owned, name) || isAttributes(name) && aboveAny(name, g.around)
}

// failRebase notes what a rebase could land in a file, once for each.
func (g *judgement) failRebase(name, what string) {
	same := func(p *problem.Problem) bool { return p.Code == problem.PRGuardIntermediate.Code && p.File == name }
	if !slices.ContainsFunc(g.r.findings, same) {
		g.r.fail(problem.PRGuardIntermediate.With(what).In(name))
	}
}

// judgeRebased judges what a rebase would land, where that is not what the merge gives: its
// commits are judged as those of a branch. The files of the rotation are those of the
// merge, for these the reviewer is told about.
func (g *judgement) judgeRebased() error {
	if g.rebased == "" || g.rebased == g.head {
		return nil
	}
	lands, err := g.Repo.Tree(g.rebased)
	if err != nil {
		g.failRebase("", err.Error())
		return nil
	}
	differs := g.after.Differs(lands)
	if len(differs) == 0 {
		return nil
	}
	for _, name := range differs {
		if g.concerns(name) {
			g.failRebase(sink.Name(name), "a rebase, which leaves out merge commits, ends with another version of it")
		}
	}
	b := *g.Base
	b.State, b.Text, b.Now = g.r.state, nil, nil
	rebased := newJudgement(&b, g.q, g.rebased)
	rebased.merged = g.rebased
	if err := rebased.judge(); err != nil {
		return rebased.Told(err)
	}
	for _, p := range rebased.r.findings {
		same := func(o *problem.Problem) bool { return o.Code == p.Code && o.File == p.File && o.Text == p.Text }
		switch {
		case slices.ContainsFunc(g.r.findings, same):
		case p.Code == problem.PRGuardIntermediate.Code:
			g.failRebase(p.File, "a commit that is rebased ends with another version of it")
		default:
			g.failRebase(p.File, "rebased, it fails with "+string(p.Code)+": "+p.Text)
		}
	}
	return nil
}
