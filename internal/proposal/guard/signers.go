package guard

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// evidenceKeys returns the lines of the base's list whose keys may sign evidence; none
// if it lists none for that. ok is false, with a finding, where the list exists and
// nobody can tell whom it lists: that must not switch the check off.
func (g *judgement) evidenceKeys() (keys []byte, ok bool) {
	if g.keysRead {
		return g.keys, g.keysKnown
	}
	g.keysRead = true
	name, before := g.besideBase(g.Signers), len(g.r.findings)
	list, there := g.fileOf(g.before, name, "base", statefile.MaxSize)
	g.keys = evidence.Signers(list)
	if line := evidence.NearMiss(list); there && line > 0 && len(g.keys) == 0 {
		why := fmt.Sprintf("base, line %d: the key is listed for evidence in a form that does not count; write namespaces=\"%s\"", line, evidence.Namespace)
		p := problem.PRGuardUnreadable.With(why, "no other line lists a key for evidence").In(sink.Name(name))
		g.r.fail(p.Hint("change the line in a pull request that brings no observation"))
	}
	g.keysKnown = len(g.r.findings) == before
	return g.keys, g.keysKnown
}

// judgeSigners: who vouches for evidence and branches changes by a review of its own.
// name is the list of the change.
func (g *judgement) judgeSigners(name string) {
	if g.before.At(g.besideBase(g.Signers)) != g.after.At(name) {
		g.r.owned = append(g.r.owned, name)
		g.r.fail(problem.PRGuardSigners.With().In(sink.Name(name)))
	}
}
