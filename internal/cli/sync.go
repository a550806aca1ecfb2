package cli

import (
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/outputs"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
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
	changed := outputs.Changed(files)
	if check {
		return a.showSync(changed, len(files))
	}
	return a.writeSync(where.Root, changed, len(files))
}

// outputsWorld is what producers of outputs use of this call.
func (a *app) outputsWorld() outputs.World {
	return outputs.World{
		Getenv: a.Getenv, Stdin: a.Stdin, Custody: a.custodyWorld(custodyFlags{}),
		Charts: a.chartProgram(), Build: a.build, Notes: &a.talk, Progress: workloads.Progress{To: a.Stderr},
	}
}

// writeSync brings the files that differ to what they should be, and lists them.
func (a *app) writeSync(root string, changed []outputs.File, all int) error {
	if len(changed) == 0 {
		fmt.Fprintf(&a.talk, "note: nothing to do: every file is as the state says (%d)\n", all)
		return nil
	}
	if err := outputs.Write(a.files(), root, changed); err != nil {
		return err
	}
	for _, f := range changed {
		verb := "wrote"
		if f.Want == nil {
			verb = "removed"
		}
		a.data = append(a.data, sink.Log(verb+" "+f.Name+"\n")...)
	}
	return nil
}

// showSync prints what would change, with certificates named.
func (a *app) showSync(changed []outputs.File, all int) error {
	if len(changed) == 0 {
		fmt.Fprintf(&a.talk, "note: every file is as the state says (%d)\n", all)
		return nil
	}
	for _, f := range changed {
		a.data = append(a.data, f.Diff()...)
	}
	fmt.Fprintf(&a.talk, "note: %d of %d files would change; `l5d-pki-render sync` writes them\n", len(changed), all)
	return errWouldChange
}
