package cli

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// migrateLog rewrites a log from before its entries had fields, and nothing
// else of the file.
func (a *app) migrateLog(statePath string) error {
	return a.changeState(statePath, func(current *state.Rotation) (change, error) {
		original, err := readFile(statePath, maxState)
		if err != nil {
			return change{}, err
		}
		if _, err := state.Parse(statePath, original); err == nil {
			fmt.Fprintf(&a.talk, "note: %s: the log has fields already: nothing to migrate\n", statePath)
			return change{}, nil
		}
		fmt.Fprintf(&a.talk, "note: %s: %d log entries checked, the old ones migrated: review the change and commit it\n", statePath, len(current.Status.Log))
		return change{next: current}, nil
	})
}
