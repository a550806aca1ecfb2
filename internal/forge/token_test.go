package forge

import (
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
