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

// moved is a move that was brought into the tree.
type moved struct {
	next *state.Rotation
	// names are the files of the tree that it wrote, beside the state file.
	names []string
	// keys that belong outside of the tree are yet to be written.
	keys []keyFile
}

// changed brings state, keys and evidence of the move into the tree.
func (c *prCall) changed(k ask, h *head) (moved, error) {
	if keep := h != nil && !c.f.anew && h.holds(c.now) && c.f.answers(k, c.now, h.next); keep {
		if !h.prepared() {
			return c.heldMove(h)
		}
		if m, err := c.newMove(k, false); err == nil || !c.f.ahead {
			return m, err
		}
		return c.heldMove(h)
	}
	return c.newMove(k, c.f.ahead)
}

// heldMove takes the move over that a branch holds: its status, the keys that
// it brought and the evidence.
func (c *prCall) heldMove(h *head) (moved, error) {
	m := moved{next: c.now.Clone()}
	m.next.Status = h.next.Clone().Status
	files, err := c.repo.Changed(h.details.Parents[0], h.details.Commit)
	if err != nil {
		return m, c.gitProblem(err)
	}
	for _, name := range files {
		if kept, err := c.belongs(h, name); err != nil || !kept {
			if err != nil {
				return m, err
			}
			continue
		}
		if err := c.copyFrom(h.details.Commit, name); errors.Is(err, fs.ErrNotExist) {
			continue // the move took away what the base does not have any more
		} else if err != nil {
			return m, err
		}
		m.names = append(m.names, name)
	}
	return m, c.putState(m.next)
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
func (c *prCall) newMove(k ask, ahead bool) (moved, error) {
	evidence, err := c.observed(&c.f.evidence, c.now)
	if err != nil {
		return moved{}, err
	}
	o := c.f.options
	o.Ahead = ahead
	m, err := c.make(k, evidence, o)
	if err != nil {
		return moved{}, named(err, c.state, c.state)
	}
	defer wipe(m.Minted)
	if err := c.putState(m.State); err != nil {
		return moved{}, err
	}
	names, err := c.putEvidence(m.State)
	if err != nil || c.f.dryRun {
		return moved{next: m.State, names: names}, err
	}
	keys, err := c.putKeys(m)
	return moved{m.State, names, keys}, err
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
