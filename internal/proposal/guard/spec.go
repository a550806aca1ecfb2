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

// judgeMetadata: annotations of the state file say what kustomize runs with it, and
// whether a controller applies it. Only labels and the namespace are a person's own.
func (r *Report) judgeMetadata(was, is state.Metadata) {
	for _, name := range changedKeys(was.Annotations, is.Annotations) {
		r.fail(problem.PRGuardMetadata.With(sink.Name(name)).In(r.state).On("metadata.annotations"))
	}
	edited := changedKeys(was.Labels, is.Labels)
	if was.Namespace != is.Namespace {
		edited = append(edited, "namespace")
	}
	if len(edited) > 0 {
		r.notes = append(r.notes, fmt.Sprintf("the change also edits the metadata of the state file: %s", sink.Code(sink.Name(strings.Join(edited, ", ")))))
	}
}

// changedKeys are those that two maps have with different values, or one has alone.
func changedKeys(was, is map[string]string) (names []string) {
	all := maps.Clone(was)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, is)
	for name := range all {
		before, had := was[name]
		if now, has := is[name]; had != has || before != now {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// specDiffers names the fields of spec that differ, sorted: "links", "linkerd.version".
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

// specFields are the fields of spec, and those of its objects in their place.
func specFields(s *state.Rotation) map[string]json.RawMessage {
	fields, all := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	if text, err := json.Marshal(s.WithDefaults().Spec); err == nil {
		_ = json.Unmarshal(text, &fields) // what was just written
	}
	for name, value := range fields {
		below := map[string]json.RawMessage{}
		if json.Unmarshal(value, &below) != nil {
			all[name] = value
			continue
		}
		for inner, value := range below {
			all[name+"."+inner] = value
		}
	}
	return all
}

// judgeSpec: what gates judge by does not become weaker. More is only noted. same reports
// whether two links lead to the same file.
func (r *Report) judgeSpec(was, is *state.Rotation, same func(was, is state.Link) bool) {
	leafWas, leafIs := was.WithDefaults().Spec.Leaf, is.WithDefaults().Spec.Leaf
	shorter := func(field string, was, is state.Duration) {
		if is < was {
			r.fail(problem.PRGuardSpec.With(fmt.Sprintf("%s is shortened from %v to %v", field, was, is)).In(r.state).On(field))
		}
	}
	shorter("spec.leaf.lifetime", leafWas.Lifetime, leafIs.Lifetime)
	shorter("spec.leaf.clockSkew", leafWas.ClockSkew, leafIs.ClockSkew)
	for _, link := range was.Spec.Links {
		if !slices.ContainsFunc(is.Spec.Links, func(l state.Link) bool { return same(link, l) }) {
			r.fail(problem.PRGuardSpec.With(fmt.Sprintf("the link to cluster %s is removed or leads elsewhere", sink.Name(link.Name))).In(r.state).On("spec.links"))
		}
	}
}

// sameLink reports whether a link of the base and one of the change lead to the same file.
func (g *judgement) sameLink(was, is state.Link) bool {
	return was.Name == is.Name && g.sameTarget(was.State, is.State) && g.sameTarget(was.Observation, is.Observation)
}

// sameTarget reports whether a path in the base's state and one in the change's lead to the
// same file, or to where it moved with the state.
func (g *judgement) sameTarget(was, is string) bool {
	if was == "" || is == "" {
		return was == is
	}
	before, after := g.besideBase(was), g.Beside(is)
	moved := g.State != g.wasName && g.before.Has(before) && !g.after.Has(before) && g.before.At(before) == g.after.At(after)
	return before == after || moved
}
