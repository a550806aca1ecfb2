package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// proposal is a change of phase, ready to be proposed.
type proposal struct {
	branch  string
	next    *state.Rotation
	entry   state.LogEntry
	move    *rotation.Move // as the reviewer is told of it
	files   []string       // names in the repository, sorted
	message string
	// commit has the change; kept tells that it was there already.
	commit string
	kept   bool
	// shut: the move was made ahead of its gate.
	shut bool
	text prText
}

// propose makes the change of a move, or finds it made: h is the head of the
// branch that may hold it, or nil.
func (c *prCall) propose(k ask, h *head) (*proposal, error) {
	if err := c.checkout(c.tip); err != nil {
		return nil, err
	}
	next, names, undo, err := c.changed(k, h)
	if err != nil {
		return nil, err
	}
	p, err := c.committed(next, names, h)
	if err != nil {
		undo()
		return nil, err
	}
	return p, nil
}

// changed brings state, keys and evidence of the move into the tree. undo takes
// back what it put elsewhere: keys that are plain files.
func (c *prCall) changed(k ask, h *head) (next *state.Rotation, names []string, undo func(), err error) {
	undo = func() {}
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
	keys := keyNames(h.next)
	for _, name := range files {
		if !slices.ContainsFunc(keys, func(key string) bool { return c.beside(key) == name }) && !c.isEvidence(name) {
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
	if err := c.storeKeys(home, m); err != nil {
		return nil, nil, undo, err
	}
	return m.State, names, func() { removeKeys(home, m.Minted) }, nil
}

// keyHome is the state file that paths of minted keys are relative to: keys in
// plain files are for the user's folder and never for the tree of a commit.
func (c *prCall) keyHome(s *state.Rotation) string {
	if s.WithDefaults().Spec.Custody.Kind == custodyFile {
		return c.f.statePath
	}
	return c.at(c.state)
}

// removeKeys takes back keys of a move that nothing came of.
func removeKeys(home string, minted []rotation.Minted) {
	for _, m := range minted {
		_ = os.Remove(beside(home, m.Path)) // made by this call: an existing file is never replaced
	}
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

// committed writes the outputs, and commits the change unless the branch holds
// the very same already.
func (c *prCall) committed(next *state.Rotation, names []string, h *head) (*proposal, error) {
	outputs, err := c.syncTree(next)
	if err != nil {
		return nil, err
	}
	entry, _ := lastEntry(next)
	p := &proposal{branch: branchOf(next), next: next, entry: entry, shut: rotation.Prepared(entry)}
	added, err := c.tree.Added() // keys that the custody keeps in Git among them
	if err != nil {
		return nil, c.gitProblem(err)
	}
	names = slices.Concat(names, outputs, added, []string{c.state})
	slices.Sort(names)
	tree, err := c.tree.Stage(slices.Compact(names))
	if err != nil {
		return nil, c.gitProblem(err)
	}
	if p.files, err = c.repo.Changed(c.tip, tree); err != nil {
		return nil, c.gitProblem(err)
	}
	if err := c.noSecret(p.files); err != nil {
		return nil, err
	}
	if err := c.describe(p, tree); err != nil {
		return nil, err
	}
	if h != nil && h.foreign == "" && h.branch == p.branch && h.details.Tree == tree && h.details.Parents[0] == c.tip {
		p.commit, p.kept = h.details.Commit, true
		return p, nil
	}
	if c.f.dryRun {
		return p, nil
	}
	at, _ := time.Parse(time.RFC3339, entry.At)
	if p.commit, err = c.tree.Commit(tree, p.message, at); err != nil {
		return nil, c.gitProblem(err)
	}
	return p, c.gitProblem(c.repo.Remember(p.branch, p.commit))
}

// syncTree writes the outputs of the tree's state, and names what it wrote.
func (c *prCall) syncTree(s *state.Rotation) ([]string, error) {
	if len(s.Spec.Outputs) == 0 {
		fmt.Fprintf(&c.talk, "note: the state has no outputs: the change is the state file alone\n")
		return nil, nil
	}
	files, err := c.syncFiles(s)
	if err != nil {
		return nil, err
	}
	changed := onlyChanged(files)
	var names []string
	for _, f := range changed {
		names = append(names, f.name)
	}
	return names, c.replaceAll(changed)
}

func (c *prCall) syncFiles(s *state.Rotation) ([]syncFile, error) {
	path := c.at(c.state)
	where, err := placeOf(path)
	if err != nil {
		return nil, err
	}
	return (&syncCall{app: c.app, statePath: path, state: s.WithDefaults(), place: where}).compute()
}

// noSecret refuses to commit a file with a private key in clear.
func (c *prCall) noSecret(names []string) error {
	var problems problem.List
	for _, name := range names {
		text, err := os.ReadFile(c.at(name))
		if err == nil && holdsSecret(text) {
			problems = append(problems, problem.SyncKey.With(name))
		}
	}
	return problems.Err()
}

// messageOf is the commit message: the title, the log's sentence and the
// trailers. tree is what is committed, "" where that is not known.
func (c *prCall) messageOf(p *proposal, title, tree string) (string, error) {
	text, err := os.ReadFile(c.at(c.state))
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n%s\n\n", title, wrapped(p.entry.Why, 72))
	for _, t := range trailersOf(p.next, digest(text)) {
		fmt.Fprintf(&b, "%s: %s\n", t[0], t[1])
	}
	if tree == "" { // somebody else commits: the seal of this command is not theirs to give
		return b.String(), nil
	}
	seal, err := c.repo.Seal(c.tip, tree)
	fmt.Fprintf(&b, "%s: %s\n%s: %s\n", trailerBase, c.tip, trailerChanges, seal)
	return b.String(), c.gitProblem(err)
}

// trailersOf are those that follow from the state alone.
func trailersOf(s *state.Rotation, state string) [][2]string {
	return [][2]string{
		{trailerRotation, s.Metadata.Name}, {trailerPhase, s.Status.Phase},
		{trailerEpoch, fmt.Sprint(s.Status.Epoch)}, {trailerState, state},
	}
}

// wrapped breaks a sentence into lines of at most width characters.
func wrapped(text string, width int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return strings.Join(append(lines, line), "\n")
}
