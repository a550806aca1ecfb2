package proposal

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// carried lists the files of a head that go with its move: its evidence, and
// the key files of the material that it brings. Outputs are written anew, and
// nothing else is ever taken over. wrong says what is wrong with one of them.
func (c *call) carried(h *plan.Head) (names []string, wrong string, err error) {
	changed, err := c.Repo.Changed(h.Parent, h.Commit)
	if err != nil {
		return nil, "", base.GitProblem(err)
	}
	keys, err := c.incomingKeys(h)
	if err != nil {
		return nil, "its keys cannot be told: " + problem.Of(err)[0].Text, nil
	}
	for _, name := range changed {
		key, isKey := keys[name]
		switch {
		case isKey:
			wrong, err = c.keyWrong(h, name, key)
		case c.IsEvidence(name):
			wrong, err = c.evidenceWrong(h, name)
		default:
			continue
		}
		if err != nil || wrong != "" {
			return nil, wrong, base.GitProblem(err)
		}
		names = append(names, name)
	}
	return names, "", nil
}

// incomingKeys are the keys that a head's state names and the one before does
// not, by the name of their file in the repository.
func (c *call) incomingKeys(h *plan.Head) (map[string]render.NamedKey, error) {
	is, err := render.NamedKeys(h.Next)
	if err != nil {
		return nil, err
	}
	was, err := render.NamedKeys(h.Before)
	keys := map[string]render.NamedKey{}
	inside := base.KeyNames(h.Next)
	for _, k := range is {
		old := !slices.Contains(inside, k.Path) || slices.ContainsFunc(was, func(w render.NamedKey) bool { return w.Path == k.Path })
		if name := c.Beside(k.Path); k.Path != "" && !old && filepath.IsLocal(filepath.FromSlash(name)) {
			keys[name] = k
		}
	}
	return keys, err
}

// keyWrong says what is wrong with a key file that a head brings: it must be new,
// of the custody of the base, and say that it holds this key for its recipients.
func (c *call) keyWrong(h *plan.Head, name string, key render.NamedKey) (string, error) {
	if _, before, err := c.Repo.File(h.Parent, name); err != nil || before {
		return "it replaces the key file " + name, err
	}
	text, regular, err := c.Repo.Regular(h.Commit, name, keyfile.MaxSize)
	if err != nil || !regular {
		return "its key file " + name + " is not a regular file", err
	}
	keeper, err := c.Custody(c.keyHome(c.Now), c.Now)
	switch {
	case err != nil:
		return "", err
	case keeper.Facts == nil:
		return fmt.Sprintf("it brings the key file %s, and custody %s keeps no keys in Git", name, keeper.Name), nil
	}
	if err := keyfile.CheckFacts(keeper, text, key); err != nil {
		return "its key file " + name + " does not fit: " + problem.Of(err)[0].Text, nil
	}
	return "", nil
}

// evidenceWrong says what is wrong with an observation that a head brings or removes.
func (c *call) evidenceWrong(h *plan.Head, name string) (string, error) {
	text, regular, err := c.Repo.Regular(h.Commit, name, base.MaxObservation)
	if err != nil {
		return "", err
	}
	if !regular {
		if _, there, err := c.Repo.File(h.Commit, name); err != nil || !there {
			return "", err
		}
		return name + " is not a regular file", nil
	}
	o, err := rotation.ParseObservation(name, text)
	if err != nil || c.EvidenceName(h.Next, o) != name {
		return name + " is not the observation that its name says", nil
	}
	return "", nil
}

// remake makes the change of a head again from the state before, with title and text, and
// sets h.Foreign if the head is anything else than that.
func (c *call) remake(h *plan.Head) error {
	last, _ := h.Next.LastEntry()
	at, _ := time.Parse(time.RFC3339, last.At)
	begins := c.Repo.Contains(c.Tip, h.Parent)
	h.Fits = func(string, string) bool { return begins } // what begins elsewhere may bring more than it says
	if _, err := rotation.Review(h.Before, h.Next, rotation.Evidence{}, at); err != nil {
		h.Foreign = "its status is not what a move makes: " + problem.Of(err)[0].Text
		return nil
	}
	tree, err := c.treeAgain(h)
	if err != nil {
		h.Foreign = "its files cannot be made again: " + problem.Of(c.Told(err))[0].Text
		return nil
	}
	differs, err := c.Repo.Changed(tree, h.Tree)
	if len(differs) > 0 {
		h.Foreign = "it changes other files than its state gives: " + strings.Join(differs[:min(len(differs), 5)], ", ")
	}
	return base.GitProblem(err)
}

// treeAgain is the tree that the head's move gives on the head's parent.
func (c *call) treeAgain(h *plan.Head) (tree string, err error) {
	again, on := *c, *c.Base
	again.Base, again.makings = &on, makings{}
	again.tree, again.Root, again.done = nil, "", nil
	again.Notes = io.Discard // notes on files that nobody gets
	again.onBase = c.Now
	again.Now, again.Tip = h.Before, h.Parent
	if again.Text, _, err = c.Repo.File(again.Tip, c.State); err != nil {
		return "", base.GitProblem(err)
	}
	defer again.close()
	if err := again.checkout(again.Tip); err != nil {
		return "", err
	}
	m, err := again.take(h)
	if err != nil {
		return "", err
	}
	if h.Shut, c.broken = again.shut(h, m.next); c.broken != nil {
		return "", c.broken
	}
	outputs, err := again.syncTree(m.next)
	if err != nil {
		return "", err
	}
	if tree, err = again.stage(m, outputs); err != nil || c.forge == nil {
		return tree, err
	}
	m.origin = h.Material
	ch, err := again.described(m, tree)
	if err == nil {
		h.Title = ch.text.Title()
		h.Body, err = again.bodyOf(ch)
	}
	return tree, err
}
