package state

import (
	"fmt"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestProtectedPath: names by which some file system, Git, a forge or a CI
// system would know a file that it acts on, and names that only look alike.
func TestProtectedPath(t *testing.T) {
	for _, name := range []string{
		".git", ".git/config", "a/.git/hooks/pre-commit", ".GIT/config", ".Git", "git~1/config", "a/GIT~1", "gi7eba~1",
		".git./config", ".git /config", ".git . .", ".git::$INDEX_ALLOCATION/config", ".g\u200cit/config", "\ufeff.git", ".gi\u202et",
		".gitattributes", "a/b/.gitattributes", ".gitmodules", ".gitignore", "x/.GitIgnore", ".git\u0131gnore",
		"GITATT~1", "a/GITMOD~1", "gitign~2", "GITAT~12", "GI12CD~4", ".gitconfig",
	} {
		if GitPath(name) == "" || ProtectedPath(name) == "" {
			t.Errorf("%q may be written", name)
		}
	}
	for _, name := range []string{
		".github/workflows/ci.yaml", ".GitHub/workflows/ci.yml", ".github/CODEOWNERS", ".github ./x", ".gitea/workflows/x.yaml", ".forgejo/workflows/x.yaml",
		".gitlab-ci.yml", ".gitlab/ci/x.yml", ".circleci/config.yml", "Jenkinsfile", "ci/Jenkinsfile", "jen\u212ainsfile", "Jenkinsfile.prod", "azure-pipelines.yml",
		"ci/azure-pipelines-prod.yaml", ".drone.yml", ".woodpecker.yaml", ".woodpecker/a.yaml", ".buildkite/pipeline.yml", "bitbucket-pipelines.yml", "CODEOWNERS", "docs/codeowners",
		"GITHUB~1/workflows/x.yml", "gitlab~1", "GITLAB~1.YML", "CIRCLE~1/config.yml", "CODEOW~1", "docs/CODEOW~1", "JENKIN~1.PRO", "AZURE-~1.YML", "BITBUC~1.YML", "CI12AB~1/x",
		".husky/pre-commit", "web/.Husky/x", "HUSKY~1/x", ".pre-commit-config.yaml", "PRE-CO~1.YAM", "lefthook.yml", ".lefthook/pre-push/x", "lefthook-local.yaml", ".vscode/tasks.json",
		"web/.vscode/settings.json", "VSCODE~1/x", ".devcontainer/devcontainer.json", ".envrc", "a/.envrc", "ENVRC~1", ".hg/hgrc", "HG~1/hgrc", "a/.svn/x", ".sops.yaml", "pki/.sops.yaml",
		"pki/allowed_signers", "ALLOWE~1", ".l5d-pki-render-allow", "Makefile", "a/makefile", "GNUmakefile", "wercker.yml", "codefresh.yaml", ".travis.yml", "appveyor.yml", "cloudbuild.yaml",
		".zuul.yaml", "zuul.d/x.yaml", "zuul.yaml", ".build.yml", ".builds/x.yml", "BUILDS~1/x", ".onedev-buildspec.yml", "bamboo-specs/bamboo.yml", ".argocd-source.yaml", "a/.argocd-source-app.yaml",
		"ARGOCD~1.YAM", ".claude/settings.json", "a/.claude/x", ".mcp.json", "a/.cursor/mcp.json", "CURSOR~1/x", ".gemini/x", "Dockerfile", "a/docker-compose.prod.yaml", "a/.releaserc.yml", "OWNERS", ".taskcluster.yml",
		".tekton/x.yaml", "skaffold.yaml", "a/package.json", "PACKAG~1.JSO", "Taskfile.yaml", "makefile. ", "make\u200cfile", "renovate.json5", "helmfile.yaml",
		".vsts-ci.yml", ".pipelines/x.yml", ".ci.yaml", "appspec.yml", "kluctl.yaml", "a/.kluctl.yaml", ".devcontainer.json", "a/.devcontainer.json",
		".goosehints", "opencode.json", ".yamllint", ".yamllint.yaml", "a/ansible.cfg",
	} {
		if GitPath(name) != "" && !strings.Contains(name, "git") || ProtectedPath(name) == "" {
			t.Errorf("%q may be written", name)
		}
	}
	for _, name := range []string{
		"pki/values.yaml", "apps/x/.github/workflows/ci.yaml", "vendor/.gitea/x.yaml", "github/workflows/x.yaml", "git/x.yaml", "a.git/x.yaml", "x/.gitlab-ci.yml",
		"gitops/values.yaml", "digit~1.yaml", "jenkins/values.yaml", "clusters/..yaml", "a/.drone.yml",
		"argocd-source.yaml", "builds/x.yaml", "build.yml", "a/.build.yml", "cursor/x.yaml", "claude/x.yaml", "mcp.json", "compose/x.yaml", "kustomization.yaml", "a/values.yaml", "a/Chart.yaml", "owners.yaml", "bamboo/x.yaml",
		"packages.yaml", "makefile.yaml", "husky/values.yaml", "pki/signers.yaml", "a/wercker.yml", "values~1.yaml", "hg/x.yaml", "code/x.yaml", "linkerd~backup.yaml", "apps/skaffold/x.yaml",
		"pipelines/x.yaml", "ci.yaml", "a/appspec.yml", "kluctl/x.yaml", "yamllint.yaml", "a/.ci.yaml",
	} {
		if why := ProtectedPath(name); why != "" {
			t.Errorf("%q is %s", name, why)
		}
	}
}

// TestProtectedOutputs: no path of an output, of any kind, may be Git's.
func TestProtectedOutputs(t *testing.T) {
	for _, o := range []Output{
		{Kind: OutputValues, Path: "../.gitattributes"},
		{Kind: OutputEdit, Path: "../.GIT/hooks/*"},
		{Kind: OutputHelmValues, Path: "a.yaml", Name: "a", HelmRelease: &HelmRelease{Name: "a", Path: ".git./config"}},
		{Kind: OutputComponent, Path: "a.yaml", For: "GIT~1"},
		{Kind: OutputManifests, Path: ".g\u200dit/config"},
	} {
		r := at(KindAnchor, StrategyBundle, PhaseAnchorAdded)
		r.Spec.Outputs = []Output{o}
		mustRefuse(t, r, problem.StateProtected.Code, fmt.Sprintf("%+v", o))
	}
}

// TestTooMany: as many as the cap are fine, one more is refused.
func TestTooMany(t *testing.T) {
	for _, extra := range []int{0, 1} {
		r := at(KindAnchor, StrategyBundle, PhaseAnchorAdded)
		for i := range MaxOutputs + extra {
			r.Spec.Outputs = append(r.Spec.Outputs, Output{Kind: OutputManifests, Path: fmt.Sprintf("o%d.yaml", i)})
		}
		for i := range MaxLinks + extra {
			r.Spec.Links = append(r.Spec.Links, Link{Name: fmt.Sprintf("l%d", i), State: "x.yaml"})
		}
		err := r.Validate()
		if refused := len(problem.Of(err)); refused != 2*extra {
			t.Errorf("%d more than the caps: %v", extra, err)
		}
	}
}

// TestShortNameOf: the forms that Windows gives short names in, and what only looks
// like one.
func TestShortNameOf(t *testing.T) {
	for short, name := range map[string]string{
		"ROTATI~1.YAM": "rotation.yaml", "rotati~12.yam": "Rotation.yaml", "RO12AB~1.YAM": "rotation.yaml", "KEYS~1": "keys", "A12AB~1.YAM": "a.yaml",
		"ALLOWE~1": "allowed_signers", "L5D-PK~1": ".l5d-pki-render-allow", "PRODRO~1.YAM": "prod.rotation.yaml", "MYROTA~1.YAM": "my rotation.yaml",
		"ROTATI~1.YAM.": "rotation.yaml", "ROTATI~1.YAM::$DATA": "rotation.yaml", "A_B~1.YAM": "a+b.yaml",
	} {
		if !ShortNameOf(short, name) {
			t.Errorf("%q is no short name of %q", short, name)
		}
	}
	for short, name := range map[string]string{
		"ROTATI~1.YAML": "rotation.yaml", "OTHER~1.YAM": "rotation.yaml", "rotation.yaml": "rotation.yaml", "ROTATI~.YAM": "rotation.yaml", "RO12AG~1": "rotation", "ABCDEF~1": "a", "~1": "", "AB~1": "",
	} {
		if ShortNameOf(short, name) {
			t.Errorf("%q is a short name of %q", short, name)
		}
	}
}
