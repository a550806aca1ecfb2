package cli

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// guardCall is one judgement: both sides as Git objects, of which nothing is
// checked out, followed or run.
type guardCall struct {
	*prCall
	r *guardReport
	// before is the base's tree, after that of the merge.
	before, after *repo.Tree
	// head is the commit that is judged.
	head string
	// commits and changes are what the head has and the base does not.
	commits []string
	changes []repo.Change
	// differs are the paths in which the trees differ.
	differs []string
	// wasName is the state's path at the base: another one where it moved.
	wasName string
	// skipped are files of the merge that are too large to be written out.
	skipped map[string]bool
	// removeTree removes what was written of the merge.
	removeTree func()
}

// guard judges what merging the head into the base would give.
func (c *prCall) guard() (prResult, error) {
	head, err := c.repo.ResolveOne(c.f.head)
	var ambiguous *repo.Ambiguous
	switch {
	case errors.As(err, &ambiguous):
		return nil, problem.PRGuardHead.With(shownName(c.f.head), strings.Join(ambiguous.Meanings, ", "))
	case err != nil:
		return nil, problem.PRNoHead.With(c.f.head)
	}
	g := &guardCall{prCall: c, head: head, wasName: c.state, r: &guardReport{state: c.state, mark: c.mark("guard"), owned: []string{c.state, allowList}}}
	if judgeable, err := g.judgeable(); err != nil || !judgeable {
		return g.ended(err)
	}
	merged, err := c.repo.Merge(c.tip, head)
	var conflict *repo.Conflict
	if err != nil && !errors.As(err, &conflict) {
		return nil, c.gitProblem(err)
	}
	c.merged = merged
	if conflict != nil {
		err = g.conflict(conflict.Names)
	} else {
		err = g.judge()
	}
	return g.ended(err)
}

// ended gives the report, and tells the pull request.
func (g *guardCall) ended(err error) (prResult, error) {
	if err != nil {
		return nil, err
	}
	g.r.accept(g.f.guarding.accept)
	return g.r, g.comment(g.r)
}

// judgeable reports whether the paths of the change can be listed, and whether all
// of its commits are here. Neither may be left to find out on the way: git has
// no limit of its own, and passes over what was cut off.
func (g *guardCall) judgeable() (bool, error) {
	cut, err := g.repo.Cut(g.tip, g.head)
	switch {
	case errors.Is(err, repo.ErrUnrelated):
		return false, problem.PRUnrelated.With(g.f.head, g.base).Because(err)
	case err != nil:
		return false, g.gitProblem(err)
	case cut != "":
		g.r.fail(problem.PRGuardShallow.With(cut[:min(len(cut), 12)]))
	}
	switch err := g.repo.Measure(g.tip, g.head); {
	case err == nil:
	case errors.Is(err, repo.ErrTooMany), errors.Is(err, repo.ErrTree):
		g.r.fail(unlisted("change", err))
	case errors.Is(err, repo.ErrMissing):
		g.r.fail(problem.PRGuardUnreadable.With("change", err))
	default:
		return false, g.gitProblem(err)
	}
	g.r.touched = len(g.r.findings) > 0
	return !g.r.touched, nil
}

// judge reads both trees and judges keys, state and outputs.
func (g *guardCall) judge() (err error) {
	if g.before, err = g.repo.Tree(g.tip); err != nil {
		g.r.fail(unlisted("base", err))
		return nil
	}
	if g.after, err = g.repo.Tree(g.merged); err != nil {
		g.r.fail(unlisted("change", err))
		return nil
	}
	g.differs = g.before.Differs(g.after)
	g.commits, g.changes, err = g.repo.Brought(g.tip, g.merged)
	switch {
	case errors.Is(err, repo.ErrTooMany):
		g.r.fail(unlisted("change", err))
		g.r.touched = true
		return nil
	case err != nil:
		return g.gitProblem(err)
	}
	g.removeTree = func() {}
	defer func() { g.removeTree() }()
	if err := g.judgeState(); err != nil {
		return err
	}
	if err := g.scanChanges(); err != nil {
		return err
	}
	for _, change := range g.changes {
		g.r.touched = g.r.touched || slices.Contains(g.r.owned, change.Name)
	}
	g.r.touched = g.r.touched || len(g.r.findings) > 0
	return nil
}

// conflict reports a change that cannot be merged; whether it concerns the
// rotation follows from the files, as the base has them.
func (g *guardCall) conflict(names []string) (err error) {
	if g.before, err = g.repo.Tree(g.tip); err != nil {
		g.r.fail(unlisted("base", err))
		return nil
	}
	if was, ok := g.read(g.before, g.state, "base"); ok && was != nil {
		g.now, g.r.name = was, was.Metadata.Name
	}
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = shownName(name)
	}
	g.r.fail(problem.PRGuardConflict.With(g.base, strings.Join(shown, ", ")))
	g.r.touched = slices.Contains(names, g.state)
	if g.now == nil {
		return nil
	}
	return g.heads(g.before, names, func(_ string, head []byte) {
		g.r.touched = g.r.touched || bytes.HasPrefix(head, []byte(outputs.OwnedBy(g.now)))
	})
}

// heads gives the beginnings of the regular files among names.
func (g *guardCall) heads(t *repo.Tree, names []string, f func(name string, head []byte)) error {
	var regular, objects []string
	for _, name := range names {
		if e, err := t.Find(name); err == nil {
			regular, objects = append(regular, name), append(objects, e.Object)
		}
	}
	return g.gitProblem(g.repo.Contents(objects, func(i int, c repo.Content) error {
		head, err := io.ReadAll(io.LimitReader(c.Text, outputs.HeadSize))
		f(regular[i], head)
		return err
	}))
}

// unlisted says why the paths of a side were not listed.
func unlisted(side string, err error) *problem.Problem {
	if errors.Is(err, repo.ErrTooMany) {
		return problem.PRGuardTreeSize.With(side, err)
	}
	return problem.PRGuardTree.With(side, err)
}
