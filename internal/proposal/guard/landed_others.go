package guard

import (
	"path"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// countMember gives a member of a fleet the instants that count ([judgement.counted]): by
// the history of its state in this repository, or by that of its pins.
func (g *judgement) countMember(c *fleet.Cluster, fleetName string, step bool) error {
	if c.Now == nil || began(c.Now.Status.Log) == len(c.Now.Status.Log) {
		return nil
	}
	file := path.Join(path.Dir(fleetName), c.State)
	var l *landings
	var err error
	switch {
	case c.Repository != "":
		file = fleetName
		l, err = g.pinLandings(fleetName, c.Name)
	case file == g.State:
		l, err = g.stateLandings(g.wasName)
	default:
		l, err = g.stateLandings(file)
	}
	if err == nil {
		c.Waves, err = g.waves(c.Now, l)
	}
	if err == nil {
		c.Now, err = g.countedOther("member "+sink.Code(c.Name), file, c.Now, l, step)
	}
	return err
}

// countElsewhere is countMember for all members of a fleet file in another repository, by
// the history that its checkout has. Its own guard has judged them so.
func (g *judgement) countElsewhere(clusters []fleet.Cluster, own int) error {
	l, err := g.stateLandings(g.wasName)
	if err != nil {
		return err
	}
	if clusters[own].Waves, err = g.waves(g.Now, l); err != nil {
		return err
	}
	if clusters[own].Now, err = g.countedOther("", "", g.Now, l, false); err != nil {
		return err
	}
	r, err := repo.Open(filepath.Dir(g.q.Fleet))
	if err != nil {
		return nil
	}
	name, inside := files.Below(disk.Real(r.Top), disk.Real(g.q.Fleet))
	tip, err := r.ResolveOne("HEAD")
	if err != nil || !inside {
		return nil
	}
	there := newJudgement(&base.Base{World: g.World, Repo: r, Tip: tip}, g.q, tip)
	there.opened = g.opened
	for i := range clusters {
		if i == own {
			continue
		}
		if err := there.countMember(&clusters[i], name, false); err != nil {
			return err
		}
	}
	return nil
}

// countLinks does so for linked clusters whose states are in this repository. Of them and
// of this cluster it also adds since when waves have reached whom.
func (g *judgement) countLinks(next *state.Rotation, e *rotation.Evidence) error {
	e.Waves = map[string][]rotation.WaveVersion{}
	if log := g.Now.Status.Log; began(log) < len(log) {
		l, err := g.stateLandings(g.wasName)
		if err == nil {
			e.Waves[g.Now.Metadata.Name], err = g.waves(g.Now, l)
		}
		if err != nil {
			return err
		}
	}
	for i, linked := range e.Links {
		n := slices.IndexFunc(next.Spec.Links, func(l state.Link) bool { return l.Name == linked.Name })
		if n < 0 || linked.State == nil {
			continue
		}
		file := g.Beside(next.Spec.Links[n].State)
		if !filepath.IsLocal(filepath.FromSlash(file)) {
			continue // beside the clone: nothing says when it came there
		}
		l, err := g.stateLandings(g.atBase(file, linked.Name))
		if err == nil {
			e.Waves[linked.Name], err = g.waves(linked.State, l)
		}
		if err == nil {
			e.Links[i].State, err = g.countedOther("linked cluster "+sink.Code(linked.Name), file, linked.State, l, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// atBase is where the base has the state of a linked cluster, which may have moved with
// this one.
func (g *judgement) atBase(file, link string) string {
	for _, l := range g.Now.Spec.Links {
		if name := g.besideBase(l.State); l.Name == link && l.State != "" && !g.before.Has(file) && g.before.Has(name) {
			return name
		}
	}
	return file
}

// judgePinDates is judgeLanded for the step at a new pin. Where a member has moved on
// before its pin was merged, a maintainer accepts that: its waits begin with the pins.
func (g *judgement) judgePinDates(m fleet.Member, was, is *state.Rotation, fleetName string) error {
	l, err := g.pinLandings(fleetName, m.Name)
	if err != nil {
		return err
	}
	return g.judgeDates(l, was, is, fleetName, func(entry int, at, how string) {
		g.r.fail(problem.PRGuardPin.With(m.Name, problem.PRGuardLogAt.With(entry, at, how).Text))
	})
}
