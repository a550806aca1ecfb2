// Package guard judges a change of a state before it is merged: both sides as Git
// objects, of which nothing is checked out, followed or run.
package guard

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgement is one of them: both sides as Git objects, of which nothing is
// checked out, followed or run.
type judgement struct {
	*base.Base
	q Request
	r *Report
	// merged is what is judged: the base with the head merged into it.
	merged string
	// before is the base's tree, after that of the merge.
	before, after *repo.Tree
	// head is the commit that is judged, rebased the one that a rebase would end with: the
	// head where nothing has to be applied again, "" where it stops.
	head, rebased string
	// commits and changes are what the head has and the base does not.
	commits []string
	changes []repo.Change
	// differs are the paths in which the trees differ.
	differs []string
	// wasName is the state's path at the base: another one where it moved.
	wasName string
	// around are the paths of the rotation on either side.
	around map[string]bool
	// signed are observations of the change that a key for evidence signed.
	signed map[string]bool
	// next is the state of the merge.
	next *state.Rotation
	// placesRead, observations, keyLists and states are what was read of evidence and around
	// it, authored whose author was judged.
	placesRead   map[*repo.Tree][]place
	states       map[sideFile]*state.Rotation
	observations map[sideFile]*rotation.Observation
	keyLists     map[string]keyList
	authored     map[string]bool
	// written are the texts of observations that were read, trusted whether a key for evidence
	// signed them, older the clusters of which an observation is missed.
	written map[*rotation.Observation][]byte
	trusted map[*rotation.Observation]bool
	older   map[string]bool
	// skipped are files of the merge that are too large to be written out.
	skipped map[string]bool
	// removeTree removes what was written of the merge.
	removeTree func()
	// landingsRead, fleetsRead and instants are what the base's history says of logs.
	landingsRead map[loggedIn]*landings
	fleetsRead   *fleetVersions
	instants     map[string]time.Time
	// fleets are the fleet files of both sides that were read.
	fleets map[*repo.Tree]*fleet.File
	// opened are the clones of the fleet's repositories, pinned the states that it names there.
	opened *checkout.Clones
	pinned map[pin]*pinnedState
	// other is the fleet whose file is in another repository, once it was read.
	other *fleetElsewhere
	// fleetStates are the members of a fleet file that is in another repository.
	fleetStates []otherState
}

// Judge judges what merging the head into the base would give, and tells the pull
// request.
func Judge(w base.World, q Request) (*Report, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	b, err := locate(w, q)
	if err == nil {
		err = lookAround(b, q.Remote, q.Base)
	}
	if err != nil {
		return nil, err
	}
	r, err := judge(b, q)
	if err != nil {
		return nil, b.Told(err)
	}
	r.accept(q.Accept)
	tell(b, q, r)
	return r, nil
}

func newJudgement(b *base.Base, q Request, head string) *judgement {
	return &judgement{Base: b, q: q, head: head, wasName: b.State, signed: map[string]bool{}, fleets: map[*repo.Tree]*fleet.File{},
		placesRead: map[*repo.Tree][]place{}, observations: map[sideFile]*rotation.Observation{}, states: map[sideFile]*state.Rotation{},
		keyLists: map[string]keyList{}, authored: map[string]bool{},
		written: map[*rotation.Observation][]byte{}, trusted: map[*rotation.Observation]bool{}, older: map[string]bool{},
		landingsRead: map[loggedIn]*landings{}, instants: map[string]time.Time{},
		r: &Report{state: b.State, base: b.Branch, commit: b.Tip, judged: head, mark: b.Mark("guard"), owned: []string{b.State, allowList}}}
}

func judge(b *base.Base, q Request) (*Report, error) {
	head, err := b.Repo.ResolveOne(q.Head)
	var ambiguous *repo.Ambiguous
	switch {
	case errors.As(err, &ambiguous):
		return nil, problem.PRGuardHead.With(sink.Name(q.Head), strings.Join(ambiguous.Meanings, ", "))
	case err != nil:
		return nil, problem.PRNoHead.With(q.Head)
	}
	g := newJudgement(b, q, head)
	if err := g.nothing(); err != nil {
		return nil, err
	}
	if judgeable, err := g.judgeable(); err != nil || !judgeable {
		return g.r, err
	}
	var conflict *repo.Conflict
	if g.merged, err = b.Repo.Merge(b.Tip, head); err != nil && !errors.As(err, &conflict) {
		return nil, base.GitProblem(err)
	}
	if conflict != nil {
		return g.r, g.conflict(conflict.Names)
	}
	return g.r, g.judge()
}

// judgeable reports whether the paths of the change can be listed, and whether all
// of its commits are here. Neither may be left to find out on the way: git has
// no limit of its own, and passes over what was cut off.
func (g *judgement) judgeable() (bool, error) {
	cut, err := g.Repo.Cut(g.Tip, g.head)
	switch {
	case errors.Is(err, repo.ErrUnrelated):
		return false, problem.PRUnrelated.With(g.q.Head, g.Branch).Because(err)
	case err != nil:
		return false, base.GitProblem(err)
	case cut != "":
		g.r.fail(problem.PRGuardShallow.With(short(cut)))
	default:
		g.judgeCheckout()
	}
	g.judgeBase()
	switch err := g.Repo.Measure(g.Tip, g.head); {
	case err == nil:
	case errors.Is(err, repo.ErrTooMany), errors.Is(err, repo.ErrTree):
		g.r.fail(unlisted("change", err))
	case errors.Is(err, repo.ErrMissing):
		g.r.fail(problem.PRGuardUnreadable.With("change", err))
	default:
		return false, base.GitProblem(err)
	}
	g.r.touched = len(g.r.findings) > 0
	return !g.r.touched, nil
}

// judge reads both trees and judges keys, state and outputs.
func (g *judgement) judge() (err error) {
	if g.before, err = g.Repo.Tree(g.Tip); err != nil {
		g.r.fail(unlisted("base", err))
		return nil
	}
	if g.after, err = g.Repo.Tree(g.merged); err != nil {
		g.r.fail(unlisted("change", err))
		return nil
	}
	g.differs = g.before.Differs(g.after)
	g.commits, g.changes, err = g.Repo.Brought(g.Tip, g.merged)
	switch {
	case errors.Is(err, repo.ErrTooMany):
		g.r.fail(unlisted("change", err))
		g.r.touched = true
		return nil
	case err != nil:
		return base.GitProblem(err)
	}
	if g.Repo.Contains(g.Tip, g.head) {
		g.r.notes = append(g.r.notes, "nothing to judge: "+sink.Code(g.Branch)+" has every commit of the head, "+sink.Code(short(g.head)))
	}
	if err := g.followRebase(); err != nil {
		return err
	}
	g.removeTree = func() {}
	defer func() { g.removeTree() }()
	if err := g.judgeState(); err != nil {
		return err
	}
	if err := g.scanChanges(); err != nil {
		return err
	}
	if err := g.judgeRebased(); err != nil {
		return err
	}
	for _, change := range g.changes {
		g.r.touched = g.r.touched || slices.Contains(g.r.owned, change.Name)
	}
	g.r.touched = g.r.touched || len(g.r.findings) > 0
	return nil
}

// conflict reports a change that cannot be merged; whether it concerns the
// rotation follows from the files, as the base has them.
func (g *judgement) conflict(names []string) (err error) {
	if g.before, err = g.Repo.Tree(g.Tip); err != nil {
		g.r.fail(unlisted("base", err))
		return nil
	}
	if was, ok := g.read(g.before, g.State, "base"); ok && was != nil {
		g.Now, g.r.name = was, was.Metadata.Name
	}
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = sink.Name(name)
	}
	g.r.fail(problem.PRGuardConflict.With(g.Branch, strings.Join(shown, ", ")))
	g.r.touched = slices.Contains(names, g.State)
	if g.Now == nil {
		return nil
	}
	return g.heads(g.before, names, func(_ string, head []byte) {
		g.r.touched = g.r.touched || bytes.HasPrefix(head, []byte(outputs.OwnedBy(g.Now)))
	})
}

// heads gives the beginnings of the regular files among names.
func (g *judgement) heads(t *repo.Tree, names []string, f func(name string, head []byte)) error {
	var regular, objects []string
	for _, name := range names {
		if e, err := t.Find(name); err == nil {
			regular, objects = append(regular, name), append(objects, e.Object)
		}
	}
	return base.GitProblem(g.Repo.Contents(objects, func(i int, c repo.Content) error {
		head, err := io.ReadAll(io.LimitReader(c.Text, outputs.HeadSize))
		f(regular[i], head)
		return err
	}))
}

// unlisted says why the paths of a side were not listed.
func unlisted(side string, err error) *problem.Problem {
	if errors.Is(err, repo.ErrTooMany) {
		return problem.PRGuardTreeSize.With(side, err)
	}
	return problem.PRGuardTree.With(side, err)
}
