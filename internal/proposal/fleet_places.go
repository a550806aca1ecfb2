package proposal

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// place is a repository of a fleet: its own, or one that has members.
type place struct {
	*call
	fleet *fleetCall
	file  *fleet.File // as the base has it
	name  string      // "" is the fleet's own
	// open are the open pull requests of the fleet here; listed: they were asked for.
	open   []forge.Pull
	listed bool
	heads  map[string]*plan.Head // by branch
	warned bool                  // a text was made to say that it is of another commit, or not any more
	// moved are the members of this change; seen is what is on its branch.
	moved []fleet.Outcome
	seen  plan.Snapshot
}

// placeOf is the place of a repository.
func (c *fleetCall) placeOf(f *checkout.Fleet, name string) (*place, error) {
	if p := c.known[name]; p != nil {
		return p, nil
	}
	p := c.call
	if name != "" {
		var err error
		if p, err = c.other(name); err != nil {
			return nil, err
		}
	}
	c.known[name] = &place{call: p, fleet: c, file: f.File, name: name, heads: map[string]*plan.Head{}}
	return c.known[name], nil
}

// watch has all open pull requests of the fleet whose branches are not of this clone say
// whether their texts are of other commits, whatever becomes of this call.
func (c *fleetCall) watch(f *checkout.Fleet) error {
	for _, name := range append([]string{""}, repositoriesIn(f)...) {
		p, err := c.placeOf(f, name)
		if err != nil {
			continue // it is not cloned: nothing is moved there
		}
		begins := func(branch string) bool { return strings.HasPrefix(branch, text.FleetPrefix(f.File.Metadata.Name)) }
		if name != "" && !slices.ContainsFunc(slices.Collect(maps.Keys(p.Branches.Heads)), begins) {
			continue
		}
		if err = p.watch(); err != nil && name == "" {
			return err
		} else if err != nil {
			sink.Note(c.Notes, "the pull requests of repository %s were not looked at: %s", sink.Name(name), problem.Of(err)[0].Text)
		}
	}
	return nil
}

func (p *place) watch() error {
	if err := p.list(); err != nil {
		return err
	}
	for _, pull := range p.open {
		h, err := p.headOn(pull.Head)
		if err != nil {
			return err
		}
		if h == nil || h.Proof != "" || p.q.Wish.Anew && h.Foreign == "" {
			continue // its text is written anew
		}
		s := plan.Snapshot{Due: []forge.Pull{pull}, Head: h}
		if why := s.Misleading(); why != "" {
			p.fleet.misled = append(p.fleet.misled, p.where()+why)
		}
		warned, err := p.warn(s)
		if err != nil {
			return err
		}
		p.warned = p.warned || warned
	}
	return nil
}

func (p *place) where() string {
	if p.name == "" {
		return ""
	}
	return "in repository " + p.name + ", "
}

// list asks for the open pull requests of the fleet.
func (p *place) list() (err error) {
	if p.listed {
		return nil
	}
	if p.forge == nil {
		err = p.reach()
	}
	if err == nil {
		p.open, err = p.call.open(text.FleetPrefix(p.file.Metadata.Name))
	}
	p.listed = err == nil
	return err
}

// headOn is the head of a branch, nil where there is none.
func (p *place) headOn(branch string) (h *plan.Head, err error) {
	commit := p.Branches.Heads[branch]
	if commit == "" || p.heads[branch] != nil {
		return p.heads[branch], nil
	}
	if h, err = p.inspect(branch, commit); err == nil {
		p.heads[branch] = h
	}
	return h, err
}

// places are those that have a part of a change, the fleet's own last, with what is on
// their branches.
func (c *fleetCall) places(f *checkout.Fleet, moved []fleet.Outcome, branch string) (all []*place, err error) {
	for _, name := range append(repositoriesOf(f, moved), "") {
		p, err := c.placeOf(f, name)
		if err != nil {
			return nil, err
		}
		if p.moved = moved; name != "" {
			p.moved = movedIn(f, moved, name)
		}
		if err := p.look(branch); err != nil {
			return nil, p.Told(err)
		}
		all = append(all, p)
	}
	return all, nil
}

// look finds the open pull request of a branch and its head. In the fleet's own repository
// no other one may be open.
func (p *place) look(branch string) (err error) {
	p.seen = plan.Snapshot{Base: p.Branch, Tip: p.Tip, Instant: p.Instant}
	if p.q.CommitOnly {
		local, err := p.Repo.Look(base.Here)
		if err != nil {
			return base.GitProblem(err)
		}
		if head := local.Heads[branch]; head != "" {
			p.Branches.Heads[branch] = head
		}
	} else if err := p.list(); err != nil {
		return err
	}
	for _, pull := range p.open {
		if pull.Head == branch {
			p.seen.Due = append(p.seen.Due, pull)
		} else if p.name == "" {
			return problem.PRFleetOpen.With(pull.Number, pull.Head)
		}
	}
	if len(p.seen.Due) > 1 {
		return p.seen.TwoOpen()
	}
	p.seen.Head, err = p.headOn(branch)
	return err
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
			h.Fits = p.fits(d)
		}
	}
	if len(d.Parents) == 1 {
		h.Parent = d.Parents[0]
	}
	return h, base.GitProblem(err)
}

// digest is that of the files that the text is about, as a commit has them: the states of
// the members here, and the fleet file, which says who they are.
func (p *place) digest(commit string) (string, error) {
	file, names := p.file, []string{}
	if p.name == "" {
		names = append(names, p.State)
		if own, err := p.fleet.fleetAt(commit); err == nil && len(own.Spec.Members) < len(file.Spec.Members)+maxJoined {
			file = own
		}
	}
	for _, m := range file.Spec.Members {
		if name := p.fleet.nameOf(m); m.Repository == p.name && filepath.IsLocal(filepath.FromSlash(name)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var all []byte
	for _, name := range names {
		file, there, err := p.stateFile(commit, name)
		if err != nil {
			return "", err
		}
		if there {
			all = append(all, text.Digest(file)+" "+name+"\n"...)
		}
	}
	return text.Digest(all), nil
}

// maxJoined is how many members a commit may add: it may be anybody's.
const maxJoined = 1000

// steps are the states of the members that move here, before and after a commit.
func (p *place) steps(f *checkout.Fleet, commit string) (all []text.Step, err error) {
	for _, o := range movedIn(f, p.moved, p.name) {
		m := f.Clusters[o.Member].Member
		m.Commit = commit
		next, err := p.fleet.stateOf(commit, m)
		if err != nil {
			return nil, err
		}
		all = append(all, text.Step{Before: f.Clusters[o.Member].Now, After: next})
	}
	return all, nil
}

// ignored lists the flags that no member of a held change follows, see [call.ignoredBy];
// answers is false where it is another change altogether.
func (c *fleetCall) ignored(f *checkout.Fleet, all []*place, commits map[string]string,
	branch string) (flags []string, answers bool, err error) {
	assumed := map[string]int{} // codes that a member has no record of
	members := 0
	for _, p := range all {
		steps, err := p.steps(f, commits[p.name])
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
