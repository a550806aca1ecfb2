package cli

import (
	"errors"

	"github.com/l5d-pki/l5d-pki-render/internal/argocd"

	"github.com/spf13/cobra"
)

// cmp is what Argo CD's plugin server runs in a sidecar (config management plugin).
func (a *app) cmp() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cmp",
		Short: "run as Argo CD's config management plugin",
		Long: `cmp is the plugin side of Argo CD. Its plugin server runs these commands in the
application's folder, in a copy of the repository; docs/hosts/argocd.md sets it
up. Parameters come from the Application (spec.source.plugin.parameters), then
from its environment (spec.source.plugin.env), then from L5D_PKI_ variables of
the sidecar. ` + "`cmp parameters`" + ` lists them.`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(a.cmpDiscover(), a.cmpGenerate(), a.cmpParameters(), a.cmpPlugin(), a.cmpInstall())
	return cmd
}

// cmpDiscover says whether the application is one of ours.
func (a *app) cmpDiscover() *cobra.Command {
	return &cobra.Command{
		Use:   "discover",
		Short: "print the application's state file, or nothing",
		Long: `discover prints the path of the application's state file. Without one it prints
nothing; both are a success, as Argo CD wants it. It looks at the beginning of
one file and at nothing else.`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			o, err := a.argoCD()
			if err != nil {
				return err
			}
			if path := argocd.Discover(o); path != "" {
				a.data = []byte(path + "\n")
			}
			return nil
		}),
	}
}

// cmpGenerate prints the application's objects.
func (a *app) cmpGenerate() *cobra.Command {
	return &cobra.Command{
		Use:   "generate",
		Short: "print the application's objects with the PKI of the current phase",
		Long: `generate renders the application's folder and post-renders it: the chart that the
parameter chart names, or that lies in the folder (Chart.yaml), or the
kustomization there, or else all manifests in it and below.

Nothing is read outside of the repository, and nothing over the network unless
the chart lies there. Private keys are printed only with the parameter with-keys.`,
		Args: cobra.NoArgs,
		RunE: a.runForStdout(func(*cobra.Command, []string) error {
			switch confined := a.Getenv(argocd.ConfinedVariable) != ""; {
			case confined:
				argocd.EnterConfinement(a.Getenv)
			case a.Confine:
				return a.confined("cmp", "generate")
			}
			o, err := a.argoCD()
			if err == nil {
				a.data, err = argocd.Generate(o)
			}
			return err
		}),
	}
}

// argoCD is what the plugin sees of this call.
func (a *app) argoCD() (argocd.Options, error) {
	dir, err := workingFolder()
	return argocd.Options{
		Dir: dir, Getenv: a.Getenv, Environ: a.Environ,
		Custody: a.custodyWorld(custodyFlags{}), Charts: a.chartProgram(), Notes: &a.talk,
	}, err
}

// confined runs a command of this program in a child process with limits.
func (a *app) confined(arguments ...string) (err error) {
	a.data, err = argocd.Confine(a.Getenv, &a.talk, arguments, envNames["log-file"]+"=")
	if errors.Is(err, argocd.ErrPrinted) {
		return errFound
	}
	return err
}

// cmpParameters announces the parameters to Argo CD's interface.
func (a *app) cmpParameters() *cobra.Command {
	return &cobra.Command{
		Use:   "parameters",
		Short: "print the plugin's parameters for Argo CD's interface (JSON)",
		Long: `parameters prints what generate takes, with the values that hold where an
Application gives no parameter: its environment and the sidecar's L5D_PKI_
variables are in them. Argo CD shows these defaults; it does not send them back.`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			o, err := a.argoCD()
			if err == nil {
				a.data, err = argocd.Parameters(o)
			}
			return err
		}),
	}
}

// cmpInstall copies the two programs, for an init container whose image has no
// shell and no cp.
func (a *app) cmpInstall() *cobra.Command {
	return &cobra.Command{
		Use:   "install DIR",
		Short: "copy this program and its chart program into a directory",
		Long: `install copies l5d-pki-render and l5d-pki-render-chart into a folder, each whole or
not at all. It is what an init container runs that has this program's image and
shares a volume with Argo CD's plugin sidecar; no shell is needed.`,
		Example: `  l5d-pki-render cmp install /plugin`,
		Args:    cobra.ExactArgs(1),
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			return argocd.Install(args[0], a.Program, a.findProgram(chartProgram), a.files())
		}),
	}
}

// cmpPlugin prints plugin.yaml.
func (a *app) cmpPlugin() *cobra.Command {
	var command string
	cmd := &cobra.Command{
		Use:   "plugin",
		Short: "print plugin.yaml for Argo CD's plugin server",
		Long: `plugin prints the ConfigManagementPlugin that describes this program to Argo CD's
plugin server. Applications name it l5d-pki-render, or leave the name out and
are found by their state file.`,
		Example: `  l5d-pki-render cmp plugin > plugin.yaml
  l5d-pki-render cmp plugin --command /plugin/l5d-pki-render`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			a.data = argocd.PluginFile(command)
			return nil
		}),
	}
	cmd.Flags().StringVar(&command, "command", argocd.ProgramName, "how the plugin server finds this program: a name in its PATH, or a path")
	return cmd
}
