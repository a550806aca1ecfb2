package proposal

import (
	"os"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// change is a change of phase, ready to be proposed.
type change struct {
	text    text.Text
	message string
	// commit has the change; "" if it was not made.
	commit string
}

// change makes the change of a plan, or finds it made by the head that it may be in.
func (c *call) change(h *plan.Head, p plan.Plan) (*change, error) {
	if err := c.checkout(c.Tip); err != nil {
		return nil, err
	}
	m, err := c.bring(p)
	if err != nil {
		return nil, err
	}
	outputs, err := c.syncTree(m.next)
	if err != nil {
		return nil, err
	}
	tree, err := c.stage(m, outputs)
	if err != nil {
		return nil, err
	}
	kept := h != nil && h.Foreign == "" && h.Branch == text.Branch(m.next) && h.Tree == tree && h.Parent == c.Tip
	if kept {
		m.origin = h.Material
	}
	ch, err := c.described(m, tree)
	if err != nil {
		return nil, err
	}
	if kept {
		ch.commit = h.Commit
		if c.Branches.Heads[h.Branch] != h.Commit && !c.q.DryRun { // a call was killed before it had remembered it
			err = c.remember(h.Branch, h.Commit)
		}
		return ch, err
	}
	if c.q.DryRun {
		return ch, nil
	}
	return ch, c.commit(ch, tree, m.keys)
}

// commit commits a change, and keeps its keys.
func (c *call) commit(ch *change, tree string, keys []keyfile.File) (err error) {
	if ch.commit, err = c.commitTree(tree, ch.message, ch.text.At); err != nil {
		return err
	}
	return c.keep(ch.text.Branch, ch.commit, keys)
}

// commitTree commits a tree, and names hooks that did not run.
func (c *call) commitTree(tree, message string, at time.Time) (string, error) {
	commit, err := c.tree.Commit(tree, message, at)
	if err != nil {
		return "", base.GitProblem(err)
	}
	for _, hook := range c.tree.SkippedHooks {
		sink.Note(c.Notes, "the hook %s did not run: it is a file of the working tree that branch %s does not have", sink.Name(hook), sink.Name(c.Branch))
	}
	return commit, nil
}

// described writes title and commit message of what is in the tree.
func (c *call) described(m moved, tree string) (*change, error) {
	names, err := c.Repo.Changed(c.Tip, tree)
	if err != nil {
		return nil, base.GitProblem(err)
	}
	evidence, err := c.Claimed(m.next)
	if err != nil {
		return nil, err
	}
	return c.describe(m, names, tree, evidence)
}

// stage puts the files of a move into the tree of the commit.
func (c *call) stage(m moved, outputs []string) (tree string, err error) {
	added, err := c.tree.Added() // keys that the custody keeps in Git among them
	if err != nil {
		return "", base.GitProblem(err)
	}
	names := slices.Concat(m.names, outputs, added, []string{c.State})
	slices.Sort(names)
	names = slices.Compact(names)
	if err := c.noSecret(names); err != nil { // before any of them becomes an object of Git
		return "", err
	}
	tree, err = c.tree.Stage(names)
	return tree, base.GitProblem(err)
}

// syncTree writes the outputs of the tree's state, and names what it wrote.
func (c *call) syncTree(s *state.Rotation) (names []string, err error) {
	if len(s.Spec.Outputs) == 0 {
		sink.Note(c.Notes, "the state has no outputs: the change is the state file alone")
		return nil, nil
	}
	reviewed := c.Now
	if c.onBase != nil {
		reviewed = c.onBase
	}
	all, err := c.ComputeOutputs(base.OutputsOf{File: c.Path(c.State), State: s.WithDefaults(), Reviewed: reviewed, Quiet: c.onBase != nil})
	if err != nil {
		return nil, err
	}
	changed := outputs.Changed(all)
	for _, o := range changed {
		names = append(names, o.Name)
	}
	return names, outputs.Write(c.Moves.Files, c.Root, changed)
}

// noSecret refuses to commit a file with a private key in clear.
func (c *call) noSecret(names []string) error {
	var problems problem.List
	for _, name := range names {
		text, err := os.ReadFile(c.Path(name))
		if err == nil && holdsSecret(text) {
			problems = append(problems, problem.SyncKey.With(name))
		}
	}
	return problems.Err()
}

func holdsSecret(text []byte) bool { return len(secret.Find(text)) > 0 }

// describe reads the change in the tree, and writes title and commit message. tree
// is what is committed, "" where somebody else commits.
func (c *call) describe(m moved, names []string, tree string, evidence rotation.Evidence) (*change, error) {
	t, err := text.Of(c.Now, m.next, evidence)
	if err != nil {
		return nil, statefile.Named(err, c.State, c.State)
	}
	file, err := os.ReadFile(c.Path(c.State))
	if err != nil {
		return nil, err
	}
	t.Files, t.State, t.Digest, t.Base, t.Origin = names, c.State, text.Digest(file), c.Branch, m.origin
	t.Stamped = c.stamped(names, m.next.Status.Stamp)
	t.Keys = keyuse.Judge(c.Path(c.State), c.Now, m.next, t.Move.Destroy)
	seal := ""
	if tree != "" {
		seal, err = c.Repo.Seal(c.Tip, tree)
	}
	return &change{text: t, message: t.Message(c.Tip, seal)}, base.GitProblem(err)
}

// stamped counts the places in the files that have the stamp now and had another,
// or none, at the base.
func (c *call) stamped(files []string, stamp string) (count int) {
	if stamp == "" {
		return 0
	}
	for _, name := range files {
		if name == c.State {
			continue
		}
		is, _ := os.ReadFile(c.Path(name))
		was, _, _ := c.Repo.File(c.Tip, name)
		count += max(0, strings.Count(string(is), stamp)-strings.Count(string(was), stamp))
	}
	return count
}

// bodyOf is the body for the call's forge.
func (c *call) bodyOf(ch *change) (string, error) {
	body := ch.text.Body(forge.LimitsOf(c.flavour))
	if holdsSecret([]byte(body)) {
		return "", problem.SyncKey.With("the text of the pull request")
	}
	return body, nil
}
