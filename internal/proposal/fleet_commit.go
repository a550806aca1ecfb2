package proposal

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// commitAll commits the moves in all repositories, that of the fleet last: it names the
// others. Nothing is pushed, and no key is written outside of a commit, before all of
// them are made.
func (c *fleetCall) commitAll(f *checkout.Fleet, made *checkout.Result, branch string) (string, error) {
	keys, pins := made.Keys, map[string]string{}
	for _, name := range repositoriesOf(f, made.Moved) {
		o, err := c.other(name)
		if err != nil {
			return "", err
		}
		some := movedIn(f, made.Moved, name)
		var commit string
		if commit, keys, err = c.commitOther(o, f, made, some, keys, branch); err != nil {
			return "", o.Told(err)
		}
		for _, m := range some {
			pins[f.Clusters[m.Member].Name] = commit
		}
	}
	names, err := c.ownFiles(f, made, pins)
	if err != nil {
		return "", err
	}
	commit, err := c.commitFleet(names, movesTitle(f.File, made, made.Moved), branch, c.originIn(made, made.Moved))
	if err != nil {
		return "", err
	}
	return commit, c.keep(branch, commit, slices.DeleteFunc(slices.Clone(keys), func(k keyfile.File) bool { return !c.outside(k) }))
}

// commitOther commits the moves of members in another repository, with the keys that are
// part of the commit; it returns those that are not.
func (c *fleetCall) commitOther(o *call, f *checkout.Fleet, made *checkout.Result, moved []fleet.Outcome, keys []keyfile.File,
	branch string) (string, []keyfile.File, error) {
	if err := o.checkout(o.Tip); err != nil {
		return "", nil, err
	}
	var names []string
	var left []keyfile.File
	for _, k := range keys {
		if o.outside(k) {
			left = append(left, k)
			continue
		}
		name := o.InRepository(k.Path)
		if err := o.PutNew(name, k.Text); err != nil {
			return "", nil, err
		}
		names = append(names, name)
	}
	for _, m := range moved {
		cluster := f.Clusters[m.Member]
		name := fleet.Clean(cluster.State)
		old, err := c.opened.Pinned(cluster.Member)
		if err != nil {
			return "", nil, err
		}
		next, err := state.Update(old, m.Move.State)
		if err == nil {
			err = o.Put(name, next)
		}
		if err != nil {
			return "", nil, problem.Of(err).In(name).Err()
		}
		more, err := o.memberFiles(name, cluster, m.Move.State, f.WorthKeeping(m.Member, c.Instant))
		if err != nil {
			return "", nil, err
		}
		names = append(names, more...)
	}
	commit, err := o.commitFleet(names, movesTitle(f.File, made, moved), branch, o.originIn(made, moved))
	if err == nil {
		err = o.remember(branch, commit)
	}
	return commit, left, err
}

// memberFiles writes the outputs and the evidence of a member that moves, and lists them
// with its state.
func (c *call) memberFiles(name string, m fleet.Cluster, next *state.Rotation, seen []checkout.Observed) ([]string, error) {
	names := []string{name}
	evidence, err := c.putSeen(name, m, seen)
	names = append(names, evidence...)
	if err != nil || len(next.Spec.Outputs) == 0 {
		return names, err
	}
	all, err := c.ComputeOutputs(base.OutputsOf{File: c.Path(name), State: next.WithDefaults(), Reviewed: m.Now, Quiet: true})
	if err != nil {
		return nil, err
	}
	changed := outputs.Changed(all)
	for _, out := range changed {
		names = append(names, out.Name)
	}
	return names, outputs.Write(c.Moves.Files, c.Root, changed)
}

// putSeen writes the observations of a member beside its state.
func (c *call) putSeen(name string, m fleet.Cluster, seen []checkout.Observed) (names []string, err error) {
	if m.Now == nil || !c.q.KeepEvidence {
		return nil, nil
	}
	member := c.of(name, m.Now)
	for _, o := range seen {
		file, err := member.putObserved(m.Now, name, o.Observation, o.Text)
		if err != nil {
			return nil, err
		}
		names = append(names, file)
	}
	return names, nil
}

// ownFiles writes what changes in the fleet's own repository, and lists it: the files of
// its members, and for those of others their pins and what was observed of them, by which
// the guard judges the pins.
func (c *fleetCall) ownFiles(f *checkout.Fleet, made *checkout.Result, pins map[string]string) (names []string, err error) {
	dir := path.Dir(c.State)
	for _, key := range made.Keys {
		if !c.outside(key) {
			names = append(names, c.InRepository(key.Path))
		}
	}
	moved := map[int]*state.Rotation{}
	for _, o := range made.Moved {
		moved[o.Member] = o.Move.State
	}
	for i, m := range f.Clusters {
		var more []string
		own, moves := path.Join(dir, m.State), moved[i] != nil
		switch {
		case m.Repository != "":
			more, err = c.putLatest(m, f.Observed[i])
		case moves:
			more, err = c.memberFiles(own, m, moved[i], f.WorthKeeping(i, c.Instant))
		default:
			more, err = c.putSeen(own, m, f.WorthKeeping(i, c.Instant))
		}
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	if len(pins) == 0 {
		return names, nil
	}
	old, _, err := c.Repo.File(c.Tip, c.State)
	if err != nil {
		return nil, base.GitProblem(err)
	}
	next, err := checkout.Pin(c.State, old, pins)
	if err != nil {
		return nil, err
	}
	return append(names, c.State), c.Put(c.State, next)
}

// putLatest writes the newest observation of a member of another repository to the place
// that the fleet file names.
func (c *call) putLatest(m fleet.Cluster, seen []checkout.Observed) ([]string, error) {
	if m.Observation == "" || len(seen) == 0 || !c.q.KeepEvidence {
		return nil, nil
	}
	name := path.Join(path.Dir(c.State), m.Observation)
	newest := slices.MaxFunc(seen, func(a, b checkout.Observed) int { return strings.Compare(a.At, b.At) })
	return []string{name}, c.Put(name, newest.Text)
}

// commitFleet commits these files of the tree.
func (c *call) commitFleet(names []string, title, branch, origin string) (string, error) {
	slices.Sort(names)
	names = slices.Compact(names)
	if err := c.noSecret(names); err != nil {
		return "", err
	}
	tree, err := c.tree.Stage(names)
	if err != nil {
		return "", base.GitProblem(err)
	}
	seal, err := c.Repo.Seal(c.Tip, tree)
	if err != nil {
		return "", base.GitProblem(err)
	}
	message := fmt.Sprintf("%s\n\n%s: %s\n%s: %s\n%s: %s\n", title, text.TrailerBase, c.Tip, text.TrailerChanges, seal,
		text.TrailerFleet, branch)
	if origin != "" {
		message += fmt.Sprintf("%s: %s\n", text.TrailerMaterial, origin)
	}
	return c.commitTree(tree, message, c.Instant)
}
