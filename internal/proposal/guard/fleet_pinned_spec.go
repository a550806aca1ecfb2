package guard

import (
	"reflect"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgePinnedSpec judges what else the state at a new pin changes. Whoever may push a
// branch to the member's repository chooses it, no guard judged that branch, and all
// members wait for what the fleet knows of this one.
func (g *judgement) judgePinnedSpec(m fleet.Member, was, is *state.Rotation) {
	part := &Report{state: sink.Name(m.Repository + ":" + fleet.Clean(m.State))}
	part.judgeSpec(was, is, func(was, is state.Link) bool { return was == is })
	part.judgeMetadata(was.Metadata, is.Metadata)
	part.noteSpec(was, is)
	part.judgeInstants(was.Status.Log, is.Status.Log, g.Instant)
	g.r.findings = append(g.r.findings, part.findings...)
	for _, note := range part.notes {
		g.r.notes = append(g.r.notes, "member "+sink.Code(m.Name)+": "+note)
	}
	before, after := was.WithDefaults().Spec, is.WithDefaults().Spec
	for _, field := range []struct {
		name     string
		was, now any
	}{
		{"spec.linkerd", before.Linkerd, after.Linkerd}, {"spec.custody", before.Custody, after.Custody},
	} {
		if !reflect.DeepEqual(field.was, field.now) {
			g.r.fail(problem.PRGuardPin.With(m.Name, field.name+" of its state changed, by which gates and keys are judged: have the guard of its own repository judge and merge that"))
		}
	}
}
