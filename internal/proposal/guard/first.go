package guard

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeFirst judges what a first state brings that later gates are judged by: its log is
// whatever its author wrote, and the observations beside it become evidence.
func (g *judgement) judgeFirst(is *state.Rotation) error {
	g.r.judgeInstants(nil, is.Status.Log, g.Instant)
	leaf := is.WithDefaults().Spec.Leaf
	g.r.notes = append(g.r.notes, fmt.Sprintf("the first state is in phase %s, with %d log entries that no base has, leaves of %v and a clock skew of %v",
		sink.Code(is.Status.Phase), len(is.Status.Log), leaf.Lifetime, leaf.ClockSkew))
	names := evidenceIn(g.after, is.Metadata.Name, g.State)
	for _, link := range is.Spec.Links {
		if name := g.Beside(link.Observation); link.Observation != "" && g.after.Has(name) {
			names = append(names, name)
		}
	}
	if len(names) > maxBrought {
		g.r.fail(problem.PRGuardUnreadable.With("change", fmt.Sprintf("it brings %d observations, and at most %d are judged", len(names), maxBrought)).In(sink.Name(g.Beside(base.EvidenceFolder))))
		return nil
	}
	keys, ok := g.evidenceKeys()
	if !ok || len(names) == 0 {
		return nil
	}
	head, err := g.Repo.Inspect(g.head)
	if err != nil {
		return base.GitProblem(err)
	}
	committer := sink.Code(sink.Cut(head.Committer, "", maxCommitter))
	for _, name := range names {
		if len(keys) == 0 {
			g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is as committed by %s, unverified: the base branch lists no key for evidence", sink.Code(name), committer))
			continue
		}
		who, why, err := g.signerOf(name, keys)
		switch {
		case err != nil:
			return err
		case why != nil:
			g.r.fail(problem.PRGuardEvidence.With(committer, sink.Markdown(why.Text)).In(sink.Name(name)))
		default:
			g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is signed by %s", sink.Code(name), sink.Code(who)))
		}
	}
	return nil
}
