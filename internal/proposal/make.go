package proposal

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// proposal is a change of phase, ready to be proposed.
type proposal struct {
	branch  string
	next    *state.Rotation
	entry   state.LogEntry
	files   []string // names in the repository, sorted
	message string
	// commit has the change; kept tells that it was there already.
	commit string
	kept   bool
	// shut: the move was made ahead of its gate.
	shut bool
	// origin says where the material of a start comes from.
	origin string
	text   text.Text
}

// propose makes the change of a move, or finds it made: h is the head of the
// branch that may hold it, or nil.
func (c *call) propose(k Ask, h *head) (*proposal, error) {
	if err := c.checkout(c.Tip); err != nil {
		return nil, err
	}
	m, err := c.changed(k, h)
	if err != nil {
		return nil, err
	}
	return c.committed(m, h)
}

// committed writes the outputs, and commits the change unless the branch holds
// the very same already.
func (c *call) committed(m moved, h *head) (*proposal, error) {
	outputs, err := c.syncTree(m.next)
	if err != nil {
		return nil, err
	}
	entry, _ := m.next.LastEntry()
	p := &proposal{branch: text.Branch(m.next), next: m.next, entry: entry, shut: rotation.Prepared(entry)}
	tree, err := c.stage(m, outputs)
	if err != nil {
		return nil, err
	}
	if p.files, err = c.Repo.Changed(c.Tip, tree); err != nil {
		return nil, base.GitProblem(err)
	}
	evidence, err := c.Claimed(m.next)
	if err != nil {
		return nil, err
	}
	kept := h != nil && h.foreign == "" && h.branch == p.branch && h.details.Tree == tree && h.details.Parents[0] == c.Tip
	if p.origin = m.origin; kept {
		p.origin = h.details.Trailers[text.TrailerMaterial]
	}
	if err := c.describe(p, tree, evidence); err != nil {
		return nil, err
	}
	if kept {
		p.commit, p.kept = h.details.Commit, true
		if c.Branches.Heads[p.branch] != p.commit && !c.q.DryRun { // a call was killed before it had remembered it
			err = c.remember(p)
		}
		return p, err
	}
	if c.q.DryRun {
		return p, nil
	}
	at, _ := time.Parse(time.RFC3339, entry.At)
	if p.commit, err = c.tree.Commit(tree, p.message, at); err != nil {
		return nil, base.GitProblem(err)
	}
	for _, hook := range c.tree.SkippedHooks {
		fmt.Fprintf(c.Notes, "note: the hook %s did not run: it is a file of the working tree that branch %s does not have\n", sink.Name(hook), sink.Name(c.Branch))
	}
	return p, c.keep(p, m.keys)
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
		fmt.Fprintf(c.Notes, "note: the state has no outputs: the change is the state file alone\n")
		return nil, nil
	}
	reviewed := c.Now
	if c.onBase != nil {
		reviewed = c.onBase
	}
	all, err := c.Outputs.Compute(base.OutputsOf{File: c.Path(c.State), State: s.WithDefaults(), Reviewed: reviewed, Quiet: c.onBase != nil})
	if err != nil {
		return nil, err
	}
	changed := slices.DeleteFunc(all, func(o base.Output) bool { return !o.Changes })
	for _, o := range changed {
		names = append(names, o.Name)
	}
	return names, c.Outputs.Write(c.Root, changed)
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
func (c *call) describe(p *proposal, tree string, evidence rotation.Evidence) (err error) {
	if p.text, err = text.Of(c.Now, p.next, evidence); err != nil {
		return statefile.Named(err, c.State, c.State)
	}
	file, err := os.ReadFile(c.Path(c.State))
	if err != nil {
		return err
	}
	t := &p.text
	t.Files, t.State, t.Digest, t.Base, t.Origin = p.files, c.State, text.Digest(file), c.Branch, p.origin
	t.Stamped = c.stamped(p.files, p.next.Status.Stamp)
	seal := ""
	if tree != "" {
		seal, err = c.Repo.Seal(c.Tip, tree)
	}
	p.message = t.Message(c.Tip, seal)
	return base.GitProblem(err)
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
func (c *call) bodyOf(p *proposal) (string, error) {
	body := p.text.Body(forge.LimitsOf(c.flavour))
	if holdsSecret([]byte(body)) {
		return "", problem.SyncKey.With("the text of the pull request")
	}
	return body, nil
}
