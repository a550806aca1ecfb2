package plan

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// Own are the pull requests that bring what the branches whose names they bear have: heads
// are their commits. Nothing is done for, to or because of the others, which anybody may
// open on some forges; notes name them. A branch without a commit was deleted.
func Own(pulls []forge.Pull, heads map[string]string) (own []forge.Pull, notes []string) {
	for _, p := range pulls {
		why := ""
		switch {
		case p.NoBranch:
			why = "it was pushed without a branch"
		case forge.Query{Heads: heads}.Lags(p):
			why = "the branch has " + heads[p.Head]
		default:
			own = append(own, p)
			continue
		}
		notes = append(notes, fmt.Sprintf("pull request #%d by %s bears the name of branch %s and is not from it: it brings commit %s, and %s. "+
			"It does not count, and is left as it is. Do not merge it in the place of this command's; close it unless you know it",
			p.Number, sink.Name(p.Author), sink.Name(p.Head), sink.Name(p.HeadSHA), why))
	}
	return own, notes
}
