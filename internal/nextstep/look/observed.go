package look

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Observed are the steps after an observation was written into a file; the evidence
// has it. Evidence that cannot be judged is said by the command that it is given to.
func Observed(file, statePath string, s *state.Rotation, e rotation.Evidence, at time.Time, outputs Comparison) []nextstep.Step {
	f := At(statePath, s)
	f.Evidence = []string{file}
	var err error
	if f.Status, err = rotation.StatusOf(s, e, at); err != nil {
		return nil
	}
	f.Status.StaleOutputs, f.Status.UncheckedOutputs = outputs(statePath, s)
	return nextstep.AfterObserve(f)
}

// Flags are words of a command line: a name before each value. The first name is
// there in any case, the others if they have a value.
func Flags(words ...string) (flags string) {
	for i := 0; i+1 < len(words); i += 2 {
		name, value := words[i], words[i+1]
		if value != "" {
			flags += " " + name + " " + delivery.Quoted(value)
		} else if i == 0 {
			flags += " " + name
		}
	}
	return flags
}
