package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/usage"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/schema"

	"github.com/spf13/cobra"
)

// Version, Commit and Date (RFC 3339) are set by the linker for releases
// (-X …/internal/cli.Version=v1.2.3). Nothing meant for Git has them.
var (
	Version string
	Commit  string
	Date    string
)

// version says what this program is. It is for people and bug reports; no
// output meant for Git carries it.
func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print version and Go version",
		Args:  cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			a.data = fmt.Appendf(nil, "l5d-pki-render %s %s %s/%s\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			if Commit != "" {
				a.data = fmt.Appendf(a.data, "commit %s of %s\n", Commit, Date)
			}
			return nil
		}),
	}
}

func buildVersion() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// schema prints a JSON schema, for editors and pipelines.
func (a *app) schema() *cobra.Command {
	return &cobra.Command{
		Use:       "schema [NAME]",
		Short:     "print the JSON schema of the state file, or of another file that the tool reads",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: schema.Names(),
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			name := "rotation"
			if len(args) == 1 {
				name = args[0]
			}
			text, known := schema.Of(name)
			if !known {
				return problem.CLIUnknownSchema.With(name).Hint("the schemas are %s", strings.Join(schema.Names(), ", "))
			}
			a.data = text
			return nil
		}),
	}
}

// explain says what a code of an error or finding means and what to do.
func (a *app) explain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE]",
		Short: "explain the code of an error or finding; without a code, list all",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return usage.Codes(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: a.run(func(_ *cobra.Command, args []string) (err error) {
			if len(args) == 0 {
				a.data = usage.ListCodes()
				return nil
			}
			a.data, err = usage.ExplainCode(args[0])
			return err
		}),
	}
}
