package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// maxAhead is how far the clock of who makes a move may be ahead of the guard's.
const maxAhead = time.Hour

// longAgo is how old a new entry is that is noted.
const longAgo = 24 * time.Hour

// judgeInstants: new log entries are in the order of their instants, and none is
// in the future. An entry of the base that is in the future holds nobody up.
func (r *Report) judgeInstants(was, is []state.LogEntry, now time.Time) {
	var last time.Time
	for i, entry := range is {
		at, err := time.Parse(time.RFC3339, entry.At)
		switch {
		case i < len(was):
		case err != nil:
			r.fail(problem.PRGuardLogAt.With(i+1, sink.Markdown(entry.At), "which is no instant").In(r.state).On("status.log"))
		case at.After(now.Add(maxAhead)):
			r.fail(problem.PRGuardLogAt.With(i+1, entry.At, "which is in the future").In(r.state).On("status.log"))
		case at.Before(last):
			r.fail(problem.PRGuardLogAt.With(i+1, entry.At, "before the entry above it").In(r.state).On("status.log"))
		case now.Sub(at) > longAgo:
			r.notes = append(r.notes, fmt.Sprintf("log entry %d is dated %s, %d hours before this was judged: waits count from when it comes to the base",
				i+1, entry.At, now.Sub(at)/time.Hour))
		}
		if last = at; last.After(now) {
			last = now
		}
	}
}

// judgeWave judges an edit of a split wave without a move.
func (r *Report) judgeWave(was, is *state.Wave) {
	refuse := func(how string) { r.fail(problem.PRGuardWave.With(how).In(r.state).On("status.wave")) }
	switch {
	case was == nil && is == nil:
	case was == nil:
		refuse("it was set, and no wave is split")
	case is == nil:
		r.notes = append(r.notes, "**the wave is called done**: the namespaces that were left get the stamp too. Nothing proves that the namespaces before are done")
	case was.Stale != is.Stale || !slices.Equal(was.Workloads, is.Workloads):
		refuse("it is for other workloads")
	case was.Previous != is.Previous:
		refuse("it has another previous stamp")
	default:
		var more []string
		for _, namespace := range is.Namespaces {
			if !slices.Contains(was.Namespaces, namespace) {
				more = append(more, sink.Code(namespace))
			}
		}
		for _, namespace := range was.Namespaces {
			if !slices.Contains(is.Namespaces, namespace) {
				refuse("namespace " + sink.Name(namespace) + " was taken out")
			}
		}
		if len(more) > 0 {
			r.notes = append(r.notes, "**the wave reaches more namespaces**: "+strings.Join(more, ", "))
		}
	}
}

// noteEvidence: observations that come without a move are evidence of a later one.
func (g *judgement) noteEvidence() {
	for _, p := range g.brought() {
		o := g.observation(g.after, p.file)
		if o != nil && g.knows(o.Cluster) && g.isForeign(g.after, o) {
			g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is of another control plane than that of cluster %s, and shows nothing", sink.Code(sink.Name(p.file)), sink.Code(o.Cluster)))
		} else if p.beside == g.State || p.beside != "" && g.witness(g.after, p) != nil {
			g.r.notes = append(g.r.notes, fmt.Sprintf("**the change brings an observation without a move** (%s): a later move may use it as evidence", sink.Code(sink.Name(p.file))))
		}
	}
}

// noteLinked: what another cluster was seen with, and its state, open gates of this
// one; the move that they let pass comes with another change.
func (g *judgement) noteLinked(next *state.Rotation) {
	for _, link := range next.Spec.Links {
		for i, file := range []string{link.Observation, link.State} {
			what, name := []string{"observation", "state"}[i], g.Beside(file)
			if file == "" || !slices.Contains(g.differs, name) {
				continue
			}
			does := "edits"
			switch {
			case !g.after.Has(name):
				does = "removes"
			case !g.before.Has(name):
				does = "brings"
			}
			g.r.notes = append(g.r.notes, fmt.Sprintf("**the change %s the %s of linked cluster %s** (%s): gates judge by it, also those of later changes",
				does, what, sink.Code(sink.Name(link.Name)), sink.Code(sink.Name(name))))
		}
	}
}

// noteUnseen says that the log names evidence that neither the change nor the
// log itself has: a digest alone convinces nobody.
func (g *judgement) noteUnseen(next *state.Rotation) error {
	claimed, err := g.Claimed(next)
	if last, _ := next.LastEntry(); err == nil && last.Evidence != "" && !claimed.Has(last.Evidence) {
		g.r.notes = append(g.r.notes, "the log names evidence with digest `"+last.Evidence[:16]+"` that is not part of this change: ask who made it to show it")
	}
	return err
}
