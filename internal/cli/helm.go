package cli

import (
	"cmp"
	"fmt"

	"github.com/l5d-pki/l5d-pki-render/internal/helmplugin"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// helmPlugin groups what Helm calls and what sets it up.
func (a *app) helmPlugin() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "helm-plugin",
		Short: "lay out plugins for Helm 3 and Helm 4",
		Long: `helm-plugin lays out what Helm needs to call this program:

  helm l5d-pki …                      every command of this program, with completion
  helm … -f l5d-pki://rotation.yaml   the values of the phase, as a values file
                                      (keys only with L5D_PKI_WITH_KEYS=true)
  helm … --post-renderer l5d-pki-render --post-renderer-args post-render

Helm 3 takes the last one from the PATH; for Helm 4 it is a plugin.`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(a.helmInstall(), a.helmUninstall(), a.helmShow(), a.helmGet())
	return cmd
}

func (a *app) helmInstall() *cobra.Command {
	var dir, major string
	cmd := &cobra.Command{
		Use:   "install",
		Short: "lay out the plugins in Helm's plugins folder",
		Long: `install writes the plugins into Helm's plugins folder, each with a copy of this
program in it, and removes what an earlier install laid out there and this one
does not. A folder that it did not make is never touched. Run it again after an
update of the program; ` + "`helm-plugin show`" + ` says whether that is due.

--helm 3 and --helm 4 lay out plugins for one major version. Helm 3 warns at
every call about plugins of Helm 4 in its folder, and loads none; so --helm both
puts those one level deeper, where Helm 4 finds them by
HELM_PLUGINS=DIR/l5d-pki/helm4.`,
		Example: `  l5d-pki-render helm-plugin install --helm 4
  l5d-pki-render helm-plugin install --helm 3 --dir ~/.local/share/helm3/plugins`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			r, err := a.helmPlugins(dir).Install(major)
			a.data = []byte(r.Text())
			return err
		}),
	}
	helmDirFlag(cmd, &dir)
	cmd.Flags().StringVar(&major, "helm", helmplugin.Both, "major version of Helm that uses the folder: 3, 4 or both")
	return cmd
}

func (a *app) helmUninstall() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "uninstall",
		Short:   "remove the plugins that install laid out",
		Example: `  l5d-pki-render helm-plugin uninstall`,
		Args:    cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			removed, from, err := a.helmPlugins(dir).Uninstall()
			a.data = fmt.Appendf(nil, "removed %s from %s\n", problem.Counted(removed, "file"), from)
			return err
		}),
	}
	helmDirFlag(cmd, &dir)
	return cmd
}

func (a *app) helmShow() *cobra.Command {
	var dir, format string
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "list the plugins that are laid out, and whether they hold this program",
		Example: `  l5d-pki-render helm-plugin show -o json`,
		Args:    cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			write, err := a.show(&viewFlags{format: format})
			if err != nil {
				return err
			}
			r, err := a.helmPlugins(dir).Show()
			if err != nil {
				return err
			}
			a.data, err = write(r)
			return err
		}),
	}
	helmDirFlag(cmd, &dir)
	cmd.Flags().StringVarP(&format, "output", "o", results.Text, "text, markdown, json or yaml")
	return cmd
}

func helmDirFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "dir", "", "Helm's plugins `DIRECTORY` (default: as helm env HELM_PLUGINS says; the first one of a list)")
}

func (a *app) helmPlugins(dir string) helmplugin.Options {
	return helmplugin.Options{Dir: dir, Getenv: a.Getenv, Program: a.Program, Version: buildVersion(), Files: a.files()}
}

// helmGet is Helm's getter: values of the phase for `-f l5d-pki://…`.
func (a *app) helmGet() *cobra.Command {
	c := valuesCall{byHelm: true}
	cmd := &cobra.Command{
		Use:   "get CERT-FILE KEY-FILE CA-FILE URL",
		Short: "give Helm the values that an l5d-pki:// URL names (Helm calls this)",
		Long: `get writes the values of the state's phase to stdout, as ` + "`values`" + ` does. Helm
calls it for -f l5d-pki://rotation.yaml?chart=viz&layout=external, with three
files for TLS that are of no use here. The path is relative to where Helm was started;
l5d-pki:///absolute/rotation.yaml is absolute; l5d-pki:// alone means --state. Helm asks
for charts in the same way, so values with private keys are given only with
L5D_PKI_WITH_KEYS=true, of any custody: set it for one command, and do not export it.`,
		Example: `  l5d-pki-render helm-plugin get "" "" "" 'l5d-pki://rotation.yaml?layout=external'`,
		Args:    cobra.ExactArgs(4),
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			asked, err := helmplugin.ParseURL(args[3])
			if err != nil {
				return err
			}
			c.state, c.layout, c.chart = cmp.Or(asked.State, c.state), cmp.Or(asked.Layout, c.layout), cmp.Or(asked.Chart, c.chart)
			if err := a.doValues(c); err != nil {
				return err
			}
			if len(a.data) == 0 {
				return problem.HelmNoValues.With() // Helm would take the chart's defaults
			}
			return nil
		}),
	}
	c.flags(cmd)
	c.secrets.add(cmd, "give Helm private keys, of any custody (env L5D_PKI_WITH_KEYS)")
	return cmd
}
