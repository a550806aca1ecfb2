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
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// carried lists the files of a head that go with its move: its evidence, and
// the key files of the material that it brings. Outputs are written anew, and
// nothing else is ever taken over. wrong says what is wrong with one of them.
func (c *call) carried(h *head) (names []string, wrong string, err error) {
	changed, err := c.Repo.Changed(h.details.Parents[0], h.details.Commit)
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
func (c *call) incomingKeys(h *head) (map[string]render.NamedKey, error) {
	is, err := render.NamedKeys(h.next)
	if err != nil {
		return nil, err
	}
	was, err := render.NamedKeys(h.before)
	keys := map[string]render.NamedKey{}
	inside := base.KeyNames(h.next)
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
func (c *call) keyWrong(h *head, name string, key render.NamedKey) (string, error) {
	if _, before, err := c.Repo.File(h.details.Parents[0], name); err != nil || before {
		return "it replaces the key file " + name, err
	}
	text, regular, err := c.Repo.Regular(h.details.Commit, name, keyfile.MaxSize)
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
func (c *call) evidenceWrong(h *head, name string) (string, error) {
	text, regular, err := c.Repo.Regular(h.details.Commit, name, base.MaxObservation)
	if err != nil {
		return "", err
	}
	if !regular {
		if _, there, err := c.Repo.File(h.details.Commit, name); err != nil || !there {
			return "", err
		}
		return name + " is not a regular file", nil
	}
	o, err := rotation.ParseObservation(name, text)
	if err != nil || c.EvidenceName(h.next, o) != name {
		return name + " is not the observation that its name says", nil
	}
	return "", nil
}

// remade makes the change of a head again from the state before, and sets
// h.foreign if the head is anything else than that.
func (c *call) remade(h *head) error {
	if h.remade || h.foreign != "" {
		return nil
	}
	h.remade = true
	last, _ := h.next.LastEntry()
	at, _ := time.Parse(time.RFC3339, last.At)
	if _, err := rotation.Review(h.before, h.next, rotation.Evidence{}, at); err != nil {
		h.foreign = "its status is not what a move makes: " + problem.Of(err)[0].Text
		return nil
	}
	tree, err := c.treeAgain(h)
	if err != nil {
		h.foreign = "its files cannot be made again: " + problem.Of(c.Told(err))[0].Text
		return nil
	}
	differs, err := c.Repo.Changed(tree, h.details.Tree)
	if len(differs) > 0 {
		h.foreign = "it changes other files than its state gives: " + strings.Join(differs[:min(len(differs), 5)], ", ")
	}
	return base.GitProblem(err)
}

// treeAgain is the tree that the head's move gives on the head's parent.
func (c *call) treeAgain(h *head) (tree string, err error) {
	again, on := *c, *c.Base
	again.Base = &on
	again.tree, again.Root, again.done = nil, "", nil
	again.Notes = io.Discard // notes on files that nobody gets
	again.onBase = c.Now
	again.Now, again.Tip = h.before, h.details.Parents[0]
	if again.Text, _, err = c.Repo.File(again.Tip, c.State); err != nil {
		return "", base.GitProblem(err)
	}
	defer again.close()
	if err := again.checkout(again.Tip); err != nil {
		return "", err
	}
	m, err := again.heldMove(h)
	if err != nil {
		return "", err
	}
	outputs, err := again.syncTree(m.next)
	if err != nil {
		return "", err
	}
	return again.stage(m, outputs)
}

// origin says where the material of a start comes from, in one line for the
// trailer and the text. A commit that is made anew keeps what the first one had.
func (h *head) origin() string {
	const taken = "taken over from commit "
	was := h.details.Trailers[text.TrailerMaterial]
	switch {
	case !h.starts() || strings.HasPrefix(was, taken):
		return was
	case h.proof == recordedHere:
		return taken + h.details.Commit[:12] + ", recorded in the clone that made it: " + was
	}
	return taken + h.details.Commit[:12] + ", " + h.proof + ": " + was
}

// origin says where the material of a new start comes from.
func (q Request) origin() string {
	var given []string
	for _, flag := range []struct{ name, value string }{{"--anchor", q.Material.Anchor}, {"--anchor-key", q.Material.AnchorKey}, {"--anchor-signer", q.Material.AnchorSigner}, {"--signed", q.Material.Signed}} {
		if flag.value != "" {
			given = append(given, flag.name)
		}
	}
	if len(given) == 0 {
		return "minted by this command"
	}
	return "given with " + strings.Join(given, ", ") + "; the rest minted by this command"
}
