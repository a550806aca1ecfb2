// Package statefile finds and reads state files.
package statefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const (
	// MaxSize is the largest state file that is read, in bytes.
	MaxSize = 4 << 20
	// Group begins the apiVersion of state files and observations.
	Group = "l5d-pki-render/"
	// maxMark is how much of a file is searched for our apiVersion, in bytes: it
	// is in the first lines, after comments at most.
	maxMark = 64 << 10
)

// Load reads and checks a state file.
func Load(path string) (*state.Rotation, error) {
	data, err := Read(path)
	if err != nil {
		return nil, err
	}
	return state.Parse(path, data)
}

// Read reads a state file. Where there is none, the error names those that are near.
func Read(path string) ([]byte, error) {
	if wrong := state.Breaks(path); wrong != nil {
		return nil, wrong
	}
	data, err := files.Read(path, MaxSize)
	if err != nil && files.IsDir(path) {
		return nil, directory(path)
	}
	if err != nil {
		return nil, Missing(path, err)
	}
	return data, nil
}

// directory is the error for a directory in the place of a state file.
func directory(path string) error {
	p := problem.CLIStateDirectory.With().In(path)
	entries, _ := os.ReadDir(path)
	for _, e := range entries {
		if file := filepath.Join(path, e.Name()); e.Type().IsRegular() && isName(e.Name()) && Is(file) {
			return p.Hint("found one in it: --state %s", sink.Shell(file))
		}
	}
	return p.Hint("name the file in it, for example --state %s", sink.Shell(filepath.Join(path, "rotation.yaml")))
}

// Missing is the error for a state file that does not exist; other errors stay.
func Missing(path string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p := problem.CLINoState.With().In(path).Because(err)
	found := near()
	if len(found) == 0 {
		return p.Hint("pass one with --state, or make one: `l5d-pki-render init --help`")
	}
	for _, file := range found {
		p.Hint("found one: add --state %s", sink.Shell(file))
	}
	return p
}

// Is reports whether a file is a state file or an observation: a damaged one is,
// too, so that its reader can say what is wrong with it.
func Is(path string) bool {
	begin, err := files.Head(path, maxMark)
	return err == nil && strings.Contains(string(begin), Group)
}

// inputLine is a line of an input that no log begins with: of a state, an observation
// or a manifest, of PEM and its armored relatives, of a sealed file in YAML.
var inputLine = lazy.New(`(?m)\A(?:\s|#.*\n|---[^-\n]*\n)*(?:["']?(?:apiVersion|kind|metadata|spec|status|sops)["']?:|\{|-----BEGIN )`)

// IsInput reports whether a file is an input of this tool, and not a log that quotes one:
// a log begins with an instant.
func IsInput(path string) bool {
	begin, err := files.Head(path, maxMark)
	return err == nil && inputLine.Match(begin)
}

// Beside resolves a path of the state file: relative to its directory.
func Beside(statePath, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(statePath), path)
}

// Named names the file of each problem: those of the state file its name, the
// others the name of the stream.
func Named(err error, statePath, stream string) error {
	problems := problem.Of(err)
	for _, p := range problems {
		if inState(p.Path) {
			p.In(statePath)
		} else {
			p.In(stream)
		}
	}
	return problems.Err()
}

// inState reports whether a problem's place is in the state file.
func inState(path string) bool {
	return strings.HasPrefix(path, "status") || strings.HasPrefix(path, "spec") || strings.HasPrefix(path, "metadata")
}
