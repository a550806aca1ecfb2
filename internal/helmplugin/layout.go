// Package helmplugin lays out plugins for Helm 3 and Helm 4 in Helm's plugins
// directory: `helm l5d-pki`, values by l5d-pki:// URLs, and the post-renderer.
package helmplugin

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"
)

// Major versions of Helm that a plugins directory is for.
const (
	Helm3 = "3"
	Helm4 = "4"
	Both  = "both"
)

const (
	// program is the name of this program.
	program = "l5d-pki-render"
	// manifestName is what makes a folder a plugin, in both majors.
	manifestName = "plugin.yaml"
	// completeName is what Helm calls to complete a plugin's command line.
	completeName = "plugin.complete"
	// scheme is that of the values' URLs.
	scheme = "l5d-pki"
	// header begins the first line of every plugin.yaml that is ours.
	header = "# l5d-pki-render: laid out by `helm-plugin install`"
)

// plugin is one plugin: a folder with a plugin.yaml.
type plugin struct {
	// folder is relative to the plugins folder, with "/".
	folder string
	// major is the Helm that reads it, does what it is for.
	major, does string
	// manifest is the text of its plugin.yaml below the header, with the words
	// VERSION and PROGRAM to be replaced.
	manifest string
	// command: it runs any command of this program, and completes their lines.
	command bool
}

// The plugins. A getter's command is joined to the plugin's folder by both
// majors, the others are expanded; Helm 4 reads each manifest strictly, and one
// manifest is one type. Helm 4 takes the plugin of Helm 3 for a getter.
var (
	plugin3 = plugin{folder: "l5d-pki", major: Helm3, does: "helm l5d-pki, -f l5d-pki://…", command: true, manifest: `name: l5d-pki
version: "VERSION"
usage: Linkerd PKI rotations as reviewed Git commits
description: Runs l5d-pki-render, and gives the values of a rotation's phase as -f l5d-pki://rotation.yaml.
command: $HELM_PLUGIN_DIR/PROGRAM
downloaders:
- protocols: [l5d-pki]
  command: PROGRAM helm-plugin get
`}
	command4 = plugin{folder: "l5d-pki", major: Helm4, does: "helm l5d-pki", command: true, manifest: `apiVersion: v1
type: cli/v1
name: l5d-pki
version: "VERSION"
runtime: subprocess
config:
  shortHelp: Linkerd PKI rotations as reviewed Git commits
  longHelp: Runs l5d-pki-render.
runtimeConfig:
  platformCommand:
  - command: ${HELM_PLUGIN_DIR}/PROGRAM
`}
	postRenderer4 = plugin{folder: "l5d-pki-render", major: Helm4, does: "--post-renderer l5d-pki-render", manifest: `apiVersion: v1
type: postrenderer/v1
name: l5d-pki-render
version: "VERSION"
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: ${HELM_PLUGIN_DIR}/PROGRAM
    args: [post-render]
`}
	getter4 = plugin{folder: "l5d-pki-values", major: Helm4, does: "-f l5d-pki://…", manifest: `apiVersion: v1
type: getter/v1
name: l5d-pki-values
version: "VERSION"
runtime: subprocess
config:
  protocols: [l5d-pki]
runtimeConfig:
  protocolCommands:
  - protocols: [l5d-pki]
    platformCommand:
    - command: PROGRAM
      args: [helm-plugin, get]
`}
)

// below4 is where Helm 3 does not look: it reads one level of folders.
const below4 = "l5d-pki/helm4"

// layouts say what stands in a plugins folder for each --helm.
var layouts = map[string][]plugin{
	Helm3: {plugin3},
	Helm4: {command4, postRenderer4, getter4},
	Both:  {plugin3, command4.below(below4), postRenderer4.below(below4), getter4.below(below4)},
}

// folders are all folders that a layout may have used, deepest first.
var folders = []string{
	below4 + "/l5d-pki", below4 + "/l5d-pki-render", below4 + "/l5d-pki-values",
	"l5d-pki-values", "l5d-pki-render", "l5d-pki",
}

func (p plugin) below(folder string) plugin {
	p.folder = folder + "/" + p.folder
	return p
}

// File is a file of a plugin beside the program.
type File struct {
	Name string
	Data []byte
	Mode os.FileMode
}

// Archive is a plugin as `helm plugin install` takes it: its directory's name,
// and the files in it beside the program.
type Archive struct {
	Name  string
	Files []File
}

// Archives returns the plugins for a major version of Helm, with a program of
// that file name ("l5d-pki-render", with ".exe" on Windows).
func Archives(major, program, version string) []Archive {
	var all []Archive
	for _, p := range layouts[major] {
		all = append(all, Archive{path.Base(p.folder), p.files(program, version)})
	}
	return all
}

// files are what a plugin consists of beside the program; plugin.yaml comes last.
func (p plugin) files(file, version string) []File {
	var all []File
	if p.command && file == program { // Helm has no completion by scripts on Windows
		all = append(all, File{completeName, completion(), 0o755})
	}
	return append(all, File{manifestName, p.text(file, version), 0o644})
}

// text of plugin.yaml, with the file name of the program and its version.
func (p plugin) text(program, version string) []byte {
	manifest := strings.NewReplacer("VERSION", strictly(version), "PROGRAM", program).Replace(p.manifest)
	return fmt.Appendf(nil, "%s, for Helm %s; do not edit\n%s", header, p.major, manifest)
}

// strictVersion is the form of a semantic version without a leading v, which
// Helm 4 insists on. It is compiled where it is needed: hosts start this program often.
const strictVersion = `^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`

// strictly is this program's version in that form.
func strictly(version string) string {
	version = strings.TrimPrefix(version, "v")
	if regexp.MustCompile(strictVersion).MatchString(version) {
		return version
	}
	return "0.0.0-devel"
}
