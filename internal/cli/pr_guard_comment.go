package cli

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
)

// comment tells the pull request, unless the change has nothing to do with the
// rotation: most have not, and nobody wants a comment under each. A forge that refuses it changes no verdict:
// a job for a fork may only read.
func (c *prCall) comment(r *guardReport) error {
	number := c.f.pull
	if number == 0 {
		number = c.pullOfCI()
	}
	if number == 0 || c.f.dryRun || !r.touched {
		return nil
	}
	f, err := c.reach()
	if err == nil {
		err = f.Comment(c.ctx, number, r.mark, r.comment(forge.LimitsOf(c.f.flavour)))
	}
	if err != nil {
		fmt.Fprintf(&c.talk, "note: the comment on #%d was not written: %v\n", number, err)
	}
	return nil
}

func (r *guardReport) comment(l forge.Limits) string {
	body := r.markdown() + "\n"
	if r := []rune(body); l.Body > 0 && len(r)+len(l.DraftByTitle)+200 > l.Body {
		body = string(r[:max(0, min(len(r), l.Body-200))]) + "\n\n(cut)\n\n"
	}
	return body + r.mark + "\n"
}
