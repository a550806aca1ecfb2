package guard

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// tell comments on the pull request, unless the change has nothing to do with the
// rotation: most have not, and nobody wants a comment under each. A forge that
// refuses it changes no verdict: a job for a fork may only read.
func tell(b *base.Base, q Request, r *Report) {
	number := q.Pull
	if number == 0 {
		number = pullOfCI(b.Getenv)
	}
	if number == 0 || q.Quiet || !r.touched {
		return
	}
	f, ctx, done, err := b.Reach(q.Forge)
	if err == nil {
		defer done()
		flavour := q.Flavour
		if flavour == "" {
			flavour = f.Name()
		}
		err = f.Comment(ctx, number, r.mark, r.comment(forge.LimitsOf(flavour)))
	}
	if err != nil {
		fmt.Fprintf(b.Notes, "note: the comment on #%d was not written: %v\n", number, err)
	}
}

func (r *Report) comment(l forge.Limits) string {
	return sink.Cut(r.Markdown()+"\n", r.mark+"\n", max(0, l.Body-len(l.DraftByTitle)))
}
