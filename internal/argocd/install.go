package argocd

import (
	"bytes"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
)

// ProgramName is this program's name, and that of the plugin.
const ProgramName = "l5d-pki-render"

// chartProgramName is the name of the program that renders charts.
const chartProgramName = "l5d-pki-render-chart"

// Install copies this program and the one that renders charts into a directory,
// each whole or not at all. own and charts are their paths; the system knows an
// empty own.
func Install(dir, own, charts string, w files.Writer) error {
	program, err := files.OwnProgram(own)
	if err != nil {
		return err
	}
	chartProgram, err := files.Read(charts, files.MaxProgram)
	if err != nil {
		return err
	}
	if err := w.MakeDirs(dir); err != nil {
		return err
	}
	if err := w.Replace(filepath.Join(dir, chartProgramName), chartProgram, 0o755); err != nil {
		return err
	}
	if err := w.Replace(filepath.Join(dir, ProgramName), program, 0o755); err != nil {
		return err
	}
	sink.Note(w.Notes, "%s and %s are in %s", ProgramName, chartProgramName, dir)
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

// PluginFile is plugin.yaml for a command: a name in the plugin server's PATH, or a path.
func PluginFile(command string) []byte {
	return bytes.ReplaceAll([]byte(pluginFile), []byte("COMMAND"), []byte(command))
}
