package proposal

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// fleetPrefix begins the branches of fleets; those of states begin with "l5d-pki/".
const fleetPrefix = "l5d-pki-fleet/"

// MakeFleet moves all members of a fleet file that may move in one pull request. The
// branch names the members and the phases that they go to: run twice, nothing happens.
func MakeFleet(w World, q Request) (plan.Report, error) {
	q.StatePath = q.Fleet
	c, err := locate(w, q)
	if err != nil {
		return plan.Report{}, err
	}
	defer c.close()
	err = c.Remotes(q.Remote, q.CommitOnly)
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
	r, err := c.fleetMove()
	r.Base, r.DryRun = c.Branch, q.DryRun
	return r, c.Told(err)
}

// fleetWish is the wish of the call, of the members that one pull request may move.
func (c *call) fleetWish(limit int64) checkout.Wish {
	w := c.q.Wish
	return checkout.Wish{
		Verb: w.Verb, Kind: w.Kind, Strategy: w.Strategy, To: w.To, Abandon: w.Abandon, Options: w.Options, Limit: int(limit),
		Evidence: moves.Brought{Files: c.q.Evidence.Files, Assumed: w.Assumed, Because: c.q.Because},
		Material: checkout.Material{Anchor: c.q.Material.Anchor, AnchorKey: c.q.Material.AnchorKey, OutgoingKey: c.q.Material.OutgoingKey},
	}
}

func (c *call) fleetMove() (plan.Report, error) {
	file := c.Path(c.State)
	f, err := checkout.Load(file, moves.Brought{})
	if err != nil {
		return plan.Report{}, err
	}
	world := checkout.World{
		Now: func() time.Time { return c.Instant }, Random: c.Moves.Custody.Random, Files: c.Moves.Files, Custody: c.memberCustody, Root: c.Root, Outside: c.outside,
	}
	wish := c.fleetWish(f.File.Spec.Limits.MembersPerPullRequest)
	wish.DryRun = true
	dry, err := world.Make(file, wish)
	if err != nil {
		return plan.Report{}, err
	}
	branch := fleetBranch(f.File, dry)
	r := plan.Report{Branch: branch, Commit: c.Branches.Heads[branch], Phase: dry.Moved[0].Move.To, Epoch: dry.Moved[0].Move.State.Status.Epoch}
	if held, err := c.fleetHeld(f.File, &r); held || err != nil || c.q.DryRun {
		return r, err
	}
	wish.DryRun = false
	made, err := world.Make(file, wish)
	if err != nil {
		return r, err
	}
	names, err := c.fleetFiles(f, made)
	if err != nil {
		return r, err
	}
	title, body := fleetText(f.File, made)
	keys := slices.DeleteFunc(made.Keys, func(k keyfile.File) bool { return !c.outside(k) })
	return c.fleetPublish(r, names, keys, title, body)
}

// memberCustody is the custody of a member. Keys in plain files are no part of a commit:
// they lie in the user's checkout, as those of a single state do, since the tree of this
// call goes away.
func (c *call) memberCustody(statePath string, s *state.Rotation) (*custody.Custody, error) {
	if s.WithDefaults().Spec.Custody.Kind == state.CustodyFile {
		below, err := filepath.Rel(filepath.Dir(c.Path(c.State)), statePath)
		if err != nil {
			return nil, files.Unread(statePath, err)
		}
		statePath = filepath.Join(filepath.Dir(c.StatePath), below)
	}
	return c.Custody(statePath, s)
}

// outside reports whether a key is for a directory that outlives this call.
func (c *call) outside(key keyfile.File) bool {
	return !strings.HasPrefix(key.Path, c.Root+string(filepath.Separator))
}

// fleetBranch names the change: the fleet, the phase, and which members go where.
func fleetBranch(f *fleet.File, r *checkout.Result) string {
	var members []string
	for _, o := range r.Moved {
		members = append(members, fmt.Sprintf("%s %d %s", r.Scene.Clusters[o.Member].Name, o.Move.State.Status.Epoch, o.Move.To))
	}
	slices.Sort(members)
	return fleetPrefix + f.Metadata.Name + "/" + r.Moved[0].Move.To + "-" + text.Digest([]byte(strings.Join(members, "\n")))[:12]
}

// fleetHeld reports what is there already: the branch of this change, or another open
// pull request of the fleet, which goes first.
func (c *call) fleetHeld(f *fleet.File, r *plan.Report) (bool, error) {
	if c.forge != nil {
		open, err := c.forge.List(c.ctx, forge.Query{Base: c.Branch, HeadPrefix: fleetPrefix + f.Metadata.Name + "/", State: "open"})
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
	if r.Commit == "" {
		r.Operation, r.Why = plan.OpCreated, "the members that may move move together"
		return false, nil
	}
	recorded, err := c.Repo.Recorded(r.Branch, r.Commit)
	if err != nil {
		return false, base.GitProblem(err)
	}
	details, err := c.Repo.Inspect(r.Commit)
	if err != nil {
		return false, base.GitProblem(err)
	}
	onTip := len(details.Parents) == 1 && details.Parents[0] == c.Tip
	switch {
	case !recorded && !c.q.Wish.Anew:
		r.Operation, r.Why = plan.OpLeft, "the branch was made elsewhere: look at it, delete it, or run with --anew"
		return true, nil
	case onTip && r.Number > 0 && !c.q.Wish.Anew:
		r.Operation, r.Why = plan.OpNone, "the branch has this move already"
		return true, nil
	case c.q.Wish.Verb == state.MoveStart && !c.q.Wish.Anew:
		r.Operation, r.Why = plan.OpLeft, "the base moved since this start was made: merge it as it is, or run with --anew, which makes new keys"
		return true, nil
	}
	r.Operation, r.Why = plan.OpUpdated, "the move is made anew on the base"
	return false, nil
}

// fleetFiles writes the outputs and the evidence of the members that moved, and lists
// all files of the change.
func (c *call) fleetFiles(f *checkout.Fleet, made *checkout.Result) (names []string, err error) {
	dir := path.Dir(c.State)
	for _, key := range made.Keys {
		if !c.outside(key) {
			names = append(names, c.InRepository(key.Path))
		}
	}
	seen, err := checkout.Load(f.Path, moves.Brought{Files: c.q.Evidence.Files})
	if err != nil {
		return nil, err
	}
	for i, m := range f.Clusters {
		if m.Now == nil || !c.q.KeepEvidence {
			continue
		}
		member := *c
		member.Base = &base.Base{World: c.World, Repo: c.Repo, Root: c.Root, State: path.Join(dir, m.State), Now: m.Now}
		for _, o := range seen.Evidence[i].Observations {
			name := member.EvidenceName(m.Now, o)
			data, err := rotation.MarshalObservation(o)
			if err == nil {
				err = c.Put(name, data)
			}
			if err != nil {
				return nil, err
			}
			names = append(names, name)
		}
	}
	for _, o := range made.Moved {
		m := f.Clusters[o.Member]
		name := path.Join(dir, m.State)
		names = append(names, name)
		if len(o.Move.State.Spec.Outputs) == 0 {
			continue
		}
		all, err := c.ComputeOutputs(base.OutputsOf{File: c.Path(name), State: o.Move.State.WithDefaults(), Reviewed: m.Now, Quiet: true})
		if err != nil {
			return nil, err
		}
		changed := outputs.Changed(all)
		for _, out := range changed {
			names = append(names, out.Name)
		}
		if err := outputs.Write(c.Moves.Files, c.Root, changed); err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// fleetPublish commits the files, writes the keys that are outside of the commit, pushes
// the branch and opens the pull request.
func (c *call) fleetPublish(r plan.Report, names []string, keys []keyfile.File, title, body string) (plan.Report, error) {
	if err := c.noSecret(names); err != nil {
		return r, err
	}
	tree, err := c.tree.Stage(names)
	if err != nil {
		return r, base.GitProblem(err)
	}
	seal, err := c.Repo.Seal(c.Tip, tree)
	if err != nil {
		return r, base.GitProblem(err)
	}
	message := fmt.Sprintf("%s\n\n%s: %s\n%s: %s\n", title, text.TrailerBase, c.Tip, text.TrailerChanges, seal)
	was := r.Commit
	if r.Commit, err = c.tree.Commit(tree, message, c.Instant); err != nil {
		return r, base.GitProblem(err)
	}
	if err := c.keep(r.Branch, r.Commit, keys); err != nil {
		return r, err
	}
	if c.q.CommitOnly {
		r.Operation = plan.OpCommitted
		return r, base.GitProblem(c.Repo.PutBranch(r.Branch, r.Commit, was))
	}
	if err := c.Repo.Push(c.Remote, r.Branch, r.Commit, was); err != nil {
		return r, base.GitProblem(err)
	}
	r.Pushed = true
	if limit := forge.LimitsOf(c.flavour).Body; limit > 0 && len(body) > limit {
		body = body[:strings.LastIndex(body[:limit], "\n")+1] // whole lines: the members that move come first
	}
	if r.Number > 0 {
		_, err = c.forge.Update(c.ctx, r.Number, forge.Change{Title: &title, Body: &body})
		return r, err
	}
	p, err := c.forge.Open(c.ctx, forge.New{Title: title, Body: body, Head: r.Branch, Base: c.Branch, Draft: c.q.Draft, Labels: c.q.Labels})
	r.Number, r.URL = p.Number, p.URL
	return r, err
}

// fleetText is title and body of a pull request: who goes where, on what evidence, who
// stays and why, and what to run.
func fleetText(f *fleet.File, r *checkout.Result) (title, body string) {
	to := r.Moved[0].Move.To
	title = fmt.Sprintf("fleet %s: %d members to %s", f.Metadata.Name, len(r.Moved), to)
	if len(r.Moved) == 1 {
		title = fmt.Sprintf("fleet %s: %s to %s", f.Metadata.Name, r.Scene.Clusters[r.Moved[0].Member].Name, to)
	}
	var b strings.Builder
	b.WriteString("Every member below was judged against all members of its component, and against the moves of the others in this change: they may be applied in any order.\n\n| member | from | to | epoch | restarts |\n|---|---|---|---|---|\n")
	moved := map[int]bool{}
	for _, o := range r.Moved {
		moved[o.Member] = true
		restarts := map[bool]string{true: "yes", false: "no"}[o.Move.Wave]
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %s |\n", r.Scene.Clusters[o.Member].Name, o.Move.From, o.Move.To, o.Move.State.Status.Epoch, restarts)
	}
	stays := fleet.Moves{Scene: r.Scene, DryRun: true}
	for _, o := range r.Outcomes {
		if !moved[o.Member] {
			stays.Outcomes = append(stays.Outcomes, o)
		}
	}
	if len(stays.Outcomes) > 0 {
		fmt.Fprintf(&b, "\n<details><summary>%d members stay</summary>\n\n```\n%s```\n\n</details>\n", len(stays.Outcomes), stays.Text())
	}
	b.WriteString("\nReviewers: `l5d-pki-render fleet status` shows the grid; the guard judges each state with `--fleet`. ")
	b.WriteString("Do not merge while a member that is listed here cannot be reconciled.\n")
	fmt.Fprintf(&b, "\n<!-- l5d-pki-render fleet %s -->\n", f.Metadata.Name)
	return title, b.String()
}
