package proposal

import (
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// keyHome is the state file that paths of minted keys are relative to: keys in
// plain files are for the user's folder and never for the tree of a commit.
func (c *call) keyHome(s *state.Rotation) string {
	if s.WithDefaults().Spec.Custody.Kind == state.CustodyFile {
		return c.StatePath
	}
	return c.Path(c.State)
}

// putKeys writes the minted keys that the custody keeps in Git into the tree.
// The others are for folders that outlive this call: they are given back, to be
// written when the commit is made (outputs and hooks may take minutes or fail).
func (c *call) putKeys(m *rotation.Move) (outside []keyfile.File, err error) {
	files, err := c.Moves.Seal(c.keyHome(m.State), m)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if c.outside(f) {
			outside = append(outside, f)
			continue
		}
		if err := c.PutNew(c.InRepository(f.Path), f.Text); err != nil {
			return nil, err
		}
		sink.Note(c.Notes, "%s", f.Note)
	}
	return outside, nil
}

// keep writes the keys of a commit that are outside of it, and remembers the
// commit. It is pending meanwhile: a call that is killed in between leaves keys
// that nobody else has, and the next call finds the commit that names them.
// Nothing is pushed before.
func (c *call) keep(branch, commit string, keys []keyfile.File) error {
	undo := func() {}
	if len(keys) > 0 {
		err := c.Repo.Await(branch, commit)
		if err != nil {
			return base.GitProblem(err)
		}
		if undo, err = keyfile.StoreAlone(c.Moves.Files, c.StatePath, keys); err != nil {
			_ = c.Repo.Forget(branch) // without its keys it is not taken up either
			return err
		}
	}
	err := c.remember(branch, commit)
	if err != nil {
		undo()
	}
	return err
}

// remember records the commit of a branch. What the remote has there stays
// recorded until the new one is pushed: it is then pushed over. What is made anew
// because somebody does not want it counts no more.
func (c *call) remember(branch, commit string) error {
	if c.q.Wish.Anew {
		if err := c.Repo.Settle(branch); err != nil {
			return base.GitProblem(err)
		}
	} else if was := c.Branches.Heads[branch]; was != "" && was != commit {
		recorded, err := c.Repo.Recorded(branch, was)
		if err == nil && recorded {
			err = c.Repo.Supersede(branch, was)
		}
		if err != nil {
			return base.GitProblem(err)
		}
	}
	return base.GitProblem(c.Repo.Remember(branch, commit))
}

// push pushes a commit to its branch, over what it has; hooks start what the base has.
func (c *call) push(branch, commit, was string) error {
	err := c.Repo.Push(repo.Push{Remote: c.Remote, Branch: branch, Commit: commit, Was: was, Reviewed: c.Tip})
	if err == nil {
		c.Branches.Heads[branch] = commit
		err = c.Repo.Settle(branch)
	}
	return base.GitProblem(err)
}

// addPending adds the commits of calls that were killed, where all keys that
// they brought are there.
func (c *call) addPending(found map[string]string) error {
	if !c.q.DryRun {
		if err := keyfile.Recover(c.Moves.Files, c.StatePath, c.named()); err != nil {
			return err
		}
	}
	pending, err := c.Repo.Pending(text.Prefix(c.Now))
	if err != nil {
		return base.GitProblem(err)
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
func (c *call) named() func(path string) bool {
	all := []func(string) bool{keyfile.NamedBy(c.StatePath, c.Now), keyfile.NamedAt(c.StatePath)}
	made, err := c.Repo.Made(text.Prefix(c.Now))
	for _, commit := range made {
		if next, errState := c.stateAt(commit); errState == nil && next != nil {
			all = append(all, keyfile.NamedBy(c.StatePath, next))
		}
	}
	return func(path string) bool {
		return err != nil || slices.ContainsFunc(all, func(names func(string) bool) bool { return names(path) })
	}
}

// hasKeys tells whether the keys of certificates that a commit brings are where
// this call would write them, and fit.
func (c *call) hasKeys(commit string) bool {
	next, err := c.stateAt(commit)
	if err != nil || next == nil {
		return false
	}
	brought, err := broughtKeys(next, c.Now)
	if err != nil {
		return false
	}
	for _, k := range brought {
		if _, inside, _ := c.Repo.File(commit, c.Beside(k.Path)); inside {
			continue
		}
		path := statefile.Beside(c.StatePath, k.Path)
		if out := c.Moves.Custody.KeyOut; out != "" {
			path = filepath.Join(out, filepath.Base(k.Path)+".key")
		}
		if !fits(path, k.Certificate) {
			return false
		}
	}
	return true
}

// broughtKeys are the keys in files that a state names and the one before did not.
func broughtKeys(next, was *state.Rotation) ([]render.NamedKey, error) {
	keys, err := render.NamedKeys(next)
	if err != nil {
		return nil, err
	}
	had, err := render.NamedKeys(was)
	return slices.DeleteFunc(keys, func(k render.NamedKey) bool {
		return k.Path == "" || slices.ContainsFunc(had, func(h render.NamedKey) bool { return h.Path == k.Path })
	}), err
}

// fits reports whether a file has the key of a certificate.
func fits(path string, of pki.Certificate) bool {
	text, err := files.Read(path, keyfile.MaxSize)
	if err != nil {
		return false
	}
	key, err := pki.ParseKey(text)
	clear(text)
	if err != nil {
		return false
	}
	defer key.Wipe()
	return key.Matches(of)
}
