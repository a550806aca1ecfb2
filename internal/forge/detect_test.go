package forge

import (
	"errors"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		m[name] = value
	}
	return func(name string) string { return m[name] }
}

var (
	githubActions = []string{"GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com", "GITHUB_API_URL=https://api.github.com", "GITHUB_TOKEN=gh"}
	enterpriseCI  = []string{"GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://git.acme.example", "GITHUB_API_URL=https://git.acme.example/api/v3", "GITHUB_TOKEN=ghe"}
	gitlabCI      = []string{"GITLAB_CI=true", "CI_SERVER_URL=https://code.acme.example/gitlab", "CI_API_V4_URL=https://code.acme.example/gitlab/api/v4", "CI_JOB_TOKEN=job"}
	giteaActions  = []string{"GITHUB_ACTIONS=true", "GITEA_ACTIONS=true", "GITHUB_SERVER_URL=http://git.local:3000", "GITHUB_API_URL=http://git.local:3000/api/v1", "GITHUB_TOKEN=tea"}
	forgejoOld    = []string{"GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://git.acme.example", "GITHUB_API_URL=https://git.acme.example/api/v1", "GITHUB_TOKEN=fj"}
)

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		remote string
		env    []string
		flags  Flags
		want   Target
	}{
		{remote: "https://github.com/acme/pki.git", env: []string{"GITHUB_TOKEN=b", "GH_TOKEN=a"}, want: Target{Kind: "github", BaseURL: "https://github.com", Owner: "acme", Repo: "pki", Token: "a"}},
		{remote: "git@github.com:acme/pki.git", want: Target{Kind: "github", BaseURL: "https://github.com", Owner: "acme", Repo: "pki"}},
		{remote: "ssh://git@ssh.github.com:443/acme/pki.git", want: Target{Kind: "github", BaseURL: "https://github.com", Owner: "acme", Repo: "pki"}},
		{remote: "https://x-access-token:secret@GitHub.com/acme/pki", want: Target{Kind: "github", BaseURL: "https://github.com", Owner: "acme", Repo: "pki"}},
		{remote: "https://acme.ghe.com/o/r.git", env: []string{"GH_TOKEN=a"}, want: Target{Kind: "github", BaseURL: "https://acme.ghe.com", Owner: "o", Repo: "r", Token: "a"}},
		{remote: "git@gitlab.com:group/sub/deep/pki.git", env: []string{"GITLAB_TOKEN=l", "CI_JOB_TOKEN=j"}, want: Target{Kind: "gitlab", BaseURL: "https://gitlab.com", Owner: "group/sub/deep", Repo: "pki", Token: "l"}},
		{remote: "ssh://git@altssh.gitlab.com:443/group/pki.git", want: Target{Kind: "gitlab", BaseURL: "https://gitlab.com", Owner: "group", Repo: "pki"}},
		{remote: "https://gitlab.acme.example:8443/a/b.git/", want: Target{Kind: "gitlab", BaseURL: "https://gitlab.acme.example:8443", Owner: "a", Repo: "b"}},
		{remote: "ssh://git@gitea.acme.example:2222/a/b.git", want: Target{Kind: "gitea", BaseURL: "https://gitea.acme.example", Owner: "a", Repo: "b"}},
		{remote: "https://codeberg.org/a/b", env: []string{"FORGEJO_TOKEN=f"}, want: Target{Kind: "gitea", BaseURL: "https://codeberg.org", Owner: "a", Repo: "b", Token: "f"}},
		{remote: "http://[::1]:3000/a/b.git", flags: Flags{Kind: "gitea"}, want: Target{Kind: "gitea", BaseURL: "http://[::1]:3000", Owner: "a", Repo: "b"}},
		{remote: "ssh://git@[2001:db8::1]:22/a/b.git", flags: Flags{Kind: "gitea"}, want: Target{Kind: "gitea", BaseURL: "https://[2001:db8::1]", Owner: "a", Repo: "b"}},
		{remote: "http://git.local:3000/a/b", flags: Flags{Kind: "gitea", CAFile: "ca"}, env: []string{"L5D_PKI_FORGE_TOKEN=own", "GITEA_TOKEN=t"}, want: Target{Kind: "gitea", BaseURL: "http://git.local:3000", Owner: "a", Repo: "b", CAFile: "ca", Token: "own"}},
		{remote: "git@bitbucket.org:a/b.git", want: Target{Kind: "bitbucket", BaseURL: "https://bitbucket.org", Owner: "a", Repo: "b"}},
		{remote: "https://bitbucket.acme.example/scm/PROJ/b.git", want: Target{Kind: "bitbucket-server", BaseURL: "https://bitbucket.acme.example", Owner: "PROJ", Repo: "b"}},
		{remote: "https://acme@dev.azure.com/acme/project/_git/b", want: Target{Kind: "azure", BaseURL: "https://dev.azure.com", Owner: "acme/project", Repo: "b"}},
		{remote: "git@ssh.dev.azure.com:v3/acme/project/b", want: Target{Kind: "azure", BaseURL: "https://dev.azure.com", Owner: "acme/project", Repo: "b"}},

		// The CI's own server: its kind, its addresses, its token.
		{remote: "https://github.com/a/b", env: githubActions, want: Target{Kind: "github", BaseURL: "https://github.com", APIURL: "https://api.github.com", Owner: "a", Repo: "b", Token: "gh"}},
		{remote: "git@git.acme.example:a/b", env: enterpriseCI, want: Target{Kind: "github", BaseURL: "https://git.acme.example", APIURL: "https://git.acme.example/api/v3", Owner: "a", Repo: "b", Token: "ghe"}},
		{remote: "https://code.acme.example/gitlab/g/s/b.git", env: gitlabCI, want: Target{Kind: "gitlab", BaseURL: "https://code.acme.example/gitlab", APIURL: "https://code.acme.example/gitlab/api/v4", Owner: "g/s", Repo: "b"}},
		{remote: "git@code.acme.example:g/s/b.git", env: gitlabCI, want: Target{Kind: "gitlab", BaseURL: "https://code.acme.example/gitlab", APIURL: "https://code.acme.example/gitlab/api/v4", Owner: "g/s", Repo: "b"}},
		{remote: "http://git.local:3000/a/b", env: giteaActions, want: Target{Kind: "gitea", BaseURL: "http://git.local:3000", APIURL: "http://git.local:3000/api/v1", Owner: "a", Repo: "b", Token: "tea"}},
		{remote: "ssh://git@git.local:2222/a/b", env: giteaActions, want: Target{Kind: "gitea", BaseURL: "http://git.local:3000", APIURL: "http://git.local:3000/api/v1", Owner: "a", Repo: "b", Token: "tea"}},
		{remote: "https://git.acme.example/a/b", env: forgejoOld, want: Target{Kind: "gitea", BaseURL: "https://git.acme.example", APIURL: "https://git.acme.example/api/v1", Owner: "a", Repo: "b", Token: "fj"}},
		// Another server than the CI's: nothing of the CI counts, its token least of all.
		{remote: "https://gitlab.com/a/b", env: githubActions, want: Target{Kind: "gitlab", BaseURL: "https://gitlab.com", Owner: "a", Repo: "b"}},
		{remote: "https://github.acme.example/a/b", env: githubActions, want: Target{Kind: "github", BaseURL: "https://github.acme.example", Owner: "a", Repo: "b"}},
		{remote: "https://gitea.com/a/b", env: giteaActions, want: Target{Kind: "gitea", BaseURL: "https://gitea.com", Owner: "a", Repo: "b"}},
		{remote: "http://git.local:4000/a/b", env: giteaActions, flags: Flags{Kind: "gitea"}, want: Target{Kind: "gitea", BaseURL: "http://git.local:4000", Owner: "a", Repo: "b"}},
		// Flags win, also over the CI.
		{remote: "git@git.acme.example:a/b", env: enterpriseCI, flags: Flags{Kind: "gitea"}, want: Target{Kind: "gitea", BaseURL: "https://git.acme.example", Owner: "a", Repo: "b"}},
		{remote: "ssh://git@git.acme.example:2222/a/b", flags: Flags{Kind: "gitea", BaseURL: "https://pages.acme.example:8443/tea/"}, want: Target{Kind: "gitea", BaseURL: "https://pages.acme.example:8443/tea", Owner: "a", Repo: "b"}},
		{remote: "https://acme.example/tea/a/b", flags: Flags{Kind: "gitea", BaseURL: "https://u:p@acme.example/tea"}, want: Target{Kind: "gitea", BaseURL: "https://acme.example/tea", Owner: "a", Repo: "b"}},
	} {
		got, err := Detect(c.remote, env(c.env...), c.flags)
		if err != nil || got != c.want {
			t.Errorf("%s %v %+v:\n got %+v (%v)\nwant %+v", c.remote, c.env, c.flags, got, err, c.want)
		}
	}
}

func TestDetectRefuses(t *testing.T) {
	for _, c := range []struct {
		remote string
		flags  Flags
		want   problem.Code
	}{
		{remote: "/srv/git/pki.git", want: "forge-remote"},
		{remote: "../pki", want: "forge-remote"},
		{remote: `C:\git\pki`, want: "forge-remote"},
		{remote: "file:///srv/git/pki.git", want: "forge-remote"},
		{remote: "", want: "forge-remote"},
		{remote: "https://user:s3cret@/x", want: "forge-remote"},
		{remote: "https://user:s3cret/more@github.com/a/b", want: "forge-remote"},
		{remote: "user:s3cret@github.com/a/b", want: "forge-remote"},
		{remote: "https://user:s3cret@git.acme.example/a/b", want: "forge-unknown"},
		{remote: "https://github.com/a/b", flags: Flags{Kind: "sourcehut"}, want: "forge-kind"},
		{remote: "https://github.com/a/b/c", want: "forge-repository"},
		{remote: "https://github.com/pki", want: "forge-repository"},
		{remote: "ssh://user:s3cret@gitlab.com:22:3/a/b", want: "forge-remote"},
		{remote: "https://user:s3cret@gitlab.com:443:443/a/b", want: "forge-remote"},
		{remote: "ssh://git@::1:22/a/b", want: "forge-remote"},
		{remote: "https://gitlab.com/pki", want: "forge-repository"},
		{remote: "https://github.com/a/b", flags: Flags{BaseURL: "ftp://user:s3cret@x"}, want: "forge-base-url"},
		{remote: "https://github.com/a/b", flags: Flags{BaseURL: "https://x/?a"}, want: "forge-base-url"},
	} {
		_, err := Detect(c.remote, env(), c.flags)
		var p *problem.Problem
		if !errors.As(err, &p) || p.Code != c.want || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q %+v: %v", c.remote, c.flags, err)
		}
	}
}

// TestLimits: every kind that Detect may give has limits, and a draft is marked once.
func TestLimits(t *testing.T) {
	for _, kind := range append(kinds, "plain") {
		if _, known := limits[kind]; !known {
			t.Errorf("no limits for %s", kind)
		}
	}
	if LimitsOf("github").DraftByTitle != "" || LimitsOf("gitlab").DraftByTitle == "" || LimitsOf("gitea").DraftByTitle == "" {
		t.Error("drafts")
	}
}

// FuzzDetect: any text is a target or a refusal, and no login is shown or kept.
func FuzzDetect(f *testing.F) {
	for _, seed := range []string{"github.com/a/b", "gitlab.com:8443/a/b/c.git", "x/../..", "[::1]:22/a", "@/", ":", "h:p/q?x#y"} {
		f.Add("https://", seed)
		f.Add("ssh://", seed)
		f.Add("", seed)
	}
	f.Fuzz(func(t *testing.T, scheme, rest string) {
		if strings.Contains(rest, "s3cret") || strings.Contains(scheme, "s3cret") || scheme != "" && !strings.HasSuffix(scheme, "://") {
			return
		}
		got, err := Detect(scheme+"user:s3cret@"+rest, env(), Flags{Kind: "gitea"})
		if err != nil && strings.Contains(err.Error(), "s3cret") || strings.Contains(got.BaseURL+got.Owner+got.Repo, "s3cret") {
			t.Errorf("%q %q: %+v %v", scheme, rest, got, err)
		}
		if err == nil && (got.Owner == "" || got.Repo == "" || hostOf(got.BaseURL) == "") {
			t.Errorf("%q %q: %+v", scheme, rest, got)
		}
	})
}

// TestPublicForgesInClear: a token for a forge that everybody knows never goes there in
// clear, whatever a remote from long ago says.
func TestPublicForgesInClear(t *testing.T) {
	for remote, want := range map[string]string{
		"http://github.com/acme/pki.git": "https://github.com", "http://github.com:80/acme/pki": "https://github.com", "http://gitlab.com/acme/pki": "https://gitlab.com",
		"http://acme.ghe.com/a/b": "https://acme.ghe.com", "http://codeberg.org/a/b": "https://codeberg.org",
		"http://gitea.local:3000/a/b": "http://gitea.local:3000", "http://gitea.local/a/b": "http://gitea.local",
	} {
		if got, err := Detect(remote, env(), Flags{}); err != nil || got.BaseURL != want {
			t.Errorf("%s: %q, want %q (%v)", remote, got.BaseURL, want, err)
		}
	}
	if got, err := Detect("git@github.com:a/b", env(), Flags{BaseURL: "http://github.com"}); err != nil || got.BaseURL != "https://github.com" {
		t.Errorf("--forge-url: %+v %v", got, err)
	}
}
