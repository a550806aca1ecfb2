package proposal

import (
	"path"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// kept is the commit that a call which ended early made for a branch, with the commits
// of other repositories that it pins and all keys that it brings; "" if there is none.
// So nothing is minted twice. Keys that no commit names are removed.
func (c *fleetCall) kept(f *checkout.Fleet, branch string) (string, error) {
	made, err := c.Repo.Made(text.FleetPrefix(f.File.Metadata.Name))
	if err != nil {
		return "", base.GitProblem(err)
	}
	if err := keyfile.Recover(c.Moves.Files, c.StatePath, c.named(f, made)); err != nil {
		return "", err
	}
	pending, err := c.Repo.Pending(text.FleetPrefix(f.File.Metadata.Name))
	if err != nil || c.q.Wish.Anew {
		return "", base.GitProblem(err)
	}
	for _, commit := range []string{made[branch], pending[branch]} {
		if commit == "" {
			continue
		}
		usable, err := c.usable(f, branch, commit)
		if usable && commit == pending[branch] {
			err = c.remember(branch, commit)
		}
		if usable || err != nil {
			return commit, err
		}
	}
	return "", nil
}

// usable reports whether a commit can be pushed as it was made.
func (c *fleetCall) usable(f *checkout.Fleet, branch, commit string) (bool, error) {
	recorded, err := c.Repo.Recorded(branch, commit)
	if err != nil || !recorded {
		return false, base.GitProblem(err)
	}
	pins, err := c.pinnedBy(f, commit)
	if err != nil || !c.hasAll(pins) {
		return false, nil // it is made anew
	}
	if onTip, err := c.onTip(commit); err != nil || !onTip && c.q.Wish.Verb != state.MoveStart && len(pins) == 0 {
		return false, err
	}
	return c.hasKeys(f, commit), nil
}

// userPath is where the user's checkouts have the state of a member.
func (c *fleetCall) userPath(m fleet.Member) string {
	return checkout.At{Path: c.StatePath, Clones: c.clones}.StateOf(m)
}

// stateOf is the state of a member as a commit of the fleet's repository has it, or pins it.
func (c *fleetCall) stateOf(commit string, m fleet.Member) (*state.Rotation, error) {
	if m.Repository != "" {
		text, err := c.opened.Pinned(m)
		if err != nil {
			return nil, err
		}
		return state.ParseLegacy(m.State, text)
	}
	text, _, err := c.Repo.File(commit, path.Join(path.Dir(c.State), m.State))
	if err != nil {
		return nil, base.GitProblem(err)
	}
	return state.ParseLegacy(m.State, text)
}

// named tells which key files are in use: those of the states at the base, in the user's
// checkouts, and of commits that were made.
func (c *fleetCall) named(f *checkout.Fleet, made map[string]string) func(path string) bool {
	var all []func(string) bool
	of := func(commit string, members []fleet.Member) {
		for _, m := range members {
			if s, err := c.stateOf(commit, m); err == nil {
				all = append(all, keyfile.NamedBy(c.userPath(m), s))
			}
		}
	}
	of(c.Tip, f.File.Spec.Members)
	for _, commit := range made {
		if next, err := c.fleetAt(commit); err == nil {
			of(commit, next.Spec.Members)
		}
	}
	for _, m := range f.File.Spec.Members {
		all = append(all, keyfile.NamedAt(c.userPath(m)))
	}
	return func(path string) bool {
		return slices.ContainsFunc(all, func(names func(string) bool) bool { return names(path) })
	}
}

// hasKeys reports whether the keys in plain files of certificates that a commit brings
// are in the user's checkouts, and fit.
func (c *fleetCall) hasKeys(f *checkout.Fleet, commit string) bool {
	next, err := c.fleetAt(commit)
	if err != nil || len(next.Spec.Members) != len(f.Clusters) {
		return false
	}
	for i, m := range next.Spec.Members {
		s, err := c.stateOf(commit, m)
		if err != nil || f.Clusters[i].Now == nil || s.WithDefaults().Spec.Custody.Kind != state.CustodyFile {
			continue
		}
		brought, err := broughtKeys(s, f.Clusters[i].Now)
		if err != nil {
			return false
		}
		for _, k := range brought {
			if !fits(statefile.Beside(c.userPath(m), k.Path), k.Certificate) {
				return false
			}
		}
	}
	return true
}
