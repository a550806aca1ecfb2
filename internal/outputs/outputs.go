// Package outputs computes and writes the files that spec.outputs of a state names: what
// produces them, where they go, and which of them are the state's to change.
package outputs

import (
	"bytes"
	"io"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/component"
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/workloads"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// World is what producers use.
type World struct {
	Getenv  func(string) string
	Stdin   io.Reader
	Custody custody.World
	// Charts runs the chart program: request in, reply out.
	Charts func(io.Reader, io.Writer) error
	Build  component.Builder
	// Notes gets what a reader of the outputs has to know.
	Notes    io.Writer
	Progress workloads.Progress
}

// Job computes the outputs of a state.
type Job struct {
	World
	StatePath string
	// State has its defaults.
	State *state.Rotation
	Place Place
	// AllowChart judges whether the chart of an output may be fetched; nil allows
	// every chart, as for a state that a person works on.
	AllowChart func(state.Output) error
	// Within is how long all outputs may take; 0: as long as they need. Each output
	// has bounds of its own, and whoever proposes a change chooses how many there are.
	Within time.Duration
	until  time.Time

	// edited has the files of all outputs of kind edit, once they are computed.
	edited map[int]produced
}

// File is one file as it is and as it should be.
type File struct {
	// Output is the index in spec.outputs.
	Output int
	// Name is the path in the repository, with "/"; Target is where it is written.
	Name, Target string
	// Have and Want are nil where there is no file; should be none.
	Have, Want []byte
	Mode       os.FileMode
}

// Changes reports whether the file differs in more than line ends: Git may have
// checked it out with others (core.autocrlf), and commits it without them.
func (f File) Changes() bool {
	return !bytes.Equal(unixLines(f.Have), unixLines(f.Want)) || (f.Have == nil) != (f.Want == nil)
}

func unixLines(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// Changed picks the files that are not as they should be.
func Changed(all []File) (changed []File) {
	for _, f := range all {
		if f.Changes() {
			changed = append(changed, f)
		}
	}
	return changed
}

// Write brings files of a repository to what they should be, all or none.
func Write(w files.Writer, repository string, all []File) error {
	changes := make([]files.Change, len(all))
	for i, f := range all {
		changes[i] = files.Change{Name: f.Name, Target: f.Target, Data: f.Want, Mode: f.Mode}
	}
	return w.ReplaceBelow(repository, changes)
}

// Diff is a unified diff of what a file is and should be, with certificates named. A
// change that naming the certificates hides is said in words.
func (f File) Diff() string {
	from, to := f.Name, f.Name
	if f.Have == nil {
		from = os.DevNull
	}
	if f.Want == nil {
		to = os.DevNull
	}
	diff := report.Diff(from, to, report.WithoutPEM(string(f.Have)), report.WithoutPEM(string(f.Want)))
	if diff == "" {
		return report.DiffHead(from, to) + "(the same certificates in other bytes)\n"
	}
	return diff
}
