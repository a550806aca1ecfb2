package state

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// Names of files and directories that somebody acts on, as [asFileSystems] gives
// them, with .YML for .YAML too. A star stands for any rest.
var (
	// gitNames mean something to Git itself.
	gitNames = strings.Fields(".GIT .GITATTRIBUTES .GITMODULES .GITIGNORE .GITCONFIG")
	// topNames are where forges and CI systems look at the top of a repository for
	// what they run, or who has to review.
	topNames = strings.Fields(`.GITHUB .GITLAB .GITEA .FORGEJO .CIRCLECI .BUILDKITE .WOODPECKER .TEKTON .SEMAPHORE .AZURE-PIPELINES
		.AZUREDEVOPS .HARNESS .TEAMCITY .DAGGER
		.GITLAB-CI.YML .WOODPECKER.YML .DRONE.YML .DRONE.JSONNET .DRONE.STAR .TRAVIS.YML .CIRRUS.YML .CIRRUS.STAR .APPVEYOR.YML
		APPVEYOR.YML BITBUCKET-PIPELINES.YML BUILDSPEC.YML CLOUDBUILD.YML CLOUDBUILD.JSON WERCKER.YML CODEFRESH.YML BITRISE.YML
		CODEMAGIC.YML BUDDY.YML SCREWDRIVER.YML .VELA.YML .PROW.YML ATLANTIS.YML .MERGIFY.YML .READTHEDOCS.YML NETLIFY.TOML
		VERCEL.JSON RENOVATE.JSON* .RENOVATERC* DEPENDABOT.YML
		.ZUUL.YML ZUUL.YML .ZUUL.D ZUUL.D .BUILD.YML .BUILDS .ONEDEV-BUILDSPEC.YML BAMBOO-SPECS .BAMBOO .EVERGREEN.YML EVERGREEN.YML
		.TASKCLUSTER.YML .CONCOURSE .SHIPPABLE.YML SHIPPABLE.YML SEMAPHORE.YML .SCRUTINIZER.YML .HOUND.YML .PACKIT.YML PACKIT.YML
		.CI-OPERATOR.YML .SPACELIFT ENV0.YML .PROW .WOODPECKER* .DRONE* .EARTHLY EARTHFILE .GOLANGCI.YML
		.VSTS-CI.YML .PIPELINES .CI.YML APPSPEC.YML .YAMLLINT*`)
	// anywhereNames are files that tools take from any directory and run, or that
	// decide who may review, sign, decrypt or commit a key.
	anywhereNames = strings.Fields(`JENKINSFILE JENKINSFILE.* CODEOWNERS AZURE-PIPELINES*
		.PRE-COMMIT-CONFIG.YML LEFTHOOK* .LEFTHOOK* .ENVRC .ENV MISE.TOML .MISE.TOML .TOOL-VERSIONS
		MAKEFILE GNUMAKEFILE TASKFILE.YML JUSTFILE .JUSTFILE RAKEFILE TILTFILE SKAFFOLD.YML HELMFILE.YML PACKAGE.JSON .NPMRC
		.ARGOCD-SOURCE* FLEET.YML WERF.YML DEVSPACE.YML PULUMI.YML TERRAGRUNT.HCL .GITPOD.YML .REPLIT VAGRANTFILE DOCKERFILE CONTAINERFILE
		COMPOSE.YML DOCKER-COMPOSE* .YARNRC* .PNPMFILE.CJS PNPM-WORKSPACE.YML .LINTSTAGEDRC* .HUSKYRC* .SIMPLE-GIT-HOOKS.JSON
		.OVERCOMMIT.YML CAPTAINHOOK.JSON .RELEASERC* .GORELEASER.YML GORELEASER.YML .MEGA-LINTER.YML .PRETTIERRC* .ESLINTRC*
		.MCP.JSON .CURSORRULES .WINDSURFRULES .CLINERULES CLAUDE.MD AGENTS.MD GEMINI.MD .AIDER*
		.GOOSEHINTS OPENCODE.JSON* .DEVCONTAINER.JSON ANSIBLE.CFG KLUCTL.YML .KLUCTL.YML
		OWNERS OWNERS_ALIASES .SOPS.YML ALLOWED_SIGNERS .L5D-PKI-RENDER-ALLOW`)
	// folderNames are directories of the same kind: nothing in them may be written.
	folderNames = strings.Fields(`.HG .SVN .JJ .BZR .HUSKY .VSCODE .IDEA .DEVCONTAINER .LEFTHOOK .LEFTHOOK-LOCAL
		.CLAUDE .CURSOR .WINDSURF .CODEX .GEMINI .KIRO .ROO .CONTINUE .CLINERULES .AMAZONQ .OPENCODE .ZED .FLEET .VS .TRUNK .CARGO .MVN`)
)

// namedIn reports whether a part of a path is one of the names on some file system.
func namedIn(part string, names []string) bool {
	is := asFileSystems(part)
	if base, long := strings.CutSuffix(is, ".YAML"); long {
		is = base + ".YML"
	}
	return slices.ContainsFunc(names, func(name string) bool {
		prefix, open := strings.CutSuffix(name, "*")
		return is == name || open && strings.HasPrefix(is, prefix) || isShortOf(is, prefix)
	})
}

// shortForm is an 8.3 name, as NTFS and FAT give them to longer ones: letters of
// the name, or two of them and a hash, then a number.
var shortForm = lazy.New(`^([^~.]{2,6})~[0-9]{1,5}(\.[^.]{0,3})?$`)

// ShortNameOf reports whether Windows may have given a short name to a name of a
// file or directory: then it writes to the one where the other is asked for.
func ShortNameOf(short, name string) bool {
	return isShortOf(asFileSystems(short), asFileSystems(name))
}

// isShortOf is [ShortNameOf] for names as [asFileSystems] gives them.
func isShortOf(short, name string) bool {
	parts := shortForm.FindStringSubmatch(short)
	if parts == nil || name == "" {
		return false
	}
	long := strings.TrimLeft(name, ". ")
	all, begins := shortened.Replace(long), parts[1] // with the extension, where the name begins with a dot
	if dot := strings.LastIndex(long, "."); dot > 0 {
		long = long[:dot]
	}
	long = shortened.Replace(long)
	letters := min(2, len(long))
	return strings.HasPrefix(long, begins) || name[0] == '.' && strings.HasPrefix(all, begins) ||
		len(begins) == letters+4 && strings.HasPrefix(begins, long[:letters]) && isHex(begins[letters:])
}

// shortened does to the letters of a name what Windows does for a short one.
var shortened = strings.NewReplacer(".", "", " ", "", "+", "_", ",", "_", ";", "_", "=", "_", "[", "_", "]", "_")

func isHex(text string) bool { return strings.Trim(text, "0123456789ABCDEF") == "" }
