package proposal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// closeMoot closes pull requests that the base has passed, unless somebody
// else's commit is on their branch.
func (c *call) closeMoot(f forge.Forge, moot []forge.Pull) (closed []int, err error) {
	for _, p := range moot {
		if commit := c.Branches.Heads[p.Head]; commit != "" {
			h, err := c.inspect(p.Head, commit)
			if err != nil {
				return closed, err
			}
			if h.foreign != "" {
				fmt.Fprintf(c.Notes, "note: pull request #%d (%s) is moot and left open: its branch has a commit that is not this command's: %s\n", p.Number, p.Head, h.words())
				continue
			}
		}
		closed = append(closed, p.Number)
		if c.q.DryRun {
			continue
		}
		text := fmt.Sprintf("Closed: `%s` is at epoch %d, phase `%s`, and this change was made for another.", c.Branch, c.Now.Status.Epoch, c.Now.Status.Phase)
		if err := c.closePull(f, p, text); err != nil {
			return slices.Clip(closed[:len(closed)-1]), err
		}
	}
	return closed, nil
}

// closePull closes a pull request and says why.
func (c *call) closePull(f forge.Forge, p forge.Pull, why string) error {
	mark := c.Mark("moot")
	if err := f.Comment(c.ctx, p.Number, mark, why+"\n\n"+mark+"\n"); err != nil {
		return err
	}
	shut, title := "closed", strings.TrimSuffix(p.Title, MootTitle)+MootTitle
	_, err := f.Update(c.ctx, p.Number, forge.Change{Title: &title, State: &shut})
	return err
}

// MootTitle ends the title of a pull request that this command closed: what a
// person closes is not opened again by --next.
const MootTitle = " - moot"
