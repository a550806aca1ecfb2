package address

import (
	"strings"
	"testing"
)

// addresses have the login "s3cret" in one form or another.
var addresses = []string{
	"http://robot:s3cret@127.0.0.1:1/x.git", "HTTP://robot:s3cret@127.0.0.1:1/x.git", "http://robot:s3cr@s3cret@127.0.0.1:1/x.git", "http://robot:s3'cr s3cret@127.0.0.1:1/x.git",
	`http://robot:s3"s3cret@host/x.git`, "http://s3cret@127.0.0.1:1/x.git", "http://s3cret:@host/x.git", "https://s3cret:x-oauth-basic@host/x.git", "http://:s3cret@host/x", "user:s3cret@2://", "user:s3cret@host:a/b.git", "user:s3cret@host/a/b",
	"http://127.0.0.1:1/x.git?private_token=s3cret", "https://host/x?a=b&access_token=s3cret#s3cret", "https://host/x#s3cret", "ext::x s3cret", "ext::sh -c 'curl -u a:s3cret@x'", "foo::https://a:s3cret@host/x", "ssh://git:s3cret@host/x",
	"git+ssh://a:s3cret@host/x", "https://user:s3cret/more@host/x", "https://user:a?s3cret@host/x", "https://user:a#s3cret@host/x", "https://host/x?token=a@s3cret", "ftp://s3cret@host", "://u:s3cret@host", "git@host:x?private_token=s3cret",
	"https://user:s3cret%40more@host/x", "user:s3cret@", "https://user:s3cret\nmore@host/x", "https://user:a\ts3cret@host",
}

func TestRedact(t *testing.T) {
	for _, a := range addresses {
		if got := Redact(a); strings.Contains(got, "s3cret") || strings.ContainsAny(got, "\n\t") {
			t.Errorf("%q is shown as %q", a, got)
		}
	}
	for from, to := range map[string]string{
		"https://github.com/acme/pki.git": "https://github.com/acme/pki.git", "git@github.com:acme/pki.git": "git@github.com:acme/pki.git", "ssh://git@host:22/a/b": "ssh://git@host:22/a/b",
		"/srv/git/pki.git": "/srv/git/pki.git", "../pki": "../pki", "origin": "origin", ".": ".", `C:\git\pki`: `C:\git\pki`, "https://u:p@host/a/b.git": "https://host/a/b.git", "http://[::1]:3000/a/b.git": "http://[::1]:3000/a/b.git",
		"ext::anything": "ext::***",
	} {
		if got := Redact(from); got != to {
			t.Errorf("%q: %q, want %q", from, got, to)
		}
	}
}

// TestRedactText: Git quotes an address whole or what it took for a part of it;
// the address is known, or only looks like one.
func TestRedactText(t *testing.T) {
	for _, a := range addresses {
		for _, text := range []string{"fatal: unable to access '" + a + "': no", "error: " + a, "fatal: Could not resolve host: s3cret@host", "fatal: s3cret"} {
			if got := RedactText(text, "https://other.example/x", a); strings.Contains(got, "s3cret") {
				t.Errorf("known %q in %q: %q", a, text, got)
			}
		}
	}
	for _, text := range []string{
		"fatal: unable to access 'https://robot:s3cret@host/x.git/': no", "HTTPS://s3cret@host/x", "a https://u:s3@s3cret@host b", "user:s3cret@host:x", "warning: redirecting to https://host/x?private_token=s3cret",
		"ext::sh -c s3cret", "could not read from 'foo::bar s3cret'", "git@host:x?job_token=s3cret", "(https://u:s3cret@host)",
	} {
		if got := RedactText(text); strings.Contains(got, "s3cret") {
			t.Errorf("%q: %q", text, got)
		}
	}
	for _, text := range []string{
		"fatal: couldn't find remote ref refs/heads/main", "git@github.com: Permission denied (publickey).", "fatal: unable to access 'https://github.com/acme/pki.git/': Could not resolve host: github.com",
		"error: failed to push some refs to 'git@github.com:acme/pki.git'", "To https://github.com/acme/pki.git\n!\tabc:refs/heads/x\t[rejected] (stale info)", "Author: T <t@example.com>", "2026-01-01 10:00:00 +0000",
		"fatal: detected dubious ownership in repository at '/srv/a'\n\tgit config --global --add safe.directory /srv/a",
	} {
		if got := RedactText(text, "git@github.com:acme/pki.git", "https://github.com/acme/pki.git", ".", ""); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// FuzzRedact: a login between the scheme and the host is in no form shown.
func FuzzRedact(f *testing.F) {
	for _, a := range addresses {
		before, after, _ := strings.Cut(a, "s3cret")
		f.Add(before, after)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, "s3cret") || strings.ContainsAny(before, "@?#") || !strings.Contains(before, ":") || !strings.Contains(after, "@") {
			return
		}
		a := before + "s3cret" + after
		scheme, rest := split(a)
		if at := strings.LastIndex(rest, "@"); at >= 0 && isSSH(scheme) && isUser(rest[:at]) {
			return // the user of an SSH address is no secret
		}
		if got := Redact(a); strings.Contains(got, "s3cret") {
			t.Errorf("%q is shown as %q", a, got)
		}
		if got := RedactText("fatal: "+a, a); strings.Contains(got, "s3cret") {
			t.Errorf("%q in a text is shown as %q", a, got)
		}
	})
}
