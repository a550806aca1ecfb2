package cli

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
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
	// origin says where the material of a start comes from.
	origin string
	text   prText
}

// propose makes the change of a move, or finds it made: h is the head of the
// branch that may hold it, or nil.
func (c *prCall) propose(k ask, h *head) (*proposal, error) {
	if err := c.checkout(c.tip); err != nil {
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
func (c *prCall) committed(m moved, h *head) (*proposal, error) {
	outputs, err := c.syncTree(m.next)
	if err != nil {
		return nil, err
	}
	entry, _ := lastEntry(m.next)
	p := &proposal{branch: branchOf(m.next), next: m.next, entry: entry, shut: rotation.Prepared(entry)}
	tree, err := c.stage(m, outputs)
	if err != nil {
		return nil, err
	}
	if p.files, err = c.repo.Changed(c.tip, tree); err != nil {
		return nil, c.gitProblem(err)
	}
	evidence, err := c.claimed(m.next)
	if err != nil {
		return nil, err
	}
	kept := h != nil && h.foreign == "" && h.branch == p.branch && h.details.Tree == tree && h.details.Parents[0] == c.tip
	if p.origin = m.origin; kept {
		p.origin = h.details.Trailers[trailerMaterial]
	}
	if err := c.describe(p, tree, evidence); err != nil {
		return nil, err
	}
	if kept {
		p.commit, p.kept = h.details.Commit, true
		if c.branches.Heads[p.branch] != p.commit && !c.f.dryRun { // a call was killed before it had remembered it
			err = c.remember(p)
		}
		return p, err
	}
	if c.f.dryRun {
		return p, nil
	}
	at, _ := time.Parse(time.RFC3339, entry.At)
	if p.commit, err = c.tree.Commit(tree, p.message, at); err != nil {
		return nil, c.gitProblem(err)
	}
	for _, hook := range c.tree.SkippedHooks {
		fmt.Fprintf(&c.talk, "note: the hook %s did not run: it is a file of the working tree that branch %s does not have\n", shownName(hook), shownName(c.base))
	}
	return p, c.keep(p, m.keys)
}

// stage puts the files of a move into the tree of the commit.
func (c *prCall) stage(m moved, outputs []string) (tree string, err error) {
	added, err := c.tree.Added() // keys that the custody keeps in Git among them
	if err != nil {
		return "", c.gitProblem(err)
	}
	names := slices.Concat(m.names, outputs, added, []string{c.state})
	slices.Sort(names)
	names = slices.Compact(names)
	if err := c.noSecret(names); err != nil { // before any of them becomes an object of Git
		return "", err
	}
	tree, err = c.tree.Stage(names)
	return tree, c.gitProblem(err)
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
	changed := outputs.Changed(files)
	var names []string
	for _, f := range changed {
		names = append(names, f.Name)
	}
	return names, outputs.Write(c.files(), c.root, changed)
}

func (c *prCall) syncFiles(s *state.Rotation) ([]outputs.File, error) {
	path := c.at(c.state)
	where, err := outputs.PlaceOf(path)
	if err != nil {
		return nil, err
	}
	return (&outputs.Job{World: c.outputsWorld(), StatePath: path, State: s.WithDefaults(), Place: where, AllowChart: c.reviewedCharts()}).Compute()
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
