package proposal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// closeSuperseded closes pull requests that the base has passed.
func (c *call) closeSuperseded(s plan.Snapshot, heads map[string]*plan.Head) ([]int, error) {
	closing, notes := plan.Superseded(s.Superseded, heads)
	for _, note := range notes {
		sink.Note(c.Notes, "%s", note)
	}
	return c.closeAll(closing)
}

func (c *call) closeAll(superseded []forge.Pull) (closed []int, err error) {
	for _, p := range superseded {
		closed = append(closed, p.Number)
		if c.q.DryRun {
			continue
		}
		text := fmt.Sprintf("Closed: `%s` is at epoch %d, phase `%s`, and this change was made for another.", c.Branch, c.Now.Status.Epoch, c.Now.Status.Phase)
		if err := c.closePull(p, text); err != nil {
			return slices.Clip(closed[:len(closed)-1]), err
		}
	}
	return closed, nil
}

// closePull closes a pull request and says why.
func (c *call) closePull(p forge.Pull, why string) error {
	mark := c.Mark("superseded")
	if err := c.forge.Comment(c.ctx, p.Number, mark, why+"\n\n"+mark+"\n"); err != nil {
		return err
	}
	shut, title := "closed", strings.TrimSuffix(p.Title, plan.SupersededTitle)+plan.SupersededTitle
	_, err := c.forge.Update(c.ctx, p.Number, forge.Change{Title: &title, State: &shut})
	return err
}
