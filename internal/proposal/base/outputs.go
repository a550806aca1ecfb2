package base

import (
	"path/filepath"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
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
	// Within is how long all of them may take; 0: as long as they need.
	Within time.Duration
	// Quiet: nobody gets these files, so nothing is said of them.
	Quiet bool
}

// ComputeOutputs computes every file that is owned or should be, sorted by name.
func (w World) ComputeOutputs(of OutputsOf) (files []outputs.File, err error) {
	place := outputs.Place{Directory: filepath.Dir(of.File), Root: of.Root, File: of.File}
	if of.Root == "" {
		if place, err = outputs.PlaceOf(of.File); err != nil {
			return nil, err
		}
	}
	job := outputs.Job{World: w.Outputs, StatePath: of.File, State: of.State, Place: place, Within: of.Within}
	if !of.AnyChart {
		job.AllowChart = outputs.ChartsOf(of.Reviewed)
	}
	job.Notes = outputs.Notes(job.Notes, place.Root, of.Quiet)
	return job.Compute()
}
