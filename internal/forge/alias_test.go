package forge

import (
	"errors"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestAlias: the host behind a name of SSH's configuration is the forge, and
// nothing is guessed from a name that is none of a host.
func TestAlias(t *testing.T) {
	aliases := map[string]string{
		"github.com-work": "github.com", "github-work": "github.com", "github": "github.com", "work": "ssh.github.com", "me.gitlab": "altssh.gitlab.com",
		"gitlab.work": "gitlab.com", "acme": "gitlab.acme.example", "gl.acme-2": "git.acme.example",
		"gitlab.acme.example": "gitlab.internal", "git.acme.example": "10.0.0.5", "gitea": "gitea", "codeberg.org": "github.com",
		"corp": "git.example.com", "box": "10.0.0.6", "self": "self",
	}
	lookup := func(name string) string { return aliases[name] }
	for remote, want := range map[string]string{
		"git@github.com-work:acme/pki.git":       "https://github.com",
		"git@github-work:acme/pki.git":           "https://github.com",
		"git@github:acme/pki":                    "https://github.com",
		"ssh://git@work/acme/pki.git":            "https://github.com",
		"git@me.gitlab:acme/pki.git":             "https://gitlab.com",
		"git@gitlab.work:acme/pki.git":           "https://gitlab.com",
		"git@acme:a/b.git":                       "https://gitlab.acme.example",
		"git@gitlab.acme.example:a/b.git":        "https://gitlab.acme.example", // not where SSH goes
		"git@gitea:a/b.git":                      "https://gitea",
		"git@codeberg.org:a/b.git":               "https://codeberg.org",
		"https://github.example/a/b.git":         "https://github.example", // SSH has no word in it
		"git@gl.acme-2:a/b.git":                  "",
		"git@git.acme.example:a/b.git":           "",
		"git@github.com-home:a/b.git":            "alias",
		"ssh://git@gitlab.com_2:22/acme/pki.git": "alias",
	} {
		got, err := Detect(remote, env(), Flags{SSHHost: lookup})
		var p *problem.Problem
		switch isProblem := errors.As(err, &p); {
		case want == "alias":
			if !isProblem || p.Code != problem.ForgeAlias.Code {
				t.Errorf("%s: %+v %v", remote, got, err)
			}
		case got.BaseURL != want || want == "" && !isProblem:
			t.Errorf("%s: %q, want %q (%v)", remote, got.BaseURL, want, err)
		}
	}
	for remote, want := range map[string]string{
		"git@corp:a/b.git": "https://git.example.com", "git@box:a/b.git": "https://box", "ssh://git@self:2222/a/b": "https://self",
	} {
		if got, err := Detect(remote, env(), Flags{SSHHost: lookup, Kind: "gitea"}); err != nil || got.BaseURL != want {
			t.Errorf("%s with --forge: %+v %v, want %s", remote, got, err, want)
		}
	}
	for _, given := range []string{"https://github.com", "https://api.github.com", "https://api.github.com/"} {
		if got, err := Detect("git@github.com-home:a/b.git", env(), Flags{BaseURL: given}); err != nil || got.BaseURL != "https://github.com" || got.Kind != "github" {
			t.Errorf("--forge-url %s: %+v %v", given, got, err)
		}
	}
	got, err := Detect("git@github.com-home:a/b.git", env(), Flags{BaseURL: "https://github.com"})
	if err != nil || got.BaseURL != "https://github.com" {
		t.Errorf("--forge-url: %+v %v", got, err)
	}
}
