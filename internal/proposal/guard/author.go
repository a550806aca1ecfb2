package guard

import (
	"fmt"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// maxBrought is how many observations one change may bring: a move takes one for each
// cluster, and every signature is verified by a program.
const maxBrought = 100

// maxCommitter is how much of a committer's name is shown, in characters.
const maxCommitter = 200

// judgeAuthors says whose word each observation is that the change brings. Where
// the base branch lists keys for evidence of its cluster, one that none of them signed is a
// finding: once it is on the base it opens gates. Without such a list it is a note.
func (g *judgement) judgeAuthors(of func(place) bool) error {
	var list []place
	limit := maxBrought + len(g.membersOf(g.after))
	for _, p := range g.brought() {
		read := p.cluster != "" || p.beside == g.State || g.witness(g.after, p) != nil
		if of(p) && read && !g.authored[p.file] {
			g.authored[p.file] = true
			g.r.owned = append(g.r.owned, p.file)
			list = append(list, p)
		}
	}
	switch {
	case len(list) == 0:
		return nil
	case len(list) > limit:
		g.r.fail(problem.PRGuardUnreadable.With("change", fmt.Sprintf("it brings %d observations, and at most %d are judged", len(list), limit)).In(sink.Name(g.Beside(base.EvidenceFolder))))
		return nil
	}
	head, err := g.Repo.Inspect(g.head)
	if err != nil {
		return base.GitProblem(err)
	}
	committer := sink.Code(sink.Cut(head.Committer, "", maxCommitter))
	for _, p := range list {
		if err := g.judgeAuthor(p, committer); err != nil {
			return err
		}
	}
	return nil
}

// ofFleet reports whether a place is read for a member of the fleet alone.
func ofFleet(p place) bool { return p.member != "" }

// noteUnverified: nothing says whose word an observation is but who committed it.
func (r *Report) noteUnverified(called, committer string) {
	r.notes = append(r.notes, fmt.Sprintf("observation %s is as committed by %s, unverified: the base branch lists no key for evidence", called, committer))
}

func (g *judgement) judgeAuthor(p place, committer string) (err error) {
	cluster := p.cluster
	if o := g.observation(g.after, p.file); o != nil && cluster == "" {
		cluster = o.Cluster
	}
	keys, ok := g.keysFor(cluster)
	if !ok {
		return nil
	}
	linked := slices.ContainsFunc(g.places(g.after), func(o place) bool { return o.file == p.file && o.cluster != "" })
	if g.q.Evidence.Observe != nil && g.Now != nil && p.beside == g.State && !linked {
		g.signed[p.file], err = g.judgeBesideOwn(p.file, committer, keys)
		return err
	}
	called := sink.Code(p.file)
	if p.member != "" {
		called += " of member " + sink.Code(p.member)
	}
	g.signed[p.file], err = g.judgeSigner(p.file, called, committer, keys)
	return err
}

// judgeBesideOwn: the guard has an observation of its own, and counts another one
// only if a key for evidence signed it. One that nobody signed is no fault then.
func (g *judgement) judgeBesideOwn(name, committer string, keys []byte) (signed bool, err error) {
	later := "but once it is merged, waits are counted from it: the base branch lists no key for evidence"
	if len(keys) > 0 {
		who, why, err := g.signerOf(name, keys)
		if err != nil {
			return false, err
		}
		if why == nil {
			g.r.noteSigned(sink.Code(name), who)
			return true, nil
		}
		later = "nor later, as long as no listed key has signed it"
	}
	g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is as committed by %s, unverified: it opens nothing beside what this guard observed itself, %s",
		sink.Code(name), committer, later))
	return false, nil
}
