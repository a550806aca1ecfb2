package cli

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"

	"github.com/spf13/cobra"
)

// cmpInstall copies the two programs, for an init container whose image has no
// shell and no cp.
func (a *app) cmpInstall() *cobra.Command {
	return &cobra.Command{
		Use:   "install DIR",
		Short: "copy this program and its chart program into a folder",
		Long: `install copies l5d-pki-render and l5d-pki-render-chart into a folder, each whole or
not at all. It is what an init container runs that has this program's image and
shares a volume with Argo CD's plugin sidecar; no shell is needed.`,
		Example: `  l5d-pki-render cmp install /plugin`,
		Args:    cobra.ExactArgs(1),
		RunE:    a.run(func(_ *cobra.Command, args []string) error { return a.installInto(args[0]) }),
	}
}

// programName is this program's name, and that of Argo CD's plugin.
const programName = "l5d-pki-render"

func (a *app) installInto(folder string) error {
	own, err := files.OwnProgram(a.Program)
	if err != nil {
		return err
	}
	beside, err := readFile(a.findProgram(chartProgram), files.MaxProgram)
	if err != nil {
		return err
	}
	if err := a.makeDir(folder); err != nil {
		return err
	}
	for _, program := range []struct {
		name string
		data []byte
	}{{chartProgram.name, beside}, {programName, own}} {
		if err := a.writeFile(filepath.Join(folder, program.name), program.data, 0o755, true); err != nil {
			return err
		}
	}
	fmt.Fprintf(&a.talk, "note: %s and %s are in %s\n", programName, chartProgram.name, folder)
	return nil
}

// pluginFile is the plugin's description as Argo CD's plugin server reads it. It
// has no spec.version: with one, every Application would have to name it.
const pluginFile = `# For Argo CD's plugin server: /home/argocd/cmp-server/config/plugin.yaml.
# It is no object of Kubernetes.
apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: l5d-pki-render
spec:
  discover:
    find:
      command: [COMMAND, cmp, discover]
  generate:
    command: [COMMAND, cmp, generate]
  parameters:
    dynamic:
      command: [COMMAND, cmp, parameters]
`

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
			a.data = bytes.ReplaceAll([]byte(pluginFile), []byte("COMMAND"), []byte(command))
			return nil
		}),
	}
	cmd.Flags().StringVar(&command, "command", programName, "how the plugin server finds this program: a name in its PATH, or a path")
	return cmd
}
