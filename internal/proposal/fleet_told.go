package proposal

import (
	"bytes"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// told is what the text of a fleet's pull request says that follows from the commit and
// the one before it alone: who goes where, with what certificates.
type told struct{ title, table, incoming string }

// toldStep is the move of one member.
type toldStep struct {
	member string
	text.Step
}

// told reads it from the commit.
func (p *place) told(d repo.Details) (said told, err error) {
	if len(d.Parents) != 1 {
		return said, problem.PRGit.With("commit " + d.Commit[:12] + " is a merge")
	}
	steps, err := p.stepsOf(d.Trailers[text.TrailerFleet], d.Parents[0], d.Commit)
	if err != nil || len(steps) == 0 {
		return said, err
	}
	var states []text.Step
	for _, s := range steps {
		states = append(states, s.Step)
	}
	said.title = fleetTitle(p.file, len(steps), steps[0].member, steps[0].After.Status.Phase)
	said.table = fleetTable(steps)
	said.incoming, err = text.Incoming(d.Trailers[text.TrailerMaterial], states)
	return said, err
}

// stepsOf are the members whose states here, or pins, differ between two commits, in the
// order of the fleet file. branch is the one that the repositories of pins have too.
func (p *place) stepsOf(branch, was, is string) (steps []toldStep, err error) {
	before, after := p.file, p.file
	if p.name == "" {
		if before, err = p.fleet.fleetAt(was); err == nil {
			after, err = p.fleet.fleetAt(is)
		}
		if err != nil {
			return nil, err
		}
	}
	pins := map[string]string{}
	for _, m := range after.Spec.Members {
		pins[m.Name] = m.Commit
	}
	for _, m := range before.Spec.Members {
		if p.name != "" && m.Repository != p.name {
			continue
		}
		if p.name != m.Repository && pins[m.Name] != m.Commit {
			p.fleet.fetch(m.Repository, branch, pins[m.Name])
		}
		old, next, err := p.texts(m, pins[m.Name], was, is)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(old, next) {
			continue
		}
		s := toldStep{member: m.Name}
		if s.Before, err = state.ParseLegacy(m.State, old); err == nil {
			s.After, err = state.ParseLegacy(m.State, next)
		}
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// texts are the state files of a member at two commits: of one that the fleet's own
// repository pins, at its two pins.
func (p *place) texts(m fleet.Member, pin, was, is string) (old, next []byte, err error) {
	name := p.fleet.nameOf(m)
	switch {
	case p.name == m.Repository && !filepath.IsLocal(filepath.FromSlash(name)), p.name != m.Repository && pin == m.Commit:
		return nil, nil, nil
	case p.name != m.Repository:
		if old, err = p.fleet.opened.Pinned(m); err == nil {
			m.Commit = pin
			next, err = p.fleet.opened.Pinned(m)
		}
		return old, next, err
	}
	if old, _, err = p.stateFile(was, name); err == nil {
		next, _, err = p.stateFile(is, name)
	}
	return old, next, err
}

// fetch has the clone of another repository have a commit that is pinned, if the branch
// there does: without it the member cannot be read.
func (c *fleetCall) fetch(repository, branch, pin string) {
	if o, err := c.other(repository); err == nil && pin != "" && !o.Repo.Has(pin) {
		_ = o.Repo.Fetch(o.Remote, branch, pin, 2)
	}
}

// stateFile is a state file of a commit; all else counts as none.
func (p *place) stateFile(commit, name string) (file []byte, there bool, err error) {
	file, there, err = p.Repo.Regular(commit, name, statefile.MaxSize)
	if err == nil && !there { // an executable one
		file, there, _ = p.Repo.File(commit, name)
	}
	return file, there, base.GitProblem(err)
}

// fits tells whether title and text of a pull request have what follows from a commit that
// nothing proves, whatever their mark says.
func (p *place) fits(d repo.Details) func(title, body string) bool {
	said, err := p.told(d)
	if err != nil || said.table == "" || !p.Repo.Contains(p.Tip, d.Parents[0]) {
		return func(string, string) bool { return false }
	}
	room := forge.LimitsOf(p.flavour).Body - 2000 - 300*len(p.file.Spec.Members) // what no forge cuts
	return func(title, body string) bool {
		for _, part := range []string{said.table, said.incoming} {
			if whole := len(said.table) + len(said.incoming); forge.LimitsOf(p.flavour).Body > 0 && whole > room {
				part = part[:1+strings.LastIndex(part[:max(0, min(len(part), room))], "\n")]
			}
			if !plan.Has(body, part) {
				return false
			}
		}
		return strings.Contains(title, said.title)
	}
}
