package moves

import (
	"bytes"
	"path/filepath"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Overwritten is an observation that a newer one is about to be written over, although a
// wait would then be counted from before it ([rotation.TakenAway.Forgotten]).
type Overwritten struct {
	At   string
	Text []byte
	// Name is where a copy counts on: in evidence/ beside the state.
	Name string
}

// Overwrites looks at the file that an observation is written to. The state is that of its
// cluster, nil if nobody has it, known is what is known of the cluster elsewhere, and keeper
// the name of the state beside which a copy is kept. It is nil where nothing is forgotten.
func Overwrites(file string, o *rotation.Observation, s *state.Rotation, known []*rotation.Observation, keeper string) *Overwritten {
	text, err := files.ReadRegular(file, base.MaxObservation)
	if err != nil || s == nil {
		return nil
	}
	was, err := rotation.ParseObservation(file, text)
	if err != nil || was.Cluster != o.Cluster {
		return nil // it shows nothing
	}
	at, _ := time.Parse(time.RFC3339, o.At)
	change := rotation.TakenAway{
		States: []*state.Rotation{s}, Before: []*rotation.Observation{was}, After: []*rotation.Observation{o}, Beside: known, At: at,
	}
	if change.Forgotten() == nil {
		return nil
	}
	return &Overwritten{was.At, text, base.EvidenceFolder + "/" + base.ObservationName(keeper, was)}
}

// Keep writes a copy below the directory of a state.
func (k *Overwritten) Keep(w files.Writer, statePath string) (path string, err error) {
	path = statefile.Beside(statePath, k.Name)
	if text, err := files.ReadRegular(path, base.MaxObservation); err == nil && bytes.Equal(text, k.Text) {
		return path, nil
	}
	if err = files.MayWrite(path, rotation.ObservationKind); err == nil {
		err = w.MakeDirs(filepath.Dir(path))
	}
	if err == nil {
		err = w.Create(path, k.Text, 0o644)
	}
	return path, err
}

// ReplaceObservation writes one to a file. An older one there, without which a wait would be
// counted from before it, is kept beside the state.
func ReplaceObservation(w files.Writer, file string, o *rotation.Observation, text []byte, statePath string, s *state.Rotation) error {
	of := s
	e, _ := (&Brought{Earlier: true}).Load(statePath, s) // of what cannot be read every move says so
	if o.Cluster != s.Metadata.Name {
		of = nil
		for _, l := range e.Links {
			if l.Name == o.Cluster {
				of = l.State
			}
		}
	}
	if was := Overwrites(file, o, of, e.Earlier, s.Metadata.Name); was != nil {
		copied, err := was.Keep(w, statePath)
		if err != nil {
			return err
		}
		sink.Note(w.Notes, "the observation of %s ended a wait, so a copy of it is kept: %s", was.At, copied)
	}
	return w.Replace(file, text, 0o644)
}
