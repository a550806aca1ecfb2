package guard

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// fleetName is the fleet file's name in the repository; "" without --fleet, and where it
// is in another one.
func (g *judgement) fleetName() string {
	if g.q.Fleet == "" {
		return ""
	}
	name, inside := files.Below(g.Repo.Top, g.q.Fleet)
	if !inside {
		if name, inside = files.Below(disk.Real(g.Repo.Top), disk.Real(g.q.Fleet)); !inside {
			return ""
		}
	}
	return name
}

// judgeFleet judges a step of this state, or a change of the fleet file, against the
// fleet; next is the state of the merge, own what shows where its cluster is.
//
// The fleet is the base's: a change that takes a member away may not thereby open a
// gate of its own. The other members count with their states of both sides, since a
// change may move several.
func (g *judgement) judgeFleet(next *state.Rotation, own rotation.Evidence) error {
	name := g.fleetName()
	if name == "" {
		return g.judgeInFleet(next, own)
	}
	g.r.owned = append(g.r.owned, name)
	was, is := g.fleetAt(g.before, name, "base"), g.fleetAt(g.after, name, "change")
	if was == nil && is == nil {
		g.r.fail(problem.PRGuardNoFleet.With().In(name))
		return nil
	}
	for _, f := range []*fleet.File{was, is} {
		g.ownObservations(f, name)
	}
	was, words, err := g.judgeFile(was, is, name)
	if err != nil {
		return err
	}
	own.Assumptions = slices.Concat(own.Assumptions, words)
	for side, tree := range map[string]*repo.Tree{"base": g.before, "change": g.after} {
		scene, member, err := g.sceneOf(pinnedAs(was, is, side), name, side, tree, own, g.Now.Status.Epoch != next.Status.Epoch)
		if scene == nil || err != nil {
			return err
		}
		if g.Now.Status.Epoch == next.Status.Epoch {
			continue
		}
		holds, err := scene.Judge(member, g.Now, next)
		if err != nil {
			return err
		}
		for _, p := range scene.Problems(member, holds) {
			g.r.failOnce(p.In(g.State))
		}
	}
	return g.judgeJoined(was, is, name, own)
}

// ownObservations: what a fleet file names in this repository is of the rotation, as are
// the observations of a state's links.
func (g *judgement) ownObservations(f *fleet.File, name string) {
	if f == nil {
		return
	}
	for _, m := range f.Spec.Members {
		g.r.owned = append(g.r.owned, named(m, name)...)
	}
}

// judgeFile judges what the change makes of the fleet file and of the observations that
// it names. It returns the fleet that counts, and the words of those who moved pins.
func (g *judgement) judgeFile(was, is *fleet.File, name string) (counts *fleet.File, words []rotation.Assumption, err error) {
	if g.Now == nil { // else they were judged with the state's
		if err := g.judgeAuthors(ofFleet); err != nil {
			return nil, nil, err
		}
		g.judgeOlder(ofFleet, name)
	}
	if was == nil {
		was = is
		g.r.notes = append(g.r.notes, "**the change brings the fleet file** ("+sink.Code(name)+"): its barriers hold from now on")
	}
	g.judgeMembers(was, is)
	if is != nil {
		g.judgeOlderAtPins(was, is, name)
		g.judgeOlderOfMembers(was, is, name)
	}
	words, err = g.judgePins(was, is, name)
	return was, words, err
}

// judgeMembers: who leaves the fleet is seen, and accepted by a reviewer.
func (g *judgement) judgeMembers(was, is *fleet.File) {
	if is == nil {
		g.r.fail(problem.PRGuardFleet.With("the fleet file is removed"))
		return
	}
	for _, m := range was.Spec.Members {
		i := slices.IndexFunc(is.Spec.Members, func(o fleet.Member) bool { return o.Name == m.Name })
		switch {
		case i < 0:
			g.r.fail(problem.PRGuardFleet.With("member " + m.Name + " leaves"))
		case fleet.Clean(is.Spec.Members[i].State) != fleet.Clean(m.State), is.Spec.Members[i].Repository != m.Repository:
			g.r.fail(problem.PRGuardFleet.With("member " + m.Name + " has another state file"))
		}
		if i >= 0 && is.Spec.Members[i].Context != "" && is.Spec.Members[i].Context != m.Context {
			g.r.fail(problem.PRGuardFleet.With("member " + m.Name + " is read from another context, or from one at all: what is observed there will count as of its cluster"))
		}
	}
	g.noteFleet(was, is)
	for _, l := range was.Spec.Links {
		if !slices.ContainsFunc(is.Spec.Links, func(o fleet.Link) bool {
			return !slices.ContainsFunc(l.Members, func(name string) bool { return !slices.Contains(o.Members, name) })
		}) {
			g.r.fail(problem.PRGuardFleet.With("the link of " + strings.Join(l.Members, ", ") + " is removed or reaches fewer members"))
		}
	}
}

// noteFleet notes what decides which step comes first, and what shows where a member is.
func (g *judgement) noteFleet(was, is *fleet.File) {
	note := func(what string) {
		g.r.notes = append(g.r.notes, "**the fleet file changes "+what+"**: it holds for the steps that follow")
	}
	if was.Metadata.Name != is.Metadata.Name {
		note("its name, by which requests for it are found")
	}
	if !slices.Equal(was.Spec.Canaries, is.Spec.Canaries) {
		note("who takes every step first")
	}
	if was.Spec.Limits != is.Spec.Limits {
		note("how many members move together")
	}
	for _, m := range was.Spec.Members {
		i := slices.IndexFunc(is.Spec.Members, func(o fleet.Member) bool { return o.Name == m.Name })
		if i >= 0 && fleet.Clean(is.Spec.Members[i].Observation) != fleet.Clean(m.Observation) {
			note("the observation of member " + sink.Code(m.Name))
		}
		if i >= 0 && m.Context != "" && is.Spec.Members[i].Context == "" {
			note("that member " + sink.Code(m.Name) + " is read from a context")
		}
	}
}

// judgeJoined: in the fleet that the change makes no pair fails that does not already.
func (g *judgement) judgeJoined(was, is *fleet.File, name string, own rotation.Evidence) error {
	if is == nil || !slices.Contains(g.differs, name) {
		return nil
	}
	before, _, err := g.sceneOf(was, name, "base", g.before, own, false)
	if before == nil || err != nil {
		return err
	}
	after, _, err := g.sceneOf(is, name, "change", g.after, own, false)
	if after == nil || err != nil {
		return err
	}
	if len(was.Spec.Links) == 0 { // else their lines were compared
		for _, l := range fleet.Lost(was, is, before.Clusters, after.Clusters) {
			g.r.fail(problem.PRGuardFleet.With("the link of " + l[0] + ", " + l[1] + " is in the states, and the list that the change brings does not have it"))
		}
	}
	known := before.Standing()
	for _, p := range after.Standing() {
		if !slices.ContainsFunc(known, func(k *problem.Problem) bool { return k.Text == p.Text }) {
			g.r.fail(p.In(name))
		}
	}
	return nil
}

// fleetAt is the fleet file of a side, read once; nil where it has none, or none that can
// be read.
func (g *judgement) fleetAt(t *repo.Tree, name, side string) *fleet.File {
	if f, read := g.fleets[t]; read {
		return f
	}
	g.fleets[t] = nil
	if text, ok := g.fileOf(t, name, side, state.MaxSize); ok {
		f, err := fleet.Parse(name, text)
		g.r.findings = append(g.r.findings, problem.Of(err)...)
		g.fleets[t] = f
	}
	return g.fleets[t]
}

// fileOf reads a regular file of a side; what is there and is none is a finding.
func (g *judgement) fileOf(t *repo.Tree, name, side string, limit int64) ([]byte, bool) {
	e, err := t.Find(name)
	if errors.Is(err, repo.ErrAbsent) {
		return nil, false
	}
	if err != nil {
		g.r.fail(problem.PRGuardNotFile.With(err, side).In(sink.Name(name)))
		return nil, false
	}
	text, err := g.Repo.Read(e, limit)
	if err != nil {
		g.r.fail(problem.PRGuardUnreadable.With(side, err).In(sink.Name(name)))
		return nil, false
	}
	return text, true
}

// sceneOf is the fleet as a side has it, with this state as the base has it, to judge a
// step or without one. A member whose state is not in this repository is unknown.
func (g *judgement) sceneOf(f *fleet.File, name, side string, t *repo.Tree, own rotation.Evidence, step bool) (*fleet.Scene, int, error) {
	member := -1
	clusters, known := make([]fleet.Cluster, len(f.Spec.Members)), make([]rotation.Evidence, len(f.Spec.Members))
	for i, m := range f.Spec.Members {
		clusters[i].Member = m
		if m.Repository != "" {
			g.readPinned(&clusters[i])
			continue
		}
		file := path.Join(path.Dir(name), m.State)
		if file == g.State {
			member, clusters[i].Now = i, g.Now
			continue
		}
		text, ok := g.fileOf(t, file, side, statefile.MaxSize)
		if !ok {
			clusters[i].Unread = "it is not a file of this repository"
			continue
		}
		now, err := state.ParseLegacy(file, text)
		if err != nil {
			clusters[i].Unread = problem.Of(err)[0].Text
			continue
		}
		clusters[i].Now = now
	}
	if member < 0 && g.Now != nil {
		g.r.fail(problem.PRGuardNoMember.With(g.State).In(name))
		return nil, -1, nil
	}
	for i, m := range f.Spec.Members {
		if err := g.countMember(&clusters[i], name, step); err != nil {
			return nil, -1, err
		}
		k := g.knownOf(m.Name, name)
		if known[i], clusters[i].Unseen = k.Evidence, k.unseen; i == member && len(own.Observations)+len(own.Earlier) > 0 {
			known[i] = own // has all that is known, and what counts of it
			known[i].Observations = slices.Concat(own.Observations, k.named)
		}
		known[i].Assumptions = own.Assumptions // a person's word is about the component
	}
	scene, err := fleet.Open(f, clusters, known, g.Instant)
	if err != nil {
		g.r.findings = append(g.r.findings, problem.Of(err)...)
		return nil, -1, nil
	}
	return scene, member, nil
}

// named is the place of a member's observation that the fleet file names, if it does.
func named(m fleet.Member, fleetName string) []string {
	if m.Observation == "" {
		return nil
	}
	return []string{path.Join(path.Dir(fleetName), m.Observation)}
}

// counts reports whether an observation counts: the base has it, or a key that the
// base lists for evidence signed it ([judgement.judgeAuthors]), or the base lists none.
func (g *judgement) counts(name string) bool {
	if !slices.Contains(g.differs, name) {
		return true
	}
	cluster := ""
	if o := g.observation(g.after, name); o != nil {
		cluster = o.Cluster
	}
	keys, ok := g.keysFor(cluster)
	return ok && (len(keys) == 0 || g.signed[name])
}
