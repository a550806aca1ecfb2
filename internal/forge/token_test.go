package forge

import (
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestTokens: one command sends a token to one server, whatever the remotes of a fleet name.
func TestTokens(t *testing.T) {
	env := map[string]string{"GITEA_TOKEN": "first", "L5D_PKI_FORGE_TOKENS": " other.example:8443=second\n empty.example= "}
	var bound Tokens
	for _, c := range []struct{ remote, token, code string }{
		{"https://Gitea.example/o/r.git", "first", ""},
		{"https://gitea.example:443/o/s.git", "first", ""},
		{"ssh://git@gitea.example:22/o/t.git", "first", ""},
		{"https://gitea.example:8443/o/r.git", "first", "forge-token-host"},
		{"http://gitea.example/o/r.git", "first", ""}, // the same server; the client refuses what is not TLS where it must
		{"https://gitea.example.attacker.example/o/r.git", "first", "forge-token-host"},
		{"https://empty.example/o/r.git", "first", "forge-token-host"},
		{"https://other.example:8443/o/r.git", "second", ""},
		{"https://other.example/o/r.git", "first", "forge-token-host"},
	} {
		target, err := Detect(c.remote, func(name string) string { return env[name] }, Flags{Kind: "gitea"})
		if err != nil || target.Token != c.token {
			t.Fatalf("%s: %q, not %q: %v", c.remote, target.Token, c.token, err)
		}
		if err := bound.Bind(target); (err == nil) != (c.code == "") || err != nil && string(problem.Of(err)[0].Code) != c.code {
			t.Errorf("%s: %v, not %q", c.remote, err, c.code)
		}
	}
}

// TestTokensMalformed: an entry that is not a host and a token is refused by its number,
// and nothing of it is shown.
func TestTokensMalformed(t *testing.T) {
	for value, want := range map[string]string{
		"git.a=SECRET1,gitlab.b=SECRET2": "entry 1 of 1", "git.a=SECRET1, gitlab.b=SECRET2": "entry 1 of 2", "git.a=SECRET1;gitlab.b=SECRET2": "entry 1 of 1",
		"git.b=x git.a=SECRET;": "entry 2 of 2", "git.b=x SECRET": "entry 2 of 2", "https://git.a=SECRET": "entry 1 of 1", "git.a:x=SECRET": "entry 1 of 1",
		"*=SECRET": "entry 1 of 1", "=SECRET": "entry 1 of 1", "git.a/pki=SECRET": "entry 1 of 1", "me@git.a=SECRET": "entry 1 of 1",
		"git.a=a=SECRET": "entry 1 of 1", `git.a="SECRET"`: "entry 1 of 1", "git.a =SECRET": "entry 1 of 2", "git.a=SECRET git.b": "entry 2 of 2",
	} {
		_, err := Detect("https://git.a/o/r.git", env("L5D_PKI_FORGE_TOKENS="+value), Flags{Kind: "gitea"})
		if err == nil || problem.Of(err)[0].Code != "forge-tokens" || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v, not %s", value, err, want)
		}
	}
	for value, want := range map[string]string{
		"git.a=dG9rZW4=": "dG9rZW4=", "GIT.A=glpat-x.01.y_z:~+/": "glpat-x.01.y_z:~+/", "[::1]:3000=x git.a= git_b-1:8443=y": "",
	} {
		if got, err := Detect("https://git.a/o/r.git", env("L5D_PKI_FORGE_TOKENS="+value), Flags{Kind: "gitea"}); err != nil || got.Token != want {
			t.Errorf("%q: %q %v", value, got.Token, err)
		}
	}
}
