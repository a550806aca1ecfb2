// Package base is where changes of a state go: a repository, the branch that
// others review, and the state file's place there. The commands that propose a
// change and the guard that judges one look at it the same way.
package base

import (
	"io"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/forge"
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
	Outputs Outputs
	// Load reads observations, and what the links of a state at a path lead to.
	Load func(files []string, statePath string, s *state.Rotation) (rotation.Evidence, error)
	// Forge reaches the forge behind a remote's address.
	Forge func(address string, flags forge.Flags) (forge.Forge, error)
}

// Outputs compute and write what spec.outputs names.
type Outputs interface {
	// Compute gives every file that is owned or should be, sorted by name.
	Compute(OutputsOf) ([]Output, error)
	// Header begins the first line of every file that a state owns.
	Header(s *state.Rotation) string
	// Write brings files of a repository to what they should be, all or none.
	Write(root string, files []Output) error
}

const (
	// MaxOutput is the largest file that is compared with an output, in bytes.
	MaxOutput = 64 << 20
	// HeadSize is how much of a file is read to see whose it is, in bytes: more than
	// a header has.
	HeadSize = 1 << 10
)

// OutputsOf says whose outputs are computed.
type OutputsOf struct {
	// File is the state file, Root the repository that it lies in; "": the one that has it.
	File, Root string
	State      *state.Rotation
	// Reviewed is the state whose charts may be fetched, beside those of the
	// repository itself; may be nil. With AnyChart all may.
	Reviewed *state.Rotation
	AnyChart bool
	// Quiet: nobody gets these files, so nothing is said of them.
	Quiet bool
}

// Output is one file as it is and as it should be.
type Output struct {
	// Number is the place of the output in spec.outputs.
	Number int
	// Name is the path in the repository, with "/".
	Name string
	// Have and Want are nil where there is no file; should be none.
	Have, Want []byte
	Mode       os.FileMode
	// Changes: they differ.
	Changes bool
}

// Evidence is what a person brings to open a gate.
type Evidence struct {
	Files []string
	// Load reads it all, and what the links of a state at a path lead to.
	Load func(statePath string, s *state.Rotation) (rotation.Evidence, error)
	// Observe reads the live cluster of a state, and gives the observation as a file;
	// nil if that was not asked for.
	Observe func(s *state.Rotation) ([]byte, error)
	// Counts says which observations count that a change brings, by their name in the
	// repository; nil: all.
	Counts func(name string) bool
}
