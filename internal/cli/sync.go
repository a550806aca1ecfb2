package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep/look"
	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/workloads"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// sync writes the files that spec.outputs names.
func (a *app) sync() *cobra.Command {
	var statePath string
	var check bool
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "write the files that the state's outputs own, all or none",
		Long: `sync computes every file of spec.outputs in the current phase and writes those
that differ: all of them, or none. Files begin with a line that names the state;
a file without it is never overwritten. Files of this state that no output names
any more are removed. No file ever holds a private key.

With --check nothing is written: the exit code is 2 if something would change,
and stdout has the difference, with certificates named instead of shown.`,
		Example: `  l5d-pki-render sync -s linkerd/rotation.yaml
  l5d-pki-render sync --check`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(*cobra.Command, []string) error { return a.doSync(statePath, check) }),
	}
	stateFlag(cmd, &statePath)
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; show what would change and exit 2 if anything would")
	return cmd
}

func (a *app) doSync(statePath string, check bool) error {
	s, err := a.loadState(statePath)
	if err != nil {
		return err
	}
	if len(s.Spec.Outputs) == 0 {
		return problem.SyncNoOutputs.With().In(statePath).On("spec.outputs")
	}
	where, err := outputs.PlaceOf(statePath)
	if err != nil {
		return err
	}
	job := outputs.Job{World: a.outputsWorld(), StatePath: statePath, State: s.WithDefaults(), Place: where}
	files, err := job.Compute()
	if err != nil {
		return err
	}
	if check {
		out, changes := outputs.Compared(files, statePath, &a.talk)
		if a.data = out; changes {
			return errWouldChange
		}
		return nil
	}
	if a.data, err = outputs.Bring(a.files(), where.Root, files, &a.talk); err == nil {
		a.next(nextstep.AfterSync(look.At(statePath, s)))
	}
	return err
}

// outputsWorld is what producers of outputs use of this call.
func (a *app) outputsWorld() outputs.World {
	return outputs.World{
		Getenv: a.Getenv, Stdin: a.Stdin, Custody: a.custodyWorld(custodyFlags{}),
		Charts: a.chartProgram(), Build: a.build, Notes: &a.talk, Progress: workloads.Progress{To: a.Stderr},
	}
}
