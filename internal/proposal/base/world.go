// Package base is where changes of a state go: a repository, the branch that
// others review, and the state file's place there. The commands that propose a
// change and the guard that judges one look at it the same way.
package base

import (
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// World is what pull requests need from outside of the repository.
type World struct {
	Getenv func(string) string
	// Instant is when this call's move is made, in whole seconds: what the log can hold.
	Instant time.Time
	// Notes get a line for what a person should know and no report has.
	Notes io.Writer
	Disk  disk.Disk
	// Custody is what keeps the keys of a state that lies at a path.
	Custody func(statePath string, s *state.Rotation) (*custody.Custody, error)
	Outputs outputs.World
	// Load reads observations, and what the links of a state at a path lead to.
	Load func(files []string, statePath string, s *state.Rotation) (rotation.Evidence, error)
	// Named are the files that flags and variables of the call name, and that decide whom it
	// trusts or what it runs, each with the name of its flag or variable.
	Named [][2]string
	// Forge reaches the forge behind a remote's address.
	Forge func(address string, flags forge.Flags) (forge.Forge, error)
}

// Evidence is what a person brings to open a gate.
type Evidence struct {
	Files []string
	// Load reads it all, and what the links of a state at a path lead to.
	Load func(statePath string, s *state.Rotation) (rotation.Evidence, error)
	// Observe reads the live cluster of a state, and gives the observation as a file;
	// nil if that was not asked for.
	Observe func(s *state.Rotation) ([]byte, error)
	// Reads are the files that Observe goes by, each with the name of its flag or variable.
	Reads [][2]string
	// Counts says which observations count that a change brings, by their name in the
	// repository; nil: all.
	Counts func(name string) bool
}
