package forge

import "strings"

// variables hold a token, by kind of forge, the first that is set wins. The
// names are those of gh, glab and tea, and of the CIs (docs/forges.md).
var variables = map[string][]string{
	"github": {"GH_TOKEN", "GITHUB_TOKEN"},
	"gitlab": {"GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN"},
	"gitea":  {"GITEA_TOKEN", "FORGEJO_TOKEN"},
}

// enterprise variables are for a GitHub that is not github.com (gh-environment(1)).
var enterprise = []string{"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"}

// anyForge holds a token for whatever forge the remote is on.
const anyForge = "L5D_PKI_FORGE_TOKEN"

// variables lists the environment variables that may hold a token for the target.
func (t Target) variables(own bool) []string {
	names := []string{anyForge}
	public := strings.HasSuffix("."+hostOf(t.BaseURL), ".github.com") || strings.HasSuffix(hostOf(t.BaseURL), ".ghe.com")
	if t.Kind == "github" && !public {
		names = append(names, enterprise...)
		if !own { // a token for github.com is not for other hosts to see
			return names
		}
	}
	names = append(names, variables[t.Kind]...)
	if t.Kind == "gitea" && own { // its Actions name their token as GitHub does
		names = append(names, variables["github"]...)
	}
	return names
}

// token finds it. own: the target is the server of the CI that runs us. The
// job token of GitLab is left out: it may not open merge requests.
func token(t Target, own bool, getenv func(string) string) string {
	for _, name := range t.variables(own) {
		if value := strings.TrimSpace(getenv(name)); value != "" {
			return value
		}
	}
	return ""
}
