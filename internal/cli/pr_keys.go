package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// keyHome is the state file that paths of minted keys are relative to: keys in
// plain files are for the user's folder and never for the tree of a commit.
func (c *prCall) keyHome(s *state.Rotation) string {
	if s.WithDefaults().Spec.Custody.Kind == state.CustodyFile {
		return c.f.statePath
	}
	return c.at(c.state)
}

// putKeys writes the minted keys that the custody keeps in Git into the tree.
// The others are for folders that outlive this call: they are given back, to be
// written when the commit is made (outputs and hooks may take minutes or fail).
func (c *prCall) putKeys(m *rotation.Move) (outside []keyfile.File, err error) {
	flags := c.f.moveFlags
	flags.statePath = c.keyHome(m.State)
	files, err := c.sealKeys(&flags, m)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Path, c.root+string(filepath.Separator)) {
			outside = append(outside, f)
			continue
		}
		if err := c.putNew(c.inRepository(f.Path), f.Text); err != nil {
			return nil, err
		}
		fmt.Fprintf(&c.talk, "note: %s\n", f.Note)
	}
	return outside, nil
}

// keep writes the keys of a commit that are outside of it, and remembers the
// commit. It is pending meanwhile: a call that is killed in between leaves keys
// that nobody else has, and the next call finds the commit that names them.
// Nothing is pushed before.
func (c *prCall) keep(p *proposal, keys []keyfile.File) error {
	undo := func() {}
	if len(keys) > 0 {
		err := c.repo.Await(p.branch, p.commit)
		if err != nil {
			return c.gitProblem(err)
		}
		if undo, err = keyfile.StoreAlone(c.files(), c.f.statePath, keys); err != nil {
			_ = c.repo.Forget(p.branch) // without its keys it is not taken up either
			return err
		}
	}
	err := c.remember(p)
	if err != nil {
		undo()
	}
	return err
}

// remember records the commit of a branch. What the remote has there stays
// recorded until the new one is pushed: it is then pushed over.
func (c *prCall) remember(p *proposal) error {
	if was := c.branches.Heads[p.branch]; was != "" && was != p.commit {
		recorded, err := c.repo.Recorded(p.branch, was)
		if err == nil && recorded {
			err = c.repo.Supersede(p.branch, was)
		}
		if err != nil {
			return c.gitProblem(err)
		}
	}
	return c.gitProblem(c.repo.Remember(p.branch, p.commit))
}

// addPending adds the commits of calls that were killed, where all keys that
// they brought are there.
func (c *prCall) addPending(found map[string]string) error {
	if !c.f.dryRun {
		if err := keyfile.Recover(c.files(), c.f.statePath, c.named()); err != nil {
			return err
		}
	}
	pending, err := c.repo.Pending(c.prefix())
	if err != nil {
		return c.gitProblem(err)
	}
	for branch, commit := range pending {
		if c.hasKeys(commit) {
			found[branch] = commit
		}
	}
	return nil
}

// named tells which key files are in use: those of the state at the base, of the
// state in the user's own folder, and of commits that were made.
func (c *prCall) named() func(path string) bool {
	all := []func(string) bool{keyfile.NamedBy(c.f.statePath, c.now), keyfile.NamedAt(c.f.statePath)}
	made, err := c.repo.Made(c.prefix())
	for _, commit := range made {
		if next, errState := c.stateAt(commit); errState == nil && next != nil {
			all = append(all, keyfile.NamedBy(c.f.statePath, next))
		}
	}
	return func(path string) bool {
		return err != nil || slices.ContainsFunc(all, func(names func(string) bool) bool { return names(path) })
	}
}

// hasKeys tells whether the keys of certificates that a commit brings are where
// this call would write them, and fit.
func (c *prCall) hasKeys(commit string) bool {
	next, err := c.stateAt(commit)
	if err != nil || next == nil {
		return false
	}
	keys, err := render.NamedKeys(next)
	had, errNow := render.NamedKeys(c.now)
	if err != nil || errNow != nil {
		return false
	}
	for _, k := range keys {
		if k.Path == "" || slices.ContainsFunc(had, func(was render.NamedKey) bool { return was.Path == k.Path }) {
			continue
		}
		if _, inside, _ := c.repo.File(commit, c.beside(k.Path)); inside {
			continue
		}
		path := beside(c.f.statePath, k.Path)
		if out := c.f.custody.keyOut; out != "" {
			path = keyfile.HandedOut(out, k.Path)
		}
		text, err := readFile(path, maxKey)
		if err != nil {
			return false
		}
		key, err := pki.ParseKey(text)
		if err != nil || !key.Matches(k.Certificate) {
			return false
		}
		key.Wipe()
	}
	return true
}
