package proposal

import (
	"path"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// place is a repository that has a part of a fleet's change: one with members that move,
// or the fleet's own.
type place struct {
	*call
	name  string // "" is the fleet's own
	moved []fleet.Outcome
	// about are the files that the text is about: the states of the members here, and the
	// fleet file.
	about []string
	seen  plan.Snapshot
}

// places are all of a change, the fleet's own last, and what is on their branches.
func (c *fleetCall) places(f *checkout.Fleet, moved []fleet.Outcome, branch string) (all []*place, err error) {
	own := &place{call: c.call, moved: moved, about: []string{c.State}}
	for _, name := range repositoriesOf(f, moved) {
		o, err := c.other(name)
		if err != nil {
			return nil, err
		}
		all = append(all, &place{call: o, name: name, moved: movedIn(f, moved, name)})
	}
	all = append(all, own)
	for _, p := range all {
		for _, m := range f.File.Spec.Members {
			if name := c.nameOf(m); m.Repository == p.name && filepath.IsLocal(filepath.FromSlash(name)) {
				p.about = append(p.about, name)
			}
		}
		slices.Sort(p.about)
		prefix := branch
		if p == own {
			prefix = text.FleetPrefix(f.File.Metadata.Name)
		}
		if err := p.look(branch, prefix); err != nil {
			return nil, p.Told(err)
		}
	}
	return all, nil
}

// nameOf is the name of a member's state in its repository.
func (c *fleetCall) nameOf(m fleet.Member) string {
	if m.Repository != "" {
		return fleet.Clean(m.State)
	}
	return path.Join(path.Dir(c.State), m.State)
}

// of is this call as one of a single state in its repository.
func (c *call) of(name string, now *state.Rotation) *call {
	one, on := *c, *c.Base
	one.Base, on.State, on.Now = &on, name, now
	return &one
}

// look finds the open pull request of a branch and its head; prefix is that of branches
// that only one may be open of.
func (p *place) look(branch, prefix string) error {
	p.seen = plan.Snapshot{Base: p.Branch, Tip: p.Tip, Instant: p.Instant}
	if p.q.CommitOnly {
		local, err := p.Repo.Look(base.Here)
		if err != nil {
			return base.GitProblem(err)
		}
		if head := local.Heads[branch]; head != "" {
			p.Branches.Heads[branch] = head
		}
	} else {
		if p.forge == nil {
			if err := p.reach(); err != nil {
				return err
			}
		}
		open, err := p.forge.List(p.ctx, forge.Query{Base: p.Branch, HeadPrefix: prefix, State: "open"})
		if err != nil {
			return err
		}
		for _, pull := range open {
			if pull.Head == branch {
				p.seen.Due = append(p.seen.Due, pull)
			} else if prefix != branch {
				return problem.PRFleetOpen.With(pull.Number, pull.Head)
			}
		}
	}
	var err error
	if head := p.Branches.Heads[branch]; head != "" {
		p.seen.Head, err = p.inspect(branch, head)
	}
	return err
}

// inspect reads the head of a branch, and whether it is as a call in this clone left it.
func (p *place) inspect(branch, commit string) (*plan.Head, error) {
	h, d, err := p.read(branch, commit)
	if err == nil {
		h.Digest, err = p.digest(commit)
	}
	recorded := false
	if err == nil {
		recorded, err = p.Repo.Recorded(branch, commit)
	}
	switch {
	case err != nil:
		return nil, base.GitProblem(err)
	case recorded:
		h.Proof = plan.RecordedHere
	default:
		h.Foreign, err = p.edited(branch, d.Trailers[text.TrailerFleet], d)
		if err == nil && h.Foreign == "" {
			h.Replaced, err = p.Repo.ReplacedBy(branch, commit)
		}
	}
	if len(d.Parents) == 1 {
		h.Parent = d.Parents[0]
	}
	return h, base.GitProblem(err)
}

// digest is that of the files that the text is about, as a commit has them.
func (p *place) digest(commit string) (string, error) {
	var all []byte
	for _, name := range p.about {
		file, regular, err := p.Repo.Regular(commit, name, statefile.MaxSize)
		if err != nil {
			return "", base.GitProblem(err)
		}
		if !regular {
			file, _, _ = p.Repo.File(commit, name) // an executable one; all else counts as none
		}
		all = append(all, text.Digest(file)+" "+name+"\n"...)
	}
	return text.Digest(all), nil
}

// steps are the states of the members that move here, before and after a commit.
func (p *place) steps(f *checkout.Fleet, c *fleetCall, commit string) (all []text.Step, err error) {
	for _, o := range movedIn(f, p.moved, p.name) {
		m := f.Clusters[o.Member].Member
		m.Commit = commit
		next, err := c.stateOf(commit, m)
		if err != nil {
			return nil, err
		}
		all = append(all, text.Step{Before: f.Clusters[o.Member].Now, After: next})
	}
	return all, nil
}

// ignored lists the flags that no member of a held change follows, see [call.ignoredBy];
// answers is false where it is another change altogether.
func (c *fleetCall) ignored(f *checkout.Fleet, all []*place, commits map[string]string, branch string) (flags []string, answers bool, err error) {
	assumed := map[string]int{} // codes that a member has no record of
	members := 0
	for _, p := range all {
		steps, err := p.steps(f, c, commits[p.name])
		if err != nil {
			return nil, false, err
		}
		for i, o := range movedIn(f, p.moved, p.name) {
			m, step := f.Clusters[o.Member].Member, steps[i]
			if !c.q.Wish.Answers(step.Before, step.After) {
				return nil, false, nil
			}
			one := p.of(c.nameOf(m), step.Before)
			one.StatePath = c.userPath(m)
			h := &plan.Head{Branch: branch, Commit: commits[p.name], Before: step.Before, Next: step.After}
			if !c.q.KeepEvidence {
				h.Carries, err = p.Repo.Changed(h.Commit+"^", h.Commit)
			}
			if err != nil {
				return nil, false, base.GitProblem(err)
			}
			more, err := one.ignoredBy(h)
			if err != nil {
				return nil, false, err
			}
			flags = append(flags, more...)
			for _, flag := range c.q.Wish.Unrecorded(h, func(plan.Wish) (*rotation.Move, error) { return o.Move, nil }) {
				assumed[flag]++
			}
			members++
		}
	}
	for flag, lack := range assumed { // a word counts where no log rules it out
		if lack == members || flag == "--accept-downtime" {
			flags = append(flags, flag)
		}
	}
	slices.Sort(flags)
	return slices.Compact(flags), true, nil
}
