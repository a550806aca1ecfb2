package forge

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

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

// perHost holds tokens of several servers: HOST=TOKEN, separated by white space.
const perHost = "L5D_PKI_FORGE_TOKENS"

// hostAndToken is one of them. What separates entries elsewhere is in no token, nor is
// another entry.
var hostAndToken = lazy.New("^(?:[^][/\\\\*@:=,;\"'`]+|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]{1,5})?=[^=,;\"'`]*=*$")

// token finds it. own: the target is the server of the CI that runs us. The
// job token of GitLab is left out: it may not open merge requests.
func token(t Target, own bool, getenv func(string) string) (found string, err error) {
	entries := strings.Fields(getenv(perHost))
	for i, entry := range entries {
		if !hostAndToken.MatchString(entry) { // the token is in it, so it is not shown
			return "", problem.ForgeTokens.With(i+1, len(entries))
		}
		if host, value, _ := strings.Cut(entry, "="); found == "" && strings.ToLower(host) == hostOf(t.BaseURL) {
			found = value
		}
	}
	for _, name := range t.variables(own) {
		if found == "" {
			found = strings.TrimSpace(getenv(name))
		}
	}
	return found, nil
}

// Tokens are those that one command sends, and the server of each. The repositories of
// a fleet may be on servers that do not trust each other.
type Tokens map[string]string

// Bind refuses a target whose token went to another server.
func (s *Tokens) Bind(t Target) error {
	host := hostOf(t.BaseURL)
	if first, sent := (*s)[t.Token]; sent && first != host {
		return problem.ForgeTokenHost.With(first, host)
	}
	if *s == nil {
		*s = Tokens{}
	}
	(*s)[t.Token] = host
	return nil
}
