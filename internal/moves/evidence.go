package moves

import (
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Brought is the evidence that a user brings to open a gate.
type Brought struct {
	// Files are observations.
	Files []string
	// Assumed are the needs that the user vouches for, Because is why.
	Assumed []string
	Because string
	// Earlier: observations beside the state, of earlier moves, count for waits.
	Earlier bool
}

// Newest reads observations, and gives the one that was made last.
func Newest(paths []string) (*rotation.Observation, error) {
	evidence, err := (&Brought{Files: paths}).Load("", &state.Rotation{})
	if err != nil {
		return nil, err
	}
	newest := evidence.Observations[0]
	for _, o := range evidence.Observations[1:] {
		if o.At > newest.At { // one form, so texts sort as instants
			newest = o
		}
	}
	return newest, nil
}

// Load reads the observations and what spec.links names: the state files and
// saved observations of linked clusters, relative to the state file. A link
// whose file is missing stays unknown, and unknown keeps the gate shut.
func (b *Brought) Load(statePath string, s *state.Rotation) (rotation.Evidence, error) {
	var e rotation.Evidence
	var problems problem.List
	observe := func(file, cluster string) {
		o, _, err := Observation(file)
		switch {
		case err == nil && cluster != "" && o.Cluster != cluster: // a link speaks for its own cluster
			err = problem.RotationForeignObservation.With(o.Cluster, cluster).In(file)
		case err == nil:
			e.Observations = append(e.Observations, o)
		}
		problems.Add(err)
	}
	for _, file := range b.Files {
		observe(file, "")
	}
	if b.Earlier {
		var err error
		e.Earlier, err = EarlierEvidence(statePath, s)
		problems.Add(err)
	}
	for _, link := range s.Spec.Links {
		switch {
		case link.Observation != "":
			observe(statefile.Beside(statePath, link.Observation), link.Name)
		case link.State != "":
			file := statefile.Beside(statePath, link.State)
			linked, err := linkedState(file)
			problems.Add(err)
			if err == nil {
				if p := link.Leads(linked); p != nil {
					problems.Add(p.In(statePath).On("spec.links"))
				}
			}
			e.Links = append(e.Links, rotation.LinkedState{Name: link.Name, State: linked})
		}
	}
	e.Assumptions = b.Assumptions()
	return e, problems.Err()
}

// Assumptions are the user's word for each need.
func (b *Brought) Assumptions() (list []rotation.Assumption) {
	for _, code := range b.Assumed {
		list = append(list, rotation.Assumption{Code: rotation.Need(code), Because: b.Because})
	}
	return list
}

// Observation reads the file of one.
func Observation(file string) (o *rotation.Observation, text []byte, err error) {
	if text, err = files.Read(file, base.MaxObservation); err != nil {
		return nil, nil, err
	}
	o, err = rotation.ParseObservation(file, text)
	return o, text, err
}

// linkedState reads the state file of a linked cluster.
func linkedState(file string) (*state.Rotation, error) {
	data, err := files.Read(file, statefile.MaxSize)
	if err != nil {
		return nil, err
	}
	return state.Parse(file, data)
}
