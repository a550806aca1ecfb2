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
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
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
	one    sync.Mutex        // of others: members are judged at the same time
	known  map[string]*place // by their names
	// misled says which texts are of other commits than their branches have.
	misled []string
}

// MakeFleet moves all members of a fleet file that may move: in one pull request for
// each repository that has any. The branch names the members and the phases that they
// go to: run twice, nothing happens.
func MakeFleet(w World, q Request) (plan.Report, error) {
	if err := followed(q); err != nil {
		return plan.Report{}, err
	}
	q.StatePath = q.Fleet
	c, err := locate(w, q)
	if err != nil {
		return plan.Report{}, err
	}
	all := &fleetCall{call: c, others: map[string]*call{}, known: map[string]*place{}}
	defer all.close()
	if q.Clones != "" {
		all.clones, err = filepath.Abs(q.Clones)
	}
	all.opened = checkout.NewClones(all.clones)
	if err == nil {
		err = c.Remotes(q.Remote, q.Base, q.CommitOnly)
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
	if err != nil {
		for _, why := range all.misled {
			sink.Note(c.Notes, "%s", why)
		}
	}
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
	if !c.q.CommitOnly {
		if err := c.watch(f); err != nil {
			return plan.Report{}, err
		}
	}
	wish := c.fleetWish(f.File.Spec.Limits.MembersPerPullRequest)
	wish.DryRun = true
	dry, err := world.MakeIn(f, wish)
	if err != nil {
		return plan.Report{}, err
	}
	branch := fleetBranch(f.File, dry)
	places, err := c.places(f, dry.Moved, branch)
	if err != nil {
		return plan.Report{}, err
	}
	r := plan.Report{Branch: branch, Phase: dry.Moved[0].Move.To, Epoch: dry.Moved[0].Move.State.Status.Epoch}
	if left := leftAlone(branch, places, c.q.Wish); left != nil {
		left.Phase, left.Epoch = r.Phase, r.Epoch
		return *left, nil
	}
	commits, err := c.held(f, places, branch)
	if err != nil {
		return r, err
	}
	if commits == nil && c.q.DryRun {
		r.Operation, r.Why = plan.OpCreated, "the members that may move move together"
		if len(places[len(places)-1].seen.Due) > 0 {
			r.Operation, r.Why = plan.OpUpdated, "the move is made anew on the base"
		}
		return r, nil
	}
	if commits == nil {
		wish.DryRun = false
		made, err := world.MakeIn(f, wish)
		if err != nil {
			return r, err
		}
		commit, err := c.commitAll(f, made, branch)
		if err == nil {
			commits, err = c.commitsOf(f, commit)
		}
		if err != nil {
			return r, err
		}
	}
	return c.publishAll(f, dry, places, commits, branch)
}

// leftAlone reports the branches of a change that are left alone.
func leftAlone(branch string, places []*place, w plan.Wish) *plan.Report {
	seen, warned := make([]plan.Place, len(places)), false
	for i, p := range places {
		seen[i], warned = plan.Place{Repository: p.name, Snapshot: p.seen}, warned || p.warned
	}
	r := plan.LeftAlone(branch, seen, w)
	if r != nil {
		r.Warned = warned
	}
	return r
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

// held are the commits of a change, by repository, that stay as they were made: those on
// its branches, or those that an earlier call made and did not push. It is nil where the
// change is made anew.
func (c *fleetCall) held(f *checkout.Fleet, places []*place, branch string) (map[string]string, error) {
	own := places[len(places)-1]
	h, due := own.seen.Head, len(own.seen.Due) > 0
	var commit string
	var err error
	switch {
	case c.q.Wish.Anew:
	case h != nil && h.Parent == c.Tip && (due || c.q.CommitOnly || c.q.DryRun), h != nil && h.Parent != c.Tip && c.stays(f, own.moved):
		commit = h.Commit
	}
	if commit == "" && !c.q.DryRun {
		commit, err = c.kept(f, branch)
	}
	if commit == "" || err != nil {
		return nil, err
	}
	commits, err := c.commitsOf(f, commit)
	if err != nil {
		return nil, err
	}
	ignored, answers, err := c.ignored(f, places, commits, branch)
	switch {
	case err != nil:
		return nil, err
	case len(ignored) > 0:
		return nil, problem.PRIgnored.With(branch, strings.Join(ignored, ", "))
	case !answers && due:
		return nil, problem.PROpen.With(own.seen.Due[0].Number, branch, own.seen.Due[0].URL)
	case !answers:
		return nil, nil
	}
	return commits, nil
}

// commitsOf are the commits of all repositories that a commit of the fleet's brings.
func (c *fleetCall) commitsOf(f *checkout.Fleet, commit string) (map[string]string, error) {
	commits, err := c.pinnedBy(f, commit)
	if err == nil {
		commits[""] = commit
	}
	return commits, err
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

// originIn says where the material of a start of members comes from.
func (c *call) originIn(r *checkout.Result, moved []fleet.Outcome) string {
	if c.q.Wish.Verb != state.MoveStart {
		return ""
	}
	from := origin(c.q.Material)
	if leader := r.Scene.Leader(moved[0].Member); leader >= 0 && c.q.Material.Anchor == "" {
		from += ", under the anchor that member " + r.Scene.Clusters[leader].Name + " has already"
	}
	return from
}
