package guard

import (
	"bytes"
	"fmt"
	"path"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet/checkout"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// judgePinnedWords judges what lies beside the state at a new pin and speaks for the
// member in later changes: whose keys sign its evidence, and observations. Nobody
// reviewed that commit, and whoever made it could have both vouch for them.
func (g *judgement) judgePinnedWords(was, is fleet.Member) {
	keys := g.signersAtPin(was)
	if !bytes.Equal(keys, g.signersAtPin(is)) {
		g.r.fail(problem.PRGuardSigners.With().In(sink.Name(is.Repository + ":" + path.Join(path.Dir(fleet.Clean(is.State)), g.Signers))))
	}
	brought, err := g.broughtByPin(was, is)
	if err != nil {
		g.r.fail(problem.PRGuardPin.With(is.Name, "the observations beside its state cannot be compared: "+problem.Of(err)[0].Text))
		return
	}
	for _, o := range brought {
		called := sink.Code(o.Name) + " of member " + sink.Code(is.Name)
		if o.Unread != nil { // every command would stop there
			g.r.fail(problem.PRGuardPin.With(is.Name, called+" cannot be read: "+sink.Cut(problem.Of(o.Unread)[0].Text, "", maxCommitter)))
			continue
		}
		may, known := g.keysFor(o.Observation.Cluster)
		if may = slices.Concat(evidence.Signers(keys), may); !known {
			continue
		}
		if len(may) == 0 {
			g.r.notes = append(g.r.notes, fmt.Sprintf("**the pin brings observation %s**, of cluster %s, and no key for evidence is listed: it counts for waits", called, sink.Code(o.Observation.Cluster)))
			continue
		}
		_, why, err := g.signerOfText(o.Text, may)
		if why != nil {
			err = why
		}
		if err != nil {
			g.r.fail(problem.PRGuardEvidence.With("whoever made the pinned commit", sink.Markdown(problem.Of(err)[0].Text)).In(sink.Name(is.Repository + ":" + o.Name)))
		}
	}
}

// broughtByPin are the observations beside the state that the new pin has and the old one
// has not, with these bytes.
func (g *judgement) broughtByPin(was, is fleet.Member) (brought []checkout.Kept, err error) {
	before, err := g.keptAt(was)
	if err != nil {
		return nil, err
	}
	after, err := g.keptAt(is)
	return slices.DeleteFunc(slices.Clone(after), func(k checkout.Kept) bool {
		return slices.ContainsFunc(before, func(b checkout.Kept) bool { return bytes.Equal(b.Text, k.Text) })
	}), err
}
