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
