package cli

import (
	"fmt"
	"regexp"
	"strings"
)

// What --helm takes.
const (
	helm3    = "3"
	helm4    = "4"
	helmBoth = "both"
)

const (
	// helmManifest is what makes a folder a plugin, in both majors.
	helmManifest = "plugin.yaml"
	// helmComplete is what Helm calls to complete a plugin's command line.
	helmComplete = "plugin.complete"
	// helmScheme is that of the values' URLs.
	helmScheme = "l5d-pki"
	// helmHeader begins the first line of every plugin.yaml that is ours.
	helmHeader = "# l5d-pki-render: laid out by `helm-plugin install`"
)

// helmPlace is one plugin: a folder with a plugin.yaml.
type helmPlace struct {
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
	helm3Plugin = helmPlace{folder: "l5d-pki", major: helm3, does: "helm l5d-pki, -f l5d-pki://…", command: true, manifest: `name: l5d-pki
version: "VERSION"
usage: Linkerd PKI rotations as reviewed Git commits
description: Runs l5d-pki-render, and gives the values of a rotation's phase as -f l5d-pki://rotation.yaml.
command: $HELM_PLUGIN_DIR/PROGRAM
downloaders:
- protocols: [l5d-pki]
  command: PROGRAM helm-plugin get
`}
	helm4Command = helmPlace{folder: "l5d-pki", major: helm4, does: "helm l5d-pki", command: true, manifest: `apiVersion: v1
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
	helm4PostRenderer = helmPlace{folder: "l5d-pki-render", major: helm4, does: "--post-renderer l5d-pki-render", manifest: `apiVersion: v1
type: postrenderer/v1
name: l5d-pki-render
version: "VERSION"
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: ${HELM_PLUGIN_DIR}/PROGRAM
    args: [post-render]
`}
	helm4Getter = helmPlace{folder: "l5d-pki-values", major: helm4, does: "-f l5d-pki://…", manifest: `apiVersion: v1
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

// helm4Below is where Helm 3 does not look: it reads one level of folders.
const helm4Below = "l5d-pki/helm4"

// helmLayouts say what stands in a plugins folder for each --helm.
var helmLayouts = map[string][]helmPlace{
	helm3:    {helm3Plugin},
	helm4:    {helm4Command, helm4PostRenderer, helm4Getter},
	helmBoth: {helm3Plugin, helm4Command.below(helm4Below), helm4PostRenderer.below(helm4Below), helm4Getter.below(helm4Below)},
}

// helmPlaces are all folders that a layout may have used, deepest first.
var helmPlaces = []string{
	helm4Below + "/l5d-pki", helm4Below + "/l5d-pki-render", helm4Below + "/l5d-pki-values",
	"l5d-pki-values", "l5d-pki-render", "l5d-pki",
}

func (p helmPlace) below(folder string) helmPlace {
	p.folder = folder + "/" + p.folder
	return p
}

// text of plugin.yaml, with the file name of the program.
func (p helmPlace) text(program string) []byte {
	manifest := strings.NewReplacer("VERSION", helmVersion(buildVersion()), "PROGRAM", program).Replace(p.manifest)
	return fmt.Appendf(nil, "%s, for Helm %s; do not edit\n%s", helmHeader, p.major, manifest)
}

// strictVersion is the form of a semantic version without a leading v, which
// Helm 4 insists on. It is compiled where it is needed: hosts start this program often.
const strictVersion = `^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`

// helmVersion is this program's version in that form.
func helmVersion(version string) string {
	version = strings.TrimPrefix(version, "v")
	if regexp.MustCompile(strictVersion).MatchString(version) {
		return version
	}
	return "0.0.0-devel"
}
