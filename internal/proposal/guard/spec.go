package guard

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// noteSpec tells the reviewer that the change touches what later gates judge by,
// such as the linked clusters: no move needs that, and no log entry has it.
func (r *Report) noteSpec(was, is *state.Rotation) {
	if fields := specDiffers(was, is); len(fields) > 0 {
		r.notes = append(r.notes, fmt.Sprintf("**the change also edits what the gate judges by**: spec.%s", strings.Join(fields, ", spec.")))
	}
}

// specDiffers names the fields of spec that differ, sorted.
func specDiffers(was, is *state.Rotation) (names []string) {
	before, after := specFields(was), specFields(is)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for name := range all {
		if string(before[name]) != string(after[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func specFields(s *state.Rotation) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if text, err := json.Marshal(s.WithDefaults().Spec); err == nil {
		_ = json.Unmarshal(text, &fields) // what was just written
	}
	return fields
}

// judgeSpec: what gates judge by does not become weaker. More is only noted.
func (r *Report) judgeSpec(was, is *state.Rotation) {
	leafWas, leafIs := was.WithDefaults().Spec.Leaf, is.WithDefaults().Spec.Leaf
	shorter := func(field string, was, is state.Duration) {
		if is < was {
			r.fail(problem.PRGuardSpec.With(fmt.Sprintf("%s is shortened from %v to %v", field, was, is)).In(r.state).On(field))
		}
	}
	shorter("spec.leaf.lifetime", leafWas.Lifetime, leafIs.Lifetime)
	shorter("spec.leaf.clockSkew", leafWas.ClockSkew, leafIs.ClockSkew)
	for _, link := range was.Spec.Links {
		if !slices.Contains(is.Spec.Links, link) {
			r.fail(problem.PRGuardSpec.With(fmt.Sprintf("the link to cluster %s is removed or leads elsewhere", sink.Name(link.Name))).In(r.state).On("spec.links"))
		}
	}
}
