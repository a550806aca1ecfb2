package cli

import (
	"cmp"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// envNames are the flags whose environment variable is not L5D_PKI_<FLAG>.
var envNames = map[string]string{"log-file": "L5D_PKI_LOG"}

// flagsFromEnvironment gives every flag that was not set its L5D_PKI_ variable.
func (a *app) flagsFromEnvironment(cmd *cobra.Command) error {
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := cmp.Or(envNames[f.Name], "L5D_PKI_"+strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")))
		value := a.Getenv(name)
		if f.Changed || value == "" || failed != nil || f.Name == "help" {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			failed = problem.CLIEnvironment.With(name, f.Name, err)
		}
	})
	if f := cmd.Flags().Lookup("state"); f != nil && failed == nil && cmd.Name() != "pr" { // pr judges what a path is in Git
		failed = f.Value.Set(statefile.BehindLink(f.Value.String()))
	}
	clones, _ := cmd.Flags().GetString("repositories")
	repo.TakeNoGitFrom(clones)
	return failed
}

// stateFlag adds --state to a command.
func stateFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "state", "s", "rotation.yaml", "state file (env L5D_PKI_STATE)")
}

// run marks that a command's own code was reached and calls it.
func (a *app) run(f func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.ran = true
		if err := a.checkLogFile(); err != nil {
			a.logFile = noLog
			return err
		}
		return f(cmd, args)
	}
}

// runForStdout is run for commands whose output may not get lost unnoticed.
func (a *app) runForStdout(f func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return a.run(func(cmd *cobra.Command, args []string) error {
		if a.StdoutClosed {
			return problem.CLIStdoutClosed.With()
		}
		return f(cmd, args)
	})
}

// loadState reads and checks the state file.
func (a *app) loadState(path string) (*state.Rotation, error) { return statefile.Load(path) }

// workingFolder is where this process works.
func workingFolder() (string, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return "", problem.CLIRead.With(files.Reason(err)).In("the working directory").Because(err)
	}
	return cwd, nil
}
