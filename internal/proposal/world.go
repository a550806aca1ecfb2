// Package proposal makes one phase of a rotation one pull request: it moves the
// state of the base branch, writes the outputs, commits, pushes, and opens the pull
// request or brings it up to date. It works in a tree of its own.
package proposal

import (
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
)

// World is what a call needs from outside.
type World struct {
	base.World
	// Moves reads the material of a start, and seals its keys.
	Moves moves.World
}
