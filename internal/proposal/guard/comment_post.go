package guard

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// tell comments on the pull request, unless the change has nothing to do with the
// rotation: most have not, and nobody wants a comment under each. A forge that
// refuses it changes no verdict: a job for a fork may only read.
func tell(b *base.Base, q Request, r *Report) {
	number := q.pull(b.Getenv)
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
		sink.Note(b.Notes, "the comment on #%d was not written: %v", number, err)
	}
}

// comment is the verdict as a forge takes it. One that does not fit says so first: what
// is cut away is at the end.
func (r *Report) comment(l forge.Limits) string {
	limit, text := max(0, l.Body-len(l.DraftByTitle)), r.Markdown()+"\n"
	if whole := text + r.mark + "\n"; sink.Cut(text, r.mark+"\n", limit) == whole {
		return whole
	}
	head, rest, _ := strings.Cut(text, "\n")
	text = head + "\n\n**This comment is cut. The whole verdict is in the log of the job: read it before you merge.**\n" + rest
	return sink.Cut(text, r.mark+"\n", limit)
}
