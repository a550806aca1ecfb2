package forge

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Detect finds the target behind a remote: what flags say, else what the CI's
// variables say of this very host, else what the host's name says. A token of
// the CI goes to the CI's own server only. A target without a token is no error
// here; [Dial] asks for one.
func Detect(remoteURL string, getenv func(string) string, flags Flags) (Target, error) {
	r, err := parseRemote(remoteURL)
	if err != nil {
		return Target{}, err
	}
	if err := r.behindAlias(flags.SSHHost, flags.BaseURL != ""); err != nil {
		return Target{}, err
	}
	ci := ciOf(getenv)
	t := Target{BaseURL: r.web(), CAFile: flags.CAFile, Kind: flags.Kind}
	switch {
	case flags.BaseURL != "":
		if t.BaseURL, err = baseURL(flags.BaseURL); err != nil {
			return Target{}, err
		}
	case ci.serves(r):
		t.BaseURL = ci.server
	}
	t.BaseURL = encrypted(t.BaseURL)
	own := ci.kind != "" && hostOf(ci.server) == hostOf(t.BaseURL)
	if own {
		t.APIURL = ci.api
	}
	if t.Kind == "" {
		if t.Kind = kindOf(hostOf(t.BaseURL)); own {
			t.Kind = ci.kind
		}
	}
	if !slices.Contains(kinds, t.Kind) {
		if t.Kind != "" {
			return Target{}, problem.ForgeKind.With(t.Kind)
		}
		return Target{}, problem.ForgeUnknown.With(hostOf(t.BaseURL))
	}
	if own && t.Kind != ci.kind {
		t.APIURL, own = "", false
	}
	if t.Owner, t.Repo, err = r.repository(t); err != nil {
		return Target{}, err
	}
	if t.Token, err = token(t, own, getenv); err != nil {
		return Target{}, err
	}
	return t, nil
}

// kinds of forge, in the order in which people are told of them.
var kinds = []string{"github", "gitlab", "gitea", "bitbucket", "bitbucket-server", "azure"}

// known hosts, and what the first label of a host's name tells of others.
var (
	known = map[string]string{
		"github.com": "github", "gitlab.com": "gitlab", "gitea.com": "gitea", "codeberg.org": "gitea",
		"bitbucket.org": "bitbucket", "dev.azure.com": "azure",
	}
	labels = map[string]string{
		"github": "github", "ghe": "github", "gitlab": "gitlab", "gitea": "gitea", "forgejo": "gitea",
		"codeberg": "gitea", "bitbucket": "bitbucket-server", "stash": "bitbucket-server",
	}
)

func kindOf(host string) string {
	name, _, _ := strings.Cut(host, ":")
	switch {
	case known[name] != "":
		return known[name]
	case strings.HasSuffix(name, ".ghe.com"): // GitHub Enterprise Cloud with data residency
		return "github"
	case strings.HasSuffix(name, ".visualstudio.com"):
		return "azure"
	}
	label, _, _ := strings.Cut(name, ".")
	return labels[label]
}

// ci is what the variables of a CI say of the forge that runs it.
type ci struct{ kind, server, api string }

// encrypted is the address of a forge that everybody knows with TLS: a remote may still
// have the scheme http, which these forges redirect, and the token would go there in clear.
func encrypted(page string) string {
	rest, clear := strings.CutPrefix(page, "http://")
	host, path, _ := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(strings.ToLower(host), ":")
	if !clear || known[name] == "" && !strings.HasSuffix(name, ".ghe.com") {
		return page
	}
	return strings.TrimRight("https://"+name+"/"+path, "/")
}

// ciOf reads them. Gitea's and Forgejo's Actions set GitHub's variables with
// their own addresses, and GITHUB_ACTIONS with them.
func ciOf(getenv func(string) string) ci {
	server := func(name string) string { return strings.TrimRight(getenv(name), "/") }
	switch {
	case getenv("GITEA_ACTIONS") == "true", getenv("FORGEJO_ACTIONS") == "true", strings.HasSuffix(server("GITHUB_API_URL"), "/api/v1"):
		return ci{"gitea", server("GITHUB_SERVER_URL"), server("GITHUB_API_URL")}
	case getenv("GITHUB_ACTIONS") == "true":
		return ci{"github", server("GITHUB_SERVER_URL"), server("GITHUB_API_URL")}
	case getenv("GITLAB_CI") == "true":
		return ci{"gitlab", server("CI_SERVER_URL"), server("CI_API_V4_URL")}
	}
	return ci{}
}

// serves tells whether the remote is on the CI's own server: the same host, and
// the same port where the remote has one of the pages.
func (c ci) serves(r remote) bool {
	if c.server == "" {
		return false
	}
	if r.scheme == "ssh" {
		name, _, _ := strings.Cut(hostOf(c.server), ":")
		return name == r.host
	}
	return hostOf(c.server) == hostOf(r.web())
}

// web is the address of the pages, as far as the remote tells.
func (r remote) web() string {
	if r.scheme == "http" {
		return "http://" + r.host
	}
	return "https://" + r.host
}

// hostOf gives host and port in lower case; the port of the scheme is left out.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}

// baseURL reads an address that a user gave.
func baseURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", problem.ForgeBaseURL.With(address.Redact(text))
	}
	u.User = nil
	if strings.EqualFold(u.Host, "api.github.com") { // its programs' interface, which no repository is below
		u.Host, u.Path = "github.com", ""
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// repository splits the remote's path into owner and repository, without what
// the forge has before them: a path of its own, or a word of its protocol.
func (r remote) repository(t Target) (owner, repo string, err error) {
	p := r.path
	if u, err := url.Parse(t.BaseURL); err == nil && r.scheme != "ssh" {
		if under := strings.Trim(u.Path, "/"); under != "" {
			p = strings.TrimPrefix(p, under+"/")
		}
	}
	switch t.Kind {
	case "azure": // org/project/_git/repo over https, v3/org/project/repo over ssh
		p = strings.Replace(strings.TrimPrefix(p, "v3/"), "/_git/", "/", 1)
	case "bitbucket-server":
		p = strings.TrimPrefix(p, "scm/")
	}
	owner, repo = path.Split(p)
	owner = strings.Trim(owner, "/")
	subgroups := strings.Contains(owner, "/")
	if owner == "" || repo == "" || subgroups && t.Kind != "gitlab" && t.Kind != "azure" {
		return "", "", problem.ForgeRepository.With(r.path, t.Kind)
	}
	return owner, repo, nil
}
