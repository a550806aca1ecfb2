package cli

import (
	"path/filepath"
	"runtime"

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
  helm … --post-renderer l5d-pki-render --post-renderer-args post-render

Helm 3 takes the last one from the PATH; for Helm 4 it is a plugin.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
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
		RunE: a.run(func(*cobra.Command, []string) error { return a.doHelmInstall(dir, major) }),
	}
	helmDirFlag(cmd, &dir)
	cmd.Flags().StringVar(&major, "helm", helmBoth, "major version of Helm that uses the folder: 3, 4 or both")
	return cmd
}

func (a *app) helmUninstall() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "uninstall",
		Short:   "remove the plugins that install laid out",
		Example: `  l5d-pki-render helm-plugin uninstall`,
		Args:    cobra.NoArgs,
		RunE:    a.run(func(*cobra.Command, []string) error { return a.doHelmUninstall(dir) }),
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
			show, err := printer(format)
			if err != nil {
				return err
			}
			f, err := a.helmFolder(dir)
			if err != nil {
				return err
			}
			r, err := a.helmReport(f)
			if err != nil {
				return err
			}
			a.data, err = show(r)
			return err
		}),
	}
	helmDirFlag(cmd, &dir)
	cmd.Flags().StringVarP(&format, "output", "o", formatText, "text, markdown, json or yaml")
	return cmd
}

func helmDirFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "dir", "", "Helm's plugins folder (default: as `helm env HELM_PLUGINS` says; the first one of a list)")
}

// helmFolder is the plugins folder, absolute: the one that is asked for, or
// Helm's own by the rules of both majors (HELM_PLUGINS, HELM_DATA_HOME,
// XDG_DATA_HOME, the system's place for data).
func (a *app) helmFolder(dir string) (string, error) {
	if dir == "" {
		if list := filepath.SplitList(a.Getenv("HELM_PLUGINS")); len(list) > 0 {
			dir = list[0]
		}
	}
	if dir == "" {
		data := a.Getenv("HELM_DATA_HOME")
		if base := a.Getenv("XDG_DATA_HOME"); data == "" && base != "" {
			data = filepath.Join(base, "helm")
		}
		if data == "" {
			data = a.systemHelmData()
		}
		if data == "" {
			return "", problem.HelmNoFolder.With()
		}
		dir = filepath.Join(data, "plugins")
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", problem.CLIRead.With(reason(err)).In(dir).Because(err)
	}
	return full, nil
}

// systemHelmData is where Helm keeps data on this system, or "" without a home.
func (a *app) systemHelmData() string {
	home, below := a.Getenv("HOME"), []string{".local", "share", "helm"}
	switch runtime.GOOS {
	case "darwin":
		below = []string{"Library", "helm"}
	case "windows":
		home, below = a.Getenv("APPDATA"), []string{"helm"}
	}
	if home == "" {
		return ""
	}
	return filepath.Join(append([]string{home}, below...)...)
}
