package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// changed brings state, keys and evidence of the move into the tree. undo takes
// back what it put elsewhere: keys that are plain files.
func (c *prCall) changed(k ask, h *head) (next *state.Rotation, names []string, undo func(), err error) {
	if keep := h != nil && !c.f.anew && h.holds(c.now) && c.f.answers(k, c.now, h.next); keep {
		if !h.prepared() {
			return c.heldMove(h)
		}
		if next, names, undo, err = c.newMove(k, false); err == nil || !c.f.ahead {
			return next, names, undo, err
		}
		return c.heldMove(h)
	}
	return c.newMove(k, c.f.ahead)
}

// heldMove takes the move over that a branch holds: its status, the keys that
// it brought and the evidence.
func (c *prCall) heldMove(h *head) (next *state.Rotation, names []string, undo func(), err error) {
	undo = func() {}
	next = c.now.Clone()
	next.Status = h.next.Clone().Status
	files, err := c.repo.Changed(h.details.Parents[0], h.details.Commit)
	if err != nil {
		return nil, nil, undo, c.gitProblem(err)
	}
	for _, name := range files {
		if kept, err := c.belongs(h, name); err != nil || !kept {
			if err != nil {
				return nil, nil, undo, err
			}
			continue
		}
		if err := c.copyFrom(h.details.Commit, name); errors.Is(err, fs.ErrNotExist) {
			continue // the move took away what the base does not have any more
		} else if err != nil {
			return nil, nil, undo, err
		}
		names = append(names, name)
	}
	return next, names, undo, c.putState(next)
}

// belongs tells whether a file that a held move changed goes with it: keys,
// evidence, and whatever else it brought that no output writes anew.
func (c *prCall) belongs(h *head, name string) (bool, error) {
	named := slices.ContainsFunc(keyNames(h.next), func(key string) bool { return c.beside(key) == name })
	if name == c.state || named || c.isEvidence(name) {
		return name != c.state, nil
	}
	_, before, err := c.repo.File(h.details.Parents[0], name)
	if err != nil || before {
		return false, c.gitProblem(err)
	}
	text, _, err := c.repo.File(h.details.Commit, name)
	return !bytes.HasPrefix(text, []byte(ownedBy(h.next))), c.gitProblem(err)
}

// copyFrom brings a file of the tree to what a commit has, or to nothing.
func (c *prCall) copyFrom(commit, name string) error {
	text, there, err := c.repo.File(commit, name)
	switch {
	case err != nil:
		return c.gitProblem(err)
	case there:
		return c.put(name, text)
	}
	return os.Remove(c.at(name))
}

// newMove makes the move at this call's instant.
func (c *prCall) newMove(k ask, ahead bool) (next *state.Rotation, names []string, undo func(), err error) {
	undo = func() {}
	evidence, err := c.f.evidence.load(c.at(c.state), c.now)
	if err != nil {
		return nil, nil, undo, err
	}
	o := c.f.options
	o.Ahead = ahead
	m, err := c.make(k, evidence, o)
	if err != nil {
		return nil, nil, undo, named(err, c.state, c.state)
	}
	defer wipe(m.Minted)
	if err := c.putState(m.State); err != nil {
		return nil, nil, undo, err
	}
	if names, err = c.putEvidence(m.State); err != nil || c.f.dryRun {
		return m.State, names, undo, err
	}
	home := c.keyHome(m.State)
	flags := c.f.moveFlags
	flags.statePath = home
	if undo, err = c.storeKeys(&flags, m); err != nil {
		return nil, nil, func() {}, err
	}
	return m.State, names, undo, nil
}

// keyHome is the state file that paths of minted keys are relative to: keys in
// plain files are for the user's folder and never for the tree of a commit.
func (c *prCall) keyHome(s *state.Rotation) string {
	if s.WithDefaults().Spec.Custody.Kind == state.CustodyFile {
		return c.f.statePath
	}
	return c.at(c.state)
}

// keyNames are the paths of all keys that a state names.
func keyNames(s *state.Rotation) []string {
	var keys []string
	for _, a := range s.Status.Anchors {
		keys = append(keys, a.Key)
	}
	for _, i := range s.Status.Issuers {
		keys = append(keys, i.Key)
	}
	for _, w := range s.Status.Webhooks {
		keys = append(keys, w.Key)
		if w.Incoming != nil {
			keys = append(keys, w.Incoming.Key)
		}
	}
	return slices.DeleteFunc(keys, func(k string) bool { return k == "" || filepath.IsAbs(filepath.FromSlash(k)) })
}

func (c *prCall) putState(next *state.Rotation) error {
	text, err := state.Update(c.text, next)
	if err != nil {
		return problem.Of(err).In(c.state).Err()
	}
	return c.put(c.state, text)
}

// put writes a file of the tree.
func (c *prCall) put(name string, text []byte) error {
	path := c.at(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return problem.CLIWrite.With(name, reason(err)).Because(err)
	}
	mode := os.FileMode(0o644)
	if info, err := os.Lstat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if err := os.WriteFile(path, text, mode); err != nil { // nobody else knows this tree
		return problem.CLIWrite.With(name, reason(err)).Because(err)
	}
	return nil
}
