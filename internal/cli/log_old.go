package cli

import (
	"bytes"
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// migrateLog rewrites a log from before its entries had fields, and nothing
// else of the file.
func (a *app) migrateLog(statePath string) error {
	return keyfile.ChangeState(a.files(), statePath, func(current *state.Rotation) (keyfile.Change, error) {
		original, err := readFile(statePath, maxState)
		if err != nil {
			return keyfile.Change{}, err
		}
		if _, err := state.Parse(statePath, original); err == nil {
			fmt.Fprintf(&a.talk, "note: %s: the log has fields already: nothing to migrate\n", statePath)
			return keyfile.Change{}, nil
		}
		fmt.Fprintf(&a.talk, "note: %s: %d log entries checked, the old ones migrated: review the change and commit it\n", statePath, len(current.Status.Log))
		return keyfile.Change{Next: current}, nil
	})
}

// parseHead reads the state of a pull request. Its log has fields; only a file
// that is the base's, byte for byte, may still have an old one.
func (c *prCall) parseHead(name string, text []byte) (*state.Rotation, error) {
	if c.text != nil && bytes.Equal(text, c.text) {
		return state.ParseLegacy(name, text)
	}
	return state.Parse(name, text)
}

// stateBefore is the state that a branch was made from, nil where there is none.
func (c *prCall) stateBefore(commit string) (*state.Rotation, error) {
	text, ok, err := c.repo.File(commit, c.state)
	if err != nil || !ok {
		return nil, err
	}
	return state.ParseLegacy(c.state, text)
}

// noteUnseen says that the log names evidence that neither the change nor the
// log itself has: a digest alone convinces nobody.
func (c *prCall) noteUnseen(r *guardReport, next *state.Rotation) error {
	claimed, err := c.claimed(next)
	if last, _ := lastEntry(next); err == nil && last.Evidence != "" && last.Evidence != claimed.Digest() {
		r.notes = append(r.notes, "the log names evidence with digest `"+last.Evidence[:16]+"` that is not part of this change: ask who made it to show it")
	}
	return err
}
