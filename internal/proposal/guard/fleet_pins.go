package guard

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// pin is where the state of a member of another repository is read.
type pin struct{ repository, commit, state string }

// pinnedState is what is at a pin: the state, or why it is unknown, and where it was found.
type pinnedState struct {
	now    *state.Rotation
	unread string
	in     *repo.Repo
	// kept are the observations beside it, once they were read.
	kept     []checkout.Kept
	keptErr  error
	keptRead bool
}

// at is what is at the pin of a member of another repository, read once.
func (g *judgement) at(m fleet.Member) *pinnedState {
	at := pin{m.Repository, m.Commit, m.State}
	known := g.pinned[at]
	if known == nil {
		if known = g.stateAt(m); g.pinned == nil {
			g.pinned = map[pin]*pinnedState{}
		}
		g.pinned[at] = known
	}
	return known
}

// readPinned reads the state of a member of another repository at its pinned commit.
func (g *judgement) readPinned(c *fleet.Cluster) {
	known := g.at(c.Member)
	c.Now, c.Unread = known.now, known.unread
}

// stateAt is the state at a pin, or why it is unknown. The clone of this very repository
// serves too: a branch has the commit before the clones do.
func (g *judgement) stateAt(m fleet.Member) *pinnedState {
	var p pinnedState
	text, err := g.clones().Pinned(m)
	if p.in, _ = g.clones().Open(m.Repository); err != nil && m.Commit != "" {
		if own, errOwn := checkout.PinnedIn(g.Repo, m); errOwn == nil {
			text, err, p.in = own, nil, g.Repo
		}
	}
	if err == nil {
		p.now, err = state.ParseLegacy(m.State, text)
	}
	if err != nil {
		p.now, p.unread = nil, problem.Of(err)[0].Text
	}
	return &p
}

// keptAt are the observations beside the state at the pin of a member, as every command
// reads them; none where the state is unknown.
func (g *judgement) keptAt(m fleet.Member) ([]checkout.Kept, error) {
	p := g.at(m)
	if !p.keptRead && p.now != nil {
		p.kept, p.keptErr = checkout.KeptIn(p.in, fleet.Cluster{Member: m, Now: p.now}, maxBrought)
	}
	p.keptRead = true
	return p.kept, p.keptErr
}

func (g *judgement) clones() *checkout.Clones {
	if g.opened == nil {
		g.opened = checkout.NewClones(g.q.Clones)
	}
	return g.opened
}

// pinMove is a pin that a change moves.
type pinMove struct {
	member   int
	was, now *state.Rotation
}

// judgePins judges the steps that new pins announce: each against all members where the
// base has them, and where the change has them. It returns the words of those who made them.
func (g *judgement) judgePins(was, is *fleet.File, name string) (words []rotation.Assumption, err error) {
	if is == nil {
		return nil, nil
	}
	moved, own, err := g.pinMoves(was, is, name)
	if len(moved) == 0 || err != nil {
		return nil, err
	}
	for _, side := range []struct {
		name string
		file *fleet.File
	}{{"base", was}, {"change", is}} {
		tree := g.before
		if side.name == "change" {
			tree = g.after
		}
		scene, _, err := g.sceneOf(side.file, name, side.name, tree, own, true)
		if scene == nil || err != nil {
			return nil, err
		}
		for _, m := range moved {
			i := slices.IndexFunc(side.file.Spec.Members, func(o fleet.Member) bool { return o.Name == is.Spec.Members[m.member].Name })
			holds, err := scene.Judge(i, m.was, m.now)
			if err != nil {
				return nil, err
			}
			for _, p := range scene.Problems(i, holds) {
				g.r.failOnce(p.In(name))
			}
		}
	}
	return own.Assumptions, nil
}

// pinMoves are the pins that move to another step, with the words of those that made
// them. A pin that does not follow from the one before is a finding: what the member had
// at a commit that no log tells of would be forgotten.
func (g *judgement) pinMoves(was, is *fleet.File, fleetName string) (moved []pinMove, own rotation.Evidence, err error) {
	for i, m := range is.Spec.Members {
		n := slices.IndexFunc(was.Spec.Members, func(o fleet.Member) bool { return o.Name == m.Name })
		if n < 0 || m.Repository == "" || was.Spec.Members[n].Repository != m.Repository || was.Spec.Members[n].Commit == m.Commit {
			continue
		}
		before, after := fleet.Cluster{Member: was.Spec.Members[n]}, fleet.Cluster{Member: m}
		g.readPinned(&before)
		g.readPinned(&after)
		refuse := func(why string) { g.r.fail(problem.PRGuardPin.With(m.Name, why)) }
		switch {
		case after.Now == nil:
			refuse("the state at its new commit is not known: " + after.Unread)
		case after.Now.Metadata.Name != m.Name:
			refuse("the state at its new commit is of " + sink.Name(after.Now.Metadata.Name))
		case before.Commit == "":
			g.r.notes = append(g.r.notes, "**member "+sink.Code(m.Name)+" is pinned for the first time**. "+trusts(after.Now))
		case before.Now == nil:
			refuse("the state at its old commit is not known, so that the step cannot be judged: " + before.Unread)
		default:
			if why := follows(before.Now, after.Now, g.Instant); why != "" {
				refuse(why)
				continue
			}
			g.notePin(m, before.Now, after.Now)
			g.judgePinnedSpec(m, before.Now, after.Now)
			g.judgePinnedWords(before.Member, m)
			if err := g.judgePinDates(m, before.Now, after.Now, fleetName); err != nil {
				return nil, own, err
			}
			if before.Now.Status.Epoch != after.Now.Status.Epoch {
				moved = append(moved, pinMove{i, before.Now, after.Now})
				last, _ := after.Now.LastEntry()
				own.Assumptions = append(own.Assumptions, rotation.Vouched(last)...)
			}
		}
	}
	return moved, own, nil
}

// follows says why a state is not the one before or one step of it. By what that step's
// gate was opened is for the guard of the member's repository.
func follows(was, is *state.Rotation, at time.Time) string {
	if err := state.Continues(was.Status.Log, is.Status.Log); err != nil {
		return "its log does not continue the one at the old commit"
	}
	switch steps := len(is.Status.Log) - len(was.Status.Log); {
	case steps > 1:
		return fmt.Sprintf("it takes %d steps at once", steps)
	case steps == 0 && !reflect.DeepEqual(was.Clone().Status, is.Clone().Status):
		return "its status changed without a step"
	case steps == 1:
		return noMove(was, is, at)
	}
	return ""
}

// noMove says why no single move leads from one state to another.
func noMove(was, is *state.Rotation, at time.Time) string {
	var err error
	if rotation.IsReissue(was, is) {
		err = rotation.ReviewReissue(was, is)
	} else {
		_, err = rotation.Review(was, is, rotation.Evidence{}, at)
	}
	if err != nil {
		return "no move leads to it: " + problem.Of(err)[0].Text
	}
	return ""
}

// notePin says what a pin announces. The step is the component's from the merge on, and
// the difference is one hash: what comes and on whose word is said here.
func (g *judgement) notePin(m fleet.Member, was, is *state.Rotation) {
	note := func(text string) { g.r.notes = append(g.r.notes, "member "+sink.Code(m.Name)+text) }
	note(fmt.Sprintf(" is pinned at %s of repository %s: `%s` (epoch %d) to `%s` (epoch %d)",
		sink.Code(m.Commit[:12]), sink.Code(m.Repository), was.Status.Phase, was.Status.Epoch, is.Status.Phase, is.Status.Epoch))
	if g.clones().Unmerged(m.Repository, m.Commit) {
		note(": the default branch of its repository does not have this commit yet")
	}
	if now := trusts(is); now != trusts(was) {
		note(": " + now)
	}
	for _, x := range is.Status.Issuers {
		known := slices.ContainsFunc(was.Status.Issuers, func(o state.Issuer) bool { return o.Certificate == x.Certificate })
		if chain, err := pki.ParseChain([]byte(x.Certificate)); err == nil && !known {
			note(fmt.Sprintf(" gets issuer %s (SHA-256 %s)", sink.Code(x.Name), sink.Code(chain[0].Fingerprint())))
		}
	}
	if last, steps := is.LastEntry(); steps && len(is.Status.Log) > len(was.Status.Log) {
		for _, a := range rotation.Vouched(last) {
			note(": " + wordNote(a))
		}
	}
}

// fleetElsewhere is a fleet whose file is in another repository, with this state's number in it.
type fleetElsewhere struct {
	on     *checkout.Fleet
	member int
	err    error
}

// elsewhere reads such a fleet, once; member is -1 where the state is no part of it.
func (g *judgement) elsewhere() (on *checkout.Fleet, member int, err error) {
	if g.other == nil {
		f := &fleetElsewhere{member: -1}
		f.on, f.err = checkout.Load(checkout.At{Path: g.q.Fleet, Clones: g.q.Clones, Opened: g.clones()}, moves.Brought{})
		if f.err == nil {
			f.member = slices.IndexFunc(f.on.Clusters, func(c fleet.Cluster) bool {
				return c.Repository != "" && c.Name == g.Now.Metadata.Name && fleet.Clean(c.State) == g.State
			})
		}
		g.other = f
	}
	return g.other.on, g.other.member, g.other.err
}

// judgeInFleet judges a step of a state whose fleet file is in another repository. That
// file and what lies beside it are the operator's, as the states that it pins: nothing of
// them comes from the change.
func (g *judgement) judgeInFleet(next *state.Rotation, own rotation.Evidence) error {
	if g.q.Fleet == "" || g.Now == nil {
		return nil
	}
	on, member, err := g.elsewhere()
	if err != nil {
		g.r.findings = append(g.r.findings, problem.Of(err)...)
		return nil
	}
	if member < 0 {
		g.r.fail(problem.PRGuardNoMember.With(g.State).In(g.q.Fleet))
		return nil
	}
	for i, c := range on.Clusters {
		switch {
		case i == member:
		case c.Repository != "":
			g.fleetStates = append(g.fleetStates, g.memberStates(c.Member)...)
		case c.Now != nil:
			g.fleetStates = append(g.fleetStates, otherState{c.Name, c.Now, c.Now})
		}
	}
	if g.Now.Status.Epoch == next.Status.Epoch {
		return nil
	}
	pinned := on.Clusters[member]
	g.readPinned(&pinned)
	switch {
	case pinned.Now == nil:
		g.r.fail(problem.PRGuardPinned.With(g.q.Fleet, pinned.Name, pinned.Unread))
		return nil
	case !reflect.DeepEqual(pinned.Now.Clone().Status, next.Clone().Status):
		g.r.fail(problem.PRGuardPinned.With(g.q.Fleet, pinned.Name,
			fmt.Sprintf("%s, epoch %d", pinned.Now.Status.Phase, pinned.Now.Status.Epoch)))
	}
	on.Clusters[member].Now, on.Clusters[member].Unread = g.Now, ""
	if err := g.countElsewhere(on.Clusters, member); err != nil {
		return err
	}
	for i := range on.Evidence {
		on.Evidence[i].Assumptions = own.Assumptions // a person's word is about the component
	}
	on.Evidence[member] = own
	scene, err := fleet.Open(on.File, on.Clusters, on.Evidence, g.Instant)
	if err != nil {
		g.r.findings = append(g.r.findings, problem.Of(err)...)
		return nil
	}
	holds, err := scene.Judge(member, g.Now, next)
	if err != nil {
		return err
	}
	for _, p := range scene.Problems(member, holds) {
		g.r.fail(p.In(g.State))
	}
	return nil
}

// judgeFleetAlone judges a change of a fleet file in a repository without the state: one
// that holds the fleet file of other repositories.
func (g *judgement) judgeFleetAlone() (judged bool, err error) {
	name := g.fleetName()
	if name == "" {
		return false, nil
	}
	was, is := g.fleetAt(g.before, name, "base"), g.fleetAt(g.after, name, "change")
	if !pins(was) && !pins(is) {
		return false, nil
	}
	g.r.owned = append(g.r.owned, name)
	g.r.name = "fleet"
	g.wasName = name // keys for evidence are listed beside the fleet file
	g.judgeSigners(g.besideBase(g.Signers))
	for _, f := range []*fleet.File{was, is} {
		g.ownObservations(f, name)
	}
	was, words, err := g.judgeFile(was, is, name)
	if err != nil {
		return true, err
	}
	return true, g.judgeJoined(was, is, name, rotation.Evidence{Assumptions: words})
}

// judgeAroundFleet is judgeAround where there is a fleet file and no state.
func (g *judgement) judgeAroundFleet() error {
	owned := map[string]bool{g.besideBase(g.Signers): true}
	for _, name := range g.r.owned {
		owned[name] = true
	}
	g.judgeIntermediate(owned)
	g.judgeWindows(owned, g.judgeFolds(owned))
	return g.judgeAttributes(owned, owned)
}

// judgeFleetBeside is judgeFleetAlone where a first state comes into that repository: it
// takes nothing of the fleet file away from the judgement.
func (g *judgement) judgeFleetBeside() error {
	name, was := g.r.name, g.wasName
	_, err := g.judgeFleetAlone()
	g.r.name, g.wasName = name, was
	return err
}

func pins(f *fleet.File) bool {
	return f != nil && slices.ContainsFunc(f.Spec.Members, func(m fleet.Member) bool { return m.Repository != "" })
}

// pinnedAs is the base's fleet file with the pins of a side.
func pinnedAs(was, is *fleet.File, side string) *fleet.File {
	if is == nil || side == "base" {
		return was
	}
	f := *was
	f.Spec.Members = slices.Clone(was.Spec.Members)
	for i, m := range f.Spec.Members {
		n := slices.IndexFunc(is.Spec.Members, func(o fleet.Member) bool { return o.Name == m.Name && o.Repository == m.Repository })
		if n >= 0 {
			f.Spec.Members[i].Commit = is.Spec.Members[n].Commit
		}
	}
	return &f
}
