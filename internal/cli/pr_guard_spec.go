package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// noteSpec tells the reviewer that the change touches what later gates judge by,
// such as the linked clusters: no move needs that, and no log entry has it.
func (r *guardReport) noteSpec(was, is *state.Rotation) {
	if fields := specDiffers(was, is); len(fields) > 0 {
		r.notes = append(r.notes, fmt.Sprintf("**the change also edits what the gate judges by**: spec.%s", strings.Join(fields, ", spec.")))
	}
}

// specDiffers names the fields of spec that differ, sorted; outputs are compared
// as files.
func specDiffers(was, is *state.Rotation) (names []string) {
	before, after := specFields(was), specFields(is)
	all := maps.Clone(before)
	maps.Copy(all, after)
	delete(all, "outputs")
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
