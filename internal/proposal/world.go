// Package proposal makes one phase of a rotation one pull request: it moves the
// state of the base branch, writes the outputs, commits, pushes, and opens the pull
// request or brings it up to date. It works in a tree of its own.
package proposal

import (
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// World is what a call needs from outside.
type World struct {
	base.World
	// Random gives the bytes that keys and serials are made of.
	Random io.Reader
	Files  files.Writer
	Keys   Keys
}

// Keys makes and keeps the keys of a start, as its flags say.
type Keys interface {
	// Options reads what is brought for a start of a kind. Paths of minted keys are
	// relative to the state file.
	Options(statePath, kind string, s *state.Rotation) (rotation.StartOptions, error)
	// Folder is where minted keys go, as the state names it.
	Folder(c *custody.Custody, s *state.Rotation) string
	// Seal makes the files that minted keys are kept in, and writes none.
	Seal(statePath string, m *rotation.Move) ([]keyfile.File, error)
}
