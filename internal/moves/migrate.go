package moves

import (
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// MigrateLog rewrites a log from before its entries had fields, and nothing
// else of the file.
func MigrateLog(w files.Writer, statePath string, notes io.Writer) error {
	return keyfile.ChangeState(w, statePath, func(current *state.Rotation) (keyfile.Change, error) {
		original, err := files.Read(statePath, statefile.MaxSize)
		if err != nil {
			return keyfile.Change{}, err
		}
		if _, err := state.Parse(statePath, original); err == nil {
			sink.Note(notes, "%s: the log has fields already: nothing to migrate", statePath)
			return keyfile.Change{}, nil
		}
		sink.Note(notes, "%s: %d log entries checked, the old ones migrated: review the change and commit it", statePath, len(current.Status.Log))
		return keyfile.Change{Next: current}, nil
	})
}
