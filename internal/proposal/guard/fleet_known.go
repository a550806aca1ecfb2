package guard

import (
	"crypto/sha256"
	"fmt"
	"path"
	"reflect"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// memberKnown is what both sides know of a member of a fleet.
type memberKnown struct {
	rotation.Evidence
	// unseen is why some of it cannot be read.
	unseen string
	// named are the observations that the fleet file names.
	named []*rotation.Observation
	// read are the files that were read, with their objects.
	read map[string]bool
}

// knownOf is what both sides know of a member: until something newer is known it counts,
// also in the change that takes it away. As for `fleet status`, the observations that the
// fleet file names show what is live, and so do those that the change brings beside the
// state; what lay there before opens waits alone, and holds what it shows to be otherwise.
func (g *judgement) knownOf(name, fleetName string) memberKnown {
	var k memberKnown
	was, is := memberOf(g.fleets[g.before], name), memberOf(g.fleets[g.after], name)
	if is == nil {
		is = was // it leaves
	}
	g.addKnown(&k, g.after, is, fleetName)
	if was != nil {
		g.addKnown(&k, g.before, was, fleetName)
	}
	return k
}

// once reports whether a file was not read from the other side yet: the same observation
// counts once.
func (k *memberKnown) once(name, object string) bool {
	if k.read == nil {
		k.read = map[string]bool{}
	}
	was := k.read[name+" "+object]
	k.read[name+" "+object] = true
	return !was
}

func memberOf(f *fleet.File, name string) *fleet.Member {
	if f == nil {
		return nil
	}
	i := slices.IndexFunc(f.Spec.Members, func(m fleet.Member) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return &f.Spec.Members[i]
}

// addKnown adds what a side knows: what the fleet file names, and what is kept in
// evidence/ beside the state.
func (g *judgement) addKnown(k *memberKnown, t *repo.Tree, m *fleet.Member, fleetName string) {
	for _, name := range named(*m, fleetName) {
		switch o := g.observation(t, name); {
		case !t.Has(name) || !k.once(name, t.At(name).Object):
		case o == nil || o.Cluster != m.Name:
			k.unseen = unreadAt(name)
		case t == g.before || g.counts(name):
			k.named, k.Observations = append(k.named, o), append(k.Observations, o)
		}
	}
	if m.Repository != "" {
		kept, err := g.keptAt(*m)
		if err != nil {
			k.unseen = problem.Of(err)[0].Text
		}
		for _, o := range kept {
			switch {
			case o.Unread != nil:
				k.unseen = unreadAt(m.Repository + ":" + o.Name)
			case k.once(o.Name, fmt.Sprint(sha256.Sum256(o.Text))):
				g.written[o.Observation] = o.Text
				k.Earlier = append(k.Earlier, g.unsignedKept(o.Observation))
			}
		}
		return
	}
	for _, name := range evidenceIn(t, m.Name, path.Join(path.Dir(fleetName), m.State)) {
		brought := t == g.after && slices.Contains(g.differs, name)
		switch o := g.observation(t, name); {
		case !k.once(name, t.At(name).Object):
		case o == nil:
			k.unseen = unreadAt(name)
		case brought && !g.counts(name):
		case brought && o.Cluster == m.Name:
			k.Observations = append(k.Observations, o)
		default:
			k.Earlier = append(k.Earlier, g.unsignedKept(o))
		}
	}
}

// observation reads one of a side; nil where there is none that can be read.
func (g *judgement) observation(t *repo.Tree, name string) *rotation.Observation {
	key := sideFile{t, name}
	o, read := g.observations[key]
	if !read {
		if text, ok := g.fileOf(t, name, g.sideOf(t), base.MaxObservation); ok {
			if o, _ = rotation.ParseObservation(name, text); o != nil {
				g.written[o] = text
			}
		}
		g.observations[key] = o
	}
	return o
}

// sideFile is a file of a side.
type sideFile struct {
	of   *repo.Tree
	name string
}

func unreadAt(name string) string { return "the observation " + sink.Name(name) + " cannot be read" }

// judgeOlderAtPins is judgeOlder for what lies beside the states of members at new pins.
// What is known of a cluster does not leave with it, unless a rotation of that starts. What
// the fleet file names counts in its place.
func (g *judgement) judgeOlderAtPins(was, is *fleet.File, fleetName string) {
	for _, m := range was.Spec.Members {
		now := memberOf(is, m.Name)
		if now == nil || m.Repository == "" || reflect.DeepEqual(m, *now) {
			continue // it leaves, or stays
		}
		all := observed{}
		if !g.keptAtPins(m, *now, fleetName, all) {
			continue
		}
		for _, name := range named(m, fleetName) {
			if o := g.observation(g.before, name); o != nil {
				n := all.of(o.Cluster)
				n.known = append(n.known, o)
			}
		}
		for _, name := range named(*now, fleetName) {
			if o := g.observation(g.after, name); o != nil && o.Cluster == now.Name && g.counts(name) && !g.isForeign(g.after, o) {
				g.put(all, o, false, false)
			}
		}
		g.noteTaken(all, " of a pin")
		g.failOlder(all, fleetName, g.stands(evidence.Signers(g.signersAtPin(m))))
	}
}

// judgeOlderOfMembers: barriers read of a member what the fleet file names and what is kept
// beside its state, here or at its pin. What another member keeps of it takes its place as
// little as nothing does.
func (g *judgement) judgeOlderOfMembers(was, is *fleet.File, fleetName string) {
	for _, m := range was.Spec.Members {
		now := memberOf(is, m.Name)
		if now == nil || reflect.DeepEqual(m, *now) && !slices.ContainsFunc(g.differs, g.isReadOf(m, fleetName)) {
			continue // it leaves, or stays
		}
		before, after := g.stateOfMember(g.before, m, fleetName), g.stateOfMember(g.after, *now, fleetName)
		starts := before != nil && after != nil && before.Status.Rotation == nil && after.Status.Rotation != nil
		all := observed{}
		for _, o := range g.readOf(g.before, m, fleetName, starts) {
			g.put(all, o, true, false)
		}
		for _, o := range g.readOf(g.after, *now, fleetName, false) {
			g.put(all, o, false, false)
		}
		n := all.of(m.Name)
		taken := g.taken(m.Name, n, g.stands(evidence.Signers(g.signersAtPin(m))))
		if o := taken.Lost(nil); o != nil {
			g.failOlderOf(m.Name, instantOf(o), "leaves none where barriers read it that shows all that it does, or counts waits from before it", fleetName)
		}
	}
}

// stateOfMember is the state of a member as a side has it; nil where none can be read.
func (g *judgement) stateOfMember(t *repo.Tree, m fleet.Member, fleetName string) *state.Rotation {
	if m.Repository != "" {
		return g.at(m).now
	}
	return g.stateIn(t, path.Join(path.Dir(fleetName), m.State))
}

// isReadOf reports whether a path of this repository is one where readOf looks.
func (g *judgement) isReadOf(m fleet.Member, fleetName string) func(string) bool {
	files, dir := named(m, fleetName), path.Join(path.Dir(fleetName), path.Dir(m.State), base.EvidenceFolder)
	return func(name string) bool {
		return slices.Contains(files, name) || m.Repository == "" && path.Dir(name) == dir
	}
}

// readOf are the observations of a member that barriers read on a side.
func (g *judgement) readOf(t *repo.Tree, m fleet.Member, fleetName string, namedOnly bool) (all []*rotation.Observation) {
	add := func(o *rotation.Observation) {
		if o != nil && o.Cluster == m.Name && !g.isForeign(t, o) {
			all = append(all, o)
		}
	}
	files := named(m, fleetName)
	if m.Repository == "" && !namedOnly {
		files = append(files, evidenceIn(t, m.Name, path.Join(path.Dir(fleetName), m.State))...)
	}
	for _, name := range files {
		if t == g.before || g.counts(name) {
			add(g.observation(t, name))
		}
	}
	if m.Repository != "" && !namedOnly {
		for _, o := range g.keptOf(m) {
			add(o)
		}
	}
	return all
}

// keptOf are the observations of keptAt that can be read.
func (g *judgement) keptOf(m fleet.Member) (all []*rotation.Observation) {
	kept, _ := g.keptAt(m) // what cannot be read is said by knownOf
	for _, k := range kept {
		if k.Observation != nil {
			g.written[k.Observation] = k.Text
			all = append(all, k.Observation)
		}
	}
	return all
}

// keptAtPins adds what lies beside the state at two pins of a member, if it can be compared.
func (g *judgement) keptAtPins(was, is fleet.Member, fleetName string, to observed) bool {
	before, after := g.stateOfMember(g.before, was, fleetName), g.stateOfMember(g.after, is, fleetName)
	if before == nil || after == nil {
		return false
	}
	starts := before.Status.Rotation == nil && after.Status.Rotation != nil
	brought, err := g.broughtByPin(was, is)
	if err != nil {
		return false // said by judgePinnedWords
	}
	for _, o := range g.keptOf(was) {
		if !(starts && o.Cluster == was.Name) && !g.isForeign(g.before, o) {
			g.put(to, o, true, false)
			if n := to[o.Cluster]; n != nil {
				if n.kept = append(n.kept, o); starts {
					n.cleared = append(n.cleared, o)
				}
			}
		}
	}
	for _, o := range g.keptNow(is, fleetName) {
		if o != nil && !g.isForeign(g.after, o) {
			g.put(to, o, false, slices.ContainsFunc(brought, func(b checkout.Kept) bool { return b.Observation == o }))
		}
	}
	return true
}

// keptNow are the observations beside the state of a member as the change has it, here or
// at its pin; nil is one that cannot be read.
func (g *judgement) keptNow(m fleet.Member, fleetName string) (all []*rotation.Observation) {
	if m.Repository == "" {
		for _, name := range evidenceIn(g.after, m.Name, path.Join(path.Dir(fleetName), m.State)) {
			all = append(all, g.observation(g.after, name))
		}
		return all
	}
	return g.keptOf(m)
}
