package proposal

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// fleetCall is one call for all members of a fleet.
type fleetCall struct {
	*call
	// clones is where the other repositories of the fleet are cloned; others are those
	// that were looked at, by their names.
	clones string
	opened *checkout.Clones
	others map[string]*call
	one    sync.Mutex // of others: members are judged at the same time
}

// MakeFleet moves all members of a fleet file that may move: in one pull request for
// each repository that has any. The branch names the members and the phases that they
// go to: run twice, nothing happens.
func MakeFleet(w World, q Request) (plan.Report, error) {
	q.StatePath = q.Fleet
	c, err := locate(w, q)
	if err != nil {
		return plan.Report{}, err
	}
	all := &fleetCall{call: c, others: map[string]*call{}}
	defer all.close()
	if q.Clones != "" {
		all.clones, err = filepath.Abs(q.Clones)
	}
	all.opened = checkout.NewClones(all.clones)
	if err == nil {
		err = c.Remotes(q.Remote, q.CommitOnly)
	}
	if err == nil {
		err = c.Choose(q.Base)
	}
	if err == nil {
		err = c.Fetch()
	}
	if err == nil && !q.CommitOnly {
		err = c.reach()
	}
	if err == nil {
		err = c.checkout(c.Tip)
	}
	if err != nil {
		return plan.Report{}, err
	}
	r, err := all.move()
	r.Base, r.DryRun = c.Branch, q.DryRun
	return r, c.Told(err)
}

func (c *fleetCall) close() {
	for _, o := range c.others {
		o.close()
	}
	c.call.close()
}

// fleetWish is the wish of the call, of the members that one pull request may move.
func (c *call) fleetWish(limit int64) checkout.Wish {
	w := c.q.Wish
	return checkout.Wish{
		Verb: w.Verb, Kind: w.Kind, Strategy: w.Strategy, Members: c.q.Members,
		To: w.To, Abandon: w.Abandon, Options: w.Options, Limit: int(limit),
		Evidence: c.brought(),
		Material: checkout.Material{Anchor: c.q.Material.Anchor, AnchorKey: c.q.Material.AnchorKey, OutgoingKey: c.q.Material.OutgoingKey},
	}
}

// brought is what a person brings, for all members.
func (c *call) brought() moves.Brought {
	return moves.Brought{Files: c.q.Evidence.Files, Assumed: c.q.Wish.Assumed, Because: c.q.Because}
}

func (c *fleetCall) move() (plan.Report, error) {
	at := checkout.At{Path: c.Path(c.State), Clones: c.clones, Opened: c.opened}
	f, err := c.load(at)
	if err != nil {
		return plan.Report{}, err
	}
	world := checkout.World{
		Now: func() time.Time { return c.Instant }, Random: c.Moves.Custody.Random, Files: c.Moves.Files, Custody: c.memberCustody,
		Root: c.Root, Outside: c.outside, Elsewhere: c.merged,
	}
	release, err := world.Lock(at)
	if err != nil {
		return plan.Report{}, err
	}
	defer release()
	wish := c.fleetWish(f.File.Spec.Limits.MembersPerPullRequest)
	wish.DryRun = true
	dry, err := world.MakeIn(f, wish)
	if err != nil {
		return plan.Report{}, err
	}
	branch := fleetBranch(f.File, dry)
	r := plan.Report{Branch: branch, Commit: c.Branches.Heads[branch], Phase: dry.Moved[0].Move.To,
		Epoch: dry.Moved[0].Move.State.Status.Epoch}
	if held, err := c.held(f, dry, &r); held || err != nil || c.q.DryRun {
		return r, err
	}
	was := r.Commit
	if r.Commit, err = c.kept(f, branch); err == nil && r.Commit == "" {
		wish.DryRun = false
		var made *checkout.Result
		if made, err = world.MakeIn(f, wish); err == nil {
			r.Commit, err = c.commitAll(f, made, branch)
		}
	}
	if err != nil {
		return r, err
	}
	return c.publishAll(r, f, dry, was)
}

// memberCustody is the custody of a member. Keys in plain files are no part of a commit:
// they lie in the user's checkout, as those of a single state do, since the tree of this
// call goes away.
func (c *fleetCall) memberCustody(statePath string, s *state.Rotation) (*custody.Custody, error) {
	plain := s.WithDefaults().Spec.Custody.Kind == state.CustodyFile
	if below, inside := files.Below(c.clones, statePath); c.clones != "" && inside && !isBelow(c.Root, statePath) {
		if plain {
			return c.Custody(statePath, s)
		}
		name, own, _ := strings.Cut(below, "/")
		o, err := c.other(name)
		if err == nil {
			err = o.checkout(o.Tip)
		}
		if err != nil {
			return nil, err
		}
		return c.Custody(o.Path(own), s)
	}
	if plain {
		below, err := filepath.Rel(filepath.Dir(c.Path(c.State)), statePath)
		if err != nil {
			return nil, files.Unread(statePath, err)
		}
		statePath = filepath.Join(filepath.Dir(c.StatePath), below)
	}
	return c.Custody(statePath, s)
}

func isBelow(dir, file string) bool { return strings.HasPrefix(file, dir+string(filepath.Separator)) }

// outside reports whether a key is for a directory that outlives this call.
func (c *call) outside(key keyfile.File) bool {
	return !isBelow(c.Root, key.Path)
}

// fleetBranch names the change: the fleet, the phase, and which members go where.
func fleetBranch(f *fleet.File, r *checkout.Result) string {
	var members []string
	for _, o := range r.Moved {
		members = append(members, fmt.Sprintf("%s %d %s", r.Scene.Clusters[o.Member].Name, o.Move.State.Status.Epoch, o.Move.To))
	}
	return text.FleetBranch(f.Metadata.Name, r.Moved[0].Move.To, members)
}

// held reports what is there already: the branch of this change, or another open
// pull request of the fleet, which goes first.
func (c *fleetCall) held(f *checkout.Fleet, dry *checkout.Result, r *plan.Report) (bool, error) {
	if c.forge != nil {
		open, err := c.forge.List(c.ctx, forge.Query{Base: c.Branch, HeadPrefix: text.FleetPrefix(f.File.Metadata.Name), State: "open"})
		if err != nil {
			return false, err
		}
		for _, p := range open {
			r.Number, r.URL = p.Number, p.URL
			if p.Head != r.Branch {
				return false, problem.PRFleetOpen.With(p.Number, p.Head)
			}
		}
	}
	for _, name := range repositoriesOf(f, dry.Moved) {
		if o, err := c.other(name); err != nil {
			return false, err
		} else if ours, err := o.isOurs(r.Branch); err != nil || !ours {
			r.Operation, r.Why = plan.OpLeft, "the branch of repository "+name+" was made elsewhere: look at it, delete it, or run with --anew"
			return true, err
		}
	}
	if r.Commit == "" {
		r.Operation, r.Why = plan.OpCreated, "the members that may move move together"
		return false, nil
	}
	r.Operation, r.Why = plan.OpUpdated, "the move is made anew on the base"
	if c.q.Wish.Anew {
		return false, nil
	}
	if ours, err := c.isOurs(r.Branch); err != nil || !ours { // a commit of somebody else may not be in this clone
		r.Operation, r.Why = plan.OpLeft, "the branch was made elsewhere: look at it, delete it, or run with --anew"
		return true, err
	}
	onTip, err := c.onTip(r.Commit)
	switch {
	case err != nil:
		return false, err
	case onTip && r.Number > 0:
		r.Operation, r.Why = plan.OpNone, "the branch has this move already"
		return true, nil
	case !onTip && c.stays(f, dry.Moved):
		r.Operation, r.Why = plan.OpLeft, "the base moved since this change was made: merge it as it is, or run with --anew, which makes it again"
		return true, nil
	}
	return false, nil
}

// isOurs reports whether a branch of the remote, if there is one, was made by this clone.
func (c *call) isOurs(branch string) (bool, error) {
	head := c.Branches.Heads[branch]
	if head == "" || c.q.Wish.Anew {
		return true, nil
	}
	recorded, err := c.Repo.Recorded(branch, head)
	return recorded, base.GitProblem(err)
}

// onTip reports whether a commit was made of the newest one of the base.
func (c *call) onTip(commit string) (bool, error) {
	details, err := c.Repo.Inspect(commit)
	return len(details.Parents) == 1 && details.Parents[0] == c.Tip, base.GitProblem(err)
}

// stays reports whether a change is kept as it was made: its keys, or its commits in
// other repositories, cannot be made twice.
func (c *fleetCall) stays(f *checkout.Fleet, moved []fleet.Outcome) bool {
	return c.q.Wish.Verb == state.MoveStart || len(repositoriesOf(f, moved)) > 0
}
