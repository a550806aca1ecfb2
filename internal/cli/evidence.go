package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

// evidenceFlags are what a person brings to open a gate.
type evidenceFlags struct {
	files   []string
	assumed []string
	because string
	// earlier: observations beside the state, of earlier moves, count for waits.
	earlier bool
	// observe: the cluster is read as well.
	observe bool
	cluster clusterFlags
}

func (f *evidenceFlags) add(cmd *cobra.Command) {
	f.earlier = true
	cmd.Flags().StringArrayVar(&f.files, "evidence", nil, "observation file; may be given several times")
	cmd.Flags().StringArrayVar(&f.assumed, "assume", nil, "CODE of a need that you vouch for (`status` lists them); recorded in the log")
	cmd.Flags().StringVar(&f.because, "because", "", "why you vouch for it")
}

// load reads the observations and what spec.links names: the state files and
// saved observations of linked clusters, relative to the state file. A link
// whose file is missing stays unknown, and unknown keeps the gate shut.
func (f *evidenceFlags) load(statePath string, s *state.Rotation) (rotation.Evidence, error) {
	var e rotation.Evidence
	var problems problem.List
	observe := func(file, cluster string) {
		data, err := files.Read(file, base.MaxObservation)
		if err == nil {
			var o *rotation.Observation
			switch o, err = rotation.ParseObservation(file, data); {
			case err == nil && cluster != "" && o.Cluster != cluster: // a link speaks for its own cluster
				err = problem.RotationForeignObservation.With(o.Cluster, cluster).In(file)
			case err == nil:
				e.Observations = append(e.Observations, o)
			}
		}
		problems.Add(err)
	}
	for _, file := range f.files {
		observe(file, "")
	}
	if f.earlier {
		var err error
		e.Earlier, err = earlierEvidence(statePath, s)
		problems.Add(err)
	}
	for _, link := range s.Spec.Links {
		switch {
		case link.Observation != "":
			observe(statefile.Beside(statePath, link.Observation), link.Name)
		case link.State != "":
			file := statefile.Beside(statePath, link.State)
			data, err := files.Read(file, statefile.MaxSize)
			if err != nil {
				problems.Add(err)
				continue
			}
			linked, err := state.Parse(file, data)
			problems.Add(err)
			e.Links = append(e.Links, rotation.LinkedState{Name: link.Name, State: linked})
		}
	}
	for _, code := range f.assumed {
		e.Assumptions = append(e.Assumptions, rotation.Assumption{Code: rotation.Need(code), Because: f.because})
	}
	return e, problems.Err()
}
