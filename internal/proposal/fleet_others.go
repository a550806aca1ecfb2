package proposal

import (
	"bytes"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// load reads the fleet as the base has it, after the clones of other repositories were
// brought up to date: a pinned commit may be newer than they are. A clone that is not
// there, or whose remote does not answer, leaves its members as they are known.
func (c *fleetCall) load(at checkout.At) (*checkout.Fleet, error) {
	if f, err := c.fleetAt(c.Tip); err == nil && c.clones != "" {
		for _, m := range f.Spec.Members {
			if m.Repository != "" {
				_, _ = c.other(m.Repository)
			}
		}
	}
	return checkout.Load(at, c.brought())
}

// other looks at another repository of the fleet: at the remote's default branch there.
func (c *fleetCall) other(name string) (*call, error) {
	c.one.Lock()
	defer c.one.Unlock()
	if o, known := c.others[name]; known {
		return o, nil
	}
	r, err := c.opened.Open(name)
	if err != nil {
		return nil, err
	}
	at := &base.Base{World: c.World, Repo: r, State: "rotation.yaml", Clones: c.clones}
	at.StatePath = filepath.Join(c.clones, name, at.State)
	o := &call{Base: at, Moves: c.Moves, q: c.q, flavour: c.q.Flavour}
	err = o.Remotes("", "", c.q.CommitOnly)
	if err == nil {
		err = o.Choose("")
	}
	if err == nil {
		err = o.Fetch()
	}
	if err != nil {
		return nil, problem.Of(err).In(filepath.Join(c.clones, name)).Err()
	}
	c.others[name] = o
	return o, nil
}

// merged refuses the move of a member whose own repository has another state than the
// one that all others are judged against.
func (c *fleetCall) merged(m fleet.Cluster) error {
	o, err := c.other(m.Repository)
	if err != nil {
		return err
	}
	pinned, err := c.opened.Pinned(m.Member)
	if err != nil {
		return err
	}
	text, err := o.Repo.At(o.Tip, fleet.Clean(m.State), int64(len(pinned)))
	if err != nil || !bytes.Equal(text, pinned) {
		return problem.FleetUnmerged.With(m.Repository, m.Commit[:12]).Because(err)
	}
	return nil
}

// repositoriesIn are the other repositories that have members.
func repositoriesIn(f *checkout.Fleet) (names []string) {
	for _, m := range f.File.Spec.Members {
		if m.Repository != "" {
			names = append(names, m.Repository)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// repositoriesOf are the other repositories that have members among those that move.
func repositoriesOf(f *checkout.Fleet, moved []fleet.Outcome) (names []string) {
	for _, o := range moved {
		if name := f.Clusters[o.Member].Repository; name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// movedIn are the members of one repository that move; "" is the fleet's own.
func movedIn(f *checkout.Fleet, moved []fleet.Outcome, repository string) (some []fleet.Outcome) {
	for _, o := range moved {
		if f.Clusters[o.Member].Repository == repository {
			some = append(some, o)
		}
	}
	return some
}

// pinnedBy are the commits of other repositories that a commit of the fleet's brings, by
// repository.
func (c *fleetCall) pinnedBy(f *checkout.Fleet, commit string) (map[string]string, error) {
	next, err := c.fleetAt(commit)
	if err != nil {
		return nil, err
	}
	commits := map[string]string{}
	for _, m := range next.Spec.Members {
		known := func(c fleet.Cluster) bool { return c.Name == m.Name && c.Commit == m.Commit }
		if m.Repository != "" && !slices.ContainsFunc(f.Clusters, known) {
			commits[m.Repository] = m.Commit
		}
	}
	return commits, nil
}

// fleetAt is the fleet file of a commit.
func (c *fleetCall) fleetAt(commit string) (*fleet.File, error) {
	text, _, err := c.Repo.File(commit, c.State)
	if err != nil {
		return nil, base.GitProblem(err)
	}
	return fleet.Parse(c.State, text)
}

// hasAll reports whether the clones have these commits.
func (c *fleetCall) hasAll(commits map[string]string) bool {
	for name, commit := range commits {
		if o, err := c.other(name); err != nil || !o.Repo.Has(commit) {
			return false
		}
	}
	return true
}
